"""Calendar files: an invitation for a booking, and the notice that takes it back (RFC 5545, RFC 5546)."""

from datetime import datetime, timedelta

from booking.hours import Interval

PRODUCT = "-//Bellhop//Bellhop//EN"
REMINDER = timedelta(minutes=-10)  # from the start
NO_MAIL = "noreply@bellhop.invalid"  # ORGANIZER must be an address; this name can never receive mail (RFC 2606)


def invitation(
    uid: str,
    sequence: int,
    interval: Interval,
    summary: str,
    *,
    organiser: str,
    description: str,
    url: str,
    now: datetime,
) -> bytes:
    """An .ics file for a booking; send it again with the same `uid` and a higher `sequence` to move it.

    `organiser` is a display name or an e-mail address; `url` may be empty. The method is PUBLISH: a REQUEST would want
    an answer from the attendee, and nobody reads that mail.
    """
    fields: dict[str, object] = {"uid": uid, "sequence": sequence, "summary": summary, "description": description}
    if url:
        fields |= {"url": url, "location": url}  # phones show the location as the way to join
    return _file("PUBLISH", "CONFIRMED", interval, fields, organiser, now)


def cancellation_notice(
    uid: str, sequence: int, interval: Interval, summary: str, *, organiser: str, now: datetime
) -> bytes:
    """An .ics file that removes the booking; `sequence` must be higher than that of the last invitation."""
    fields: dict[str, object] = {"uid": uid, "sequence": sequence, "summary": summary}
    return _file("CANCEL", "CANCELLED", interval, fields, organiser, now)


def _file(
    method: str, status: str, interval: Interval, fields: dict[str, object], organiser: str, now: datetime
) -> bytes:
    from icalendar import Alarm, Calendar, Event  # costs a start 70 ms, and most processes never write a calendar

    event = Event()
    when = {"dtstamp": now, "dtstart": interval.start, "dtend": interval.end, "status": status}
    for name, value in (fields | when).items():
        event.add(name, value)
    address = organiser if "@" in organiser else NO_MAIL
    event.add("organizer", f"mailto:{address}", parameters={"CN": organiser})
    if method == "PUBLISH":
        alarm = Alarm()
        for name, value in (("action", "DISPLAY"), ("description", fields["summary"]), ("trigger", REMINDER)):
            alarm.add(name, value)
        event.add_component(alarm)
    calendar = Calendar()
    for name, value in (("prodid", PRODUCT), ("version", "2.0"), ("calscale", "GREGORIAN"), ("method", method)):
        calendar.add(name, value)
    calendar.add_component(event)
    return bytes(calendar.to_ical())

"""Calendar files: an invitation for a booking, and the notice that takes it back (RFC 5545, RFC 5546)."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from booking.hours import Interval

if TYPE_CHECKING:
    from icalendar import Alarm, Event

PRODUCT = "-//Bellhop//Bellhop//EN"


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

    The method is PUBLISH: a REQUEST would ask for an attendee's answer, and nobody here reads that mail.
    """
    event = _event(uid, sequence, interval, summary, organiser, now)
    event.add("description", description)
    event.add("status", "CONFIRMED")
    if url:
        event.add("url", url)
        event.add("location", url)  # what phones show as "join"
    event.add_component(_reminder(summary))
    return _file("PUBLISH", event)


def cancellation_notice(
    uid: str, sequence: int, interval: Interval, summary: str, *, organiser: str, now: datetime
) -> bytes:
    """An .ics file that removes the booking; `sequence` must be higher than that of the last invitation."""
    event = _event(uid, sequence, interval, summary, organiser, now)
    event.add("status", "CANCELLED")
    return _file("CANCEL", event)


def _event(uid: str, sequence: int, interval: Interval, summary: str, organiser: str, now: datetime) -> "Event":
    """The part both have; `organiser` is a display name, or an e-mail address."""
    from icalendar import Event, vCalAddress

    event = Event()
    event.add("uid", uid)
    event.add("sequence", sequence)
    event.add("dtstamp", now)
    event.add("dtstart", interval.start)
    event.add("dtend", interval.end)
    event.add("summary", summary)
    # ORGANIZER must be an address; one without mail is given the reserved name that can never receive any (RFC 2606).
    address = vCalAddress(f"mailto:{organiser if '@' in organiser else 'noreply@bellhop.invalid'}")
    address.params["CN"] = organiser
    event.add("organizer", address)
    return event


def _reminder(summary: str) -> "Alarm":
    """An alarm ten minutes before."""
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", timedelta(minutes=-10))
    return alarm


def _file(method: str, event: "Event") -> bytes:
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(event)
    return bytes(calendar.to_ical())

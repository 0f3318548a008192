"""Calendar files, read back with the library that calendars use."""

from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Component

from booking.calendar import cancellation_notice, invitation
from booking.hours import Interval

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MEETING = Interval(datetime(2026, 11, 24, 4, 30, tzinfo=UTC), datetime(2026, 11, 24, 5, tzinfo=UTC))
UID = "booking-1@bellhop"
URL = "https://bellhop.example.com/room/abc"


def made(sequence: int = 0, organiser: str = "Acme; Care, Ltd") -> bytes:
    text = "Join:\n\u00fcber"
    return invitation(UID, sequence, MEETING, "Consultation", organiser=organiser, description=text, url=URL, now=NOW)


def event_of(file: bytes) -> Component:
    [event] = Calendar.from_ical(file).walk("VEVENT")
    return event


def test_an_invitation_reads_back_as_it_was_meant() -> None:
    event = event_of(made())
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (MEETING.start, MEETING.end)
    assert (str(event["uid"]), event.decoded("sequence"), str(event["summary"])) == (
        UID,
        0,
        "Consultation",
    )
    assert (str(event["description"]), str(event["url"]), str(event["location"])) == ("Join:\n\u00fcber", URL, URL)
    assert str(event["status"]) == "CONFIRMED"
    assert event.decoded("dtstamp") == NOW


def test_an_organiser_without_mail_is_still_a_legal_address() -> None:
    organiser = event_of(made())["organizer"]
    assert (str(organiser), organiser.params["CN"]) == ("mailto:noreply@bellhop.invalid", "Acme; Care, Ltd")
    assert str(event_of(made(organiser="a@example.com"))["organizer"]) == "mailto:a@example.com"


def test_it_reminds_ten_minutes_before() -> None:
    [alarm] = Calendar.from_ical(made()).walk("VALARM")
    assert alarm.decoded("trigger") == timedelta(minutes=-10)


def test_a_cancellation_takes_the_same_event_back() -> None:
    file = cancellation_notice(UID, 1, MEETING, "Consultation", organiser="Acme", now=NOW)
    event = event_of(file)
    assert str(Calendar.from_ical(file)["method"]) == "CANCEL"
    assert (str(event["uid"]), event.decoded("sequence"), str(event["status"])) == (UID, 1, "CANCELLED")


def test_the_file_keeps_the_formats_line_ends_and_lengths() -> None:
    lines = made().split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert all(len(line) <= 75 and b"\n" not in line for line in lines)

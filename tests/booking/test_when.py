"""Free text over offered slots: what it narrows to, and what it leaves alone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.hours import WeeklyHours, parse_hours
from booking.slots import Offer, Slot, next_slots
from booking.when import Narrowed, narrow

ZONE = "Europe/Berlin"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)  # Monday, ten o'clock in Berlin
HALF_HOUR = timedelta(minutes=30)
WEEK = {"ann": WeeklyHours(ZONE, parse_hours("Mon-Fri 09:00-13:00, 14:00-18:00; Sat 10:00-14:00"))}
OFFERED = next_slots(
    WEEK, Offer(HALF_HOUR, HALF_HOUR, horizon=timedelta(days=21)), {}, after=NOW, n=999, zone=ZONE, now=NOW
)


def shown(slots: tuple[Slot, ...]) -> list[str]:
    return [f"{slot.start.astimezone(ZoneInfo(ZONE)):%a %d %H:%M}" for slot in slots]


def said(text: str, language: str = "en") -> Narrowed:
    return narrow(text, OFFERED, ZONE, NOW, language)


@pytest.mark.parametrize(
    ("text", "language", "slots"),
    [
        ("book me in for Friday at 5", "en", ["Fri 27 17:00"]),
        ("half past three tomorrow", "en", ["Tue 24 15:30"]),
        ("tomorrow at 3pm", "en", ["Tue 24 15:00"]),
        ("friday 5pm", "en", ["Fri 27 17:00"]),
        ("the 3rd at noon", "en", ["Thu 03 12:00"]),
        ("24/11 10:00", "en", ["Tue 24 10:00"]),
        ("2026-12-01 at 9:30", "en", ["Tue 01 09:30"]),
        ("Dec 1 at 9.30", "en", ["Tue 01 09:30"]),
        ("Friday, 4 December 2026 at ten o\u2019clock", "en", ["Fri 04 10:00"]),
        ("next week monday 9:00", "en", ["Mon 30 09:00"]),
        ("day after tomorrow at 11 am", "en", ["Wed 25 11:00"]),
        ("earliest on friday", "en", ["Fri 27 09:00"]),
        ("asap", "en", ["Mon 23 10:00"]),
        ("tuesday 5", "en", ["Tue 24 17:00"]),
        ("in 3 days at 14:30", "en", ["Thu 26 14:30"]),
        ("morgen um 15 Uhr", "de", ["Tue 24 15:00"]),
        ("am 1.12. um 9 Uhr", "de", ["Tue 01 09:00"]),
        ("ma\u00f1ana a las 5 de la tarde", "es", ["Tue 24 17:00"]),
        ("vendredi \u00e0 14h30", "fr", ["Fri 27 14:30"]),
        ("\u0915\u0932 \u0936\u093e\u092e 5 \u092c\u091c\u0947", "hi", ["Tue 24 17:00"]),
        # ambiguous: both are shown
        ("next tuesday 14:30", "en", ["Tue 24 14:30", "Tue 01 14:30"]),
        ("tuesday or wednesday at 10", "en", ["Tue 24 10:00", "Wed 25 10:00"]),
        ("tomorrow at 3 or 4", "en", ["Tue 24 15:00", "Tue 24 16:00"]),
        ("in 2 hours", "en", ["Mon 23 12:00", "Mon 23 12:30"]),
        ("thu between 2 and 4", "en", ["Thu 26 14:00", "Thu 26 14:30", "Thu 26 15:00", "Thu 26 15:30"]),
        ("2-3pm thursday", "en", ["Thu 26 14:00", "Thu 26 14:30"]),
        ("10-11:30 tomorrow", "en", ["Tue 24 10:00", "Tue 24 10:30", "Tue 24 11:00"]),
        ("tue not before 5", "en", ["Tue 24 17:00", "Tue 24 17:30"]),
        ("tomorrow before 10", "en", ["Tue 24 09:00", "Tue 24 09:30"]),
        ("tomorrow morning by 9:30", "en", ["Tue 24 09:00", "Tue 24 09:30"]),
        ("after 5 on friday", "en", ["Fri 27 17:00", "Fri 27 17:30"]),
        ("saturday afternoon", "en", ["Sat 28 12:00", "Sat 28 12:30", "Sat 28 13:00", "Sat 28 13:30"]),
    ],
)
def test_text_narrows_the_offered_slots(text: str, language: str, slots: list[str]) -> None:
    found = said(text, language)
    assert found.understood
    assert shown(found.slots) == slots


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "",
        "not friday",
        "I can\u2019t on tuesday",
        "tomorrow for 2 people",
        "tomorrow at 25",
        "at 9:75",
        "13 pm tomorrow",
        "between 5pm and 2pm",
        "the 32nd",
        "31/31",
        "30 february at 10",
        "order 4711 please",
        "tuesday +49 30 1234567",
    ],
)
def test_what_it_does_not_wholly_understand_it_leaves_alone(text: str) -> None:
    assert said(text) == Narrowed()


def test_nothing_free_brings_the_nearest() -> None:
    found = said("tomorrow at 13:15")
    assert (found.understood, found.slots) == (True, ())
    assert shown(found.nearest) == ["Tue 24 12:00", "Tue 24 12:30", "Tue 24 14:00"]
    assert shown(said("sunday at 10").nearest) == ["Sat 28 10:00", "Sat 28 10:30", "Mon 30 10:00"]


def test_a_customer_elsewhere_means_their_own_clock() -> None:
    found = narrow("tomorrow at 5", OFFERED, "Asia/Kolkata", NOW)
    assert [slot.start for slot in found.slots] == [datetime(2026, 11, 24, 11, 30, tzinfo=UTC)]


def test_the_day_of_a_weekdays_own_name_leaves_two_to_ask_about() -> None:
    assert shown(said("monday at 11").slots) == ["Mon 23 11:00", "Mon 30 11:00"]


PIECES = "tomorrow,friday,at 5,or,not,3rd,14:30,next,week,morning,12/1,between 2 and 4,\u00fc,99,after,sunday".split(
    ","
)
phrases = st.lists(st.sampled_from(PIECES), max_size=6).map(" ".join)


@given(phrases | st.text(max_size=40), st.sampled_from(["en", "de", "xx", "pt-BR"]))
def test_whatever_is_said_only_offered_slots_come_back_in_order(text: str, language: str) -> None:
    found = said(text, language)
    assert set(found.slots) <= set(OFFERED)
    assert set(found.nearest) <= set(OFFERED)
    assert list(found.slots) == sorted(found.slots)
    assert not (found.slots and found.nearest)

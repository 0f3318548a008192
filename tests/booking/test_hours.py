"""Opening hours: how they are written, and which moments they mean, the odd nights included."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.hours import Interval, Span, WeeklyHours, day_interval, format_hours, merged, open_intervals, parse_hours

ODD_NIGHTS = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/Santiago", date(2026, 9, 6)),  # its midnight does not exist
    ("Pacific/Apia", date(2011, 12, 29)),  # the day before the one that was skipped
]
times = st.times().map(lambda t: t.replace(second=0, microsecond=0))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def opening(zone: str, hours: str, day: date) -> list[tuple[datetime, datetime]]:
    return [(i.start, i.end) for i in open_intervals(WeeklyHours(zone, parse_hours(hours)), day)]


def test_hours_are_read_as_people_write_them() -> None:
    spans = parse_hours("Mon-Tue 09:00-13:00, 14:00-18:00; Sat 10-24:00")
    morning, afternoon = (time(9), time(13)), (time(14), time(18))
    assert spans == (
        Span(0, *morning),
        Span(0, *afternoon),
        Span(1, *morning),
        Span(1, *afternoon),
        Span(5, time(10), time(0)),
    )


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Monday \u2013 Wednesday: 9.30\u201317", "Mon-Wed 09:30-17:00"),
        ("Sat-Mon 10-12", "Mon 10:00-12:00; Sat-Sun 10:00-12:00"),
        ("mon, wed 9am - 5pm", "Mon 09:00-17:00; Wed 09:00-17:00"),
        ("daily 00:00-24:00", "Mon-Sun 00:00-24:00"),
        ("Fri 22:00-02:00", "Fri 22:00-02:00"),
        ("Tue 12pm-12am\nThu 12am-12pm", "Tue 12:00-24:00; Thu 00:00-12:00"),
    ],
)
def test_other_spellings_mean_the_same(text: str, same: str) -> None:
    assert format_hours(parse_hours(text)) == same


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "No hours found"),
        ("whenever", "no days and times I can read"),
        ("Mon 09:00", "needs a start and an end"),
        ("Mon 09:00-09:00", "starts and ends at the same time"),
        ("Mon 09:00-25:00", '"25:00" is no time of day'),
        ("Mon 09:70-10:00", '"09:70" is no time of day'),
        ("Mon 13pm-15:00", '"13pm" is no time of day'),
        ("Blursday 09:00-10:00", '"Blursday" is no weekday'),
        ("Mon 09:00-12:00, 11:00-13:00", "overlap on Mon: 09:00-12:00 and 11:00-13:00"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_hours(text)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 22), st.integers(1, 2)), unique_by=lambda s: s[:1]))
def test_written_hours_read_back_the_same(parts: list[tuple[int, int, int]]) -> None:
    spans = tuple(sorted(Span(day, time(hour), time((hour + long) % 24)) for day, hour, long in parts))
    assert not spans or parse_hours(format_hours(spans)) == spans


def test_an_ordinary_day_opens_by_the_wall_clock() -> None:
    assert opening("Europe/Berlin", "Mon 09:00-13:00, 14:00-18:00", date(2026, 11, 23)) == [
        (at("2026-11-23T08:00"), at("2026-11-23T12:00")),
        (at("2026-11-23T13:00"), at("2026-11-23T17:00")),
    ]


def test_hours_past_midnight_belong_to_the_day_they_begin() -> None:
    friday = date(2026, 11, 27)
    assert opening("UTC", "Fri 22:00-02:00", friday) == [(at("2026-11-27T22:00"), at("2026-11-28T02:00"))]
    assert opening("UTC", "Fri 22:00-02:00", friday + timedelta(days=1)) == []


def test_a_skipped_hour_is_never_open() -> None:
    spring = date(2026, 3, 29)
    assert opening("Europe/Berlin", "Sun 02:15-02:45", spring) == []
    assert opening("Europe/Berlin", "Sun 01:30-03:30", spring) == [(at("2026-03-29T00:30"), at("2026-03-29T01:30"))]


def test_an_hour_that_comes_twice_is_open_twice() -> None:
    autumn = date(2026, 10, 25)
    assert opening("Europe/Berlin", "Sun 02:15-02:45", autumn) == [
        (at("2026-10-25T00:15"), at("2026-10-25T00:45")),
        (at("2026-10-25T01:15"), at("2026-10-25T01:45")),
    ]
    assert opening("Europe/Berlin", "Sun 00:00-24:00", autumn) == [(at("2026-10-24T22:00"), at("2026-10-25T23:00"))]


def test_a_special_date_replaces_the_week_and_a_closed_date_beats_both() -> None:
    monday = date(2026, 11, 23)
    week = parse_hours("Mon 09:00-17:00")
    special = {monday: ((time(10), time(11)),)}
    assert open_intervals(WeeklyHours("UTC", week, special=special), monday) == (
        Interval(at("2026-11-23T10:00"), at("2026-11-23T11:00")),
    )
    assert open_intervals(WeeklyHours("UTC", week, frozenset({monday}), special), monday) == ()


@pytest.mark.parametrize(("zone", "day"), ODD_NIGHTS)
@given(opens=times, closes=times, probe=st.integers(-60, 49 * 60))
def test_a_moment_is_open_exactly_when_the_wall_clock_says_so(
    zone: str, day: date, opens: time, closes: time, probe: int
) -> None:
    local = ZoneInfo(zone)
    hours = WeeklyHours(zone, (Span(day.weekday(), opens, closes),))
    moment = datetime.combine(day, time(0), local).astimezone(UTC) + timedelta(minutes=probe)
    wall = moment.astimezone(local).replace(tzinfo=None)
    ends = datetime.combine(day + timedelta(days=closes <= opens), closes)
    said = datetime.combine(day, opens) <= wall < ends
    assert any(i.start <= moment < i.end for i in open_intervals(hours, day)) is said


@pytest.mark.parametrize(("zone", "day"), ODD_NIGHTS)
def test_days_follow_each_other_without_gap_or_overlap(zone: str, day: date) -> None:
    days = [day_interval(day + timedelta(days=offset), zone) for offset in range(-3, 4)]
    whole = [one for one in days if one]
    assert len(whole) >= 6, "no calendar skips two days of a week"
    assert all(one.end == next_.start for one, next_ in pairwise(whole))


def test_a_day_the_calendar_skipped_has_no_moments() -> None:
    assert day_interval(date(2011, 12, 30), "Pacific/Apia") is None


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (at("2026-01-01T10:00"), at("2026-01-01T10:00")),
        (at("2026-01-01T10:00"), at("2026-01-01T09:00")),
        (datetime(2026, 1, 1), at("2026-01-01T09:00")),  # noqa: DTZ001 (naive on purpose)
    ],
)
def test_an_interval_is_aware_and_runs_forward(start: datetime, end: datetime) -> None:
    with pytest.raises(ValueError, match="an interval"):
        Interval(start, end)


def test_touching_intervals_do_not_overlap_and_merge_into_one() -> None:
    one = Interval(at("2026-01-01T09:00"), at("2026-01-01T10:00"))
    two = Interval(at("2026-01-01T10:00"), at("2026-01-01T11:00"))
    assert not one.overlaps(two)
    assert merged([two, one]) == (Interval(one.start, two.end),)


def test_a_weekday_is_zero_to_six() -> None:
    with pytest.raises(ValueError, match="weekday"):
        Span(7, time(9), time(10))

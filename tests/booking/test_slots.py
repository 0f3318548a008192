"""Free slots: always inside opening hours, never over anything busy, shared fairly."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.hours import Interval, WeeklyHours, merged, open_intervals, parse_hours
from booking.slots import Offer, Slot, days_with_slots, free_slots, next_slots

MONDAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
OFFER = Offer(HALF_HOUR, HALF_HOUR)
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago", "UTC"]
ODD_DAYS = [date(2026, month, day) for month, day in ((3, 8), (3, 29), (4, 5), (9, 6), (10, 4), (10, 25), (11, 1))]


def hours(text: str, zone: str = "UTC") -> WeeklyHours:
    return WeeklyHours(zone, parse_hours(text))


def busy(start: str, end: str) -> Interval:
    return Interval(*(datetime.fromisoformat(f"2026-11-23T{text}").replace(tzinfo=UTC) for text in (start, end)))


def starts(slots: tuple[Slot, ...], zone: str = "UTC") -> list[str]:
    return [f"{slot.start.astimezone(ZoneInfo(zone)):%H:%M}" for slot in slots]


def on_monday(
    week: WeeklyHours, offer: Offer = OFFER, *taken: Interval, zone: str = "UTC", now: datetime = NOW
) -> list[str]:
    return starts(free_slots({"ann": week}, offer, {"ann": taken}, day=MONDAY, zone=zone, now=now), zone)


def test_slots_fill_the_opening_hours() -> None:
    assert on_monday(hours("Mon 09:00-10:15, 14:00-15:00")) == ["09:00", "09:30", "14:00", "14:30"]


def test_a_customer_elsewhere_sees_their_own_day() -> None:
    around_the_clock = hours("daily 00:00-24:00", "Europe/Berlin")
    assert on_monday(around_the_clock, Offer(HALF_HOUR, timedelta(hours=6)), zone="Asia/Kolkata") == [
        "04:30",
        "10:30",
        "16:30",
        "22:30",
    ]


def test_what_is_busy_is_not_offered_and_touching_is_fine() -> None:
    assert on_monday(hours("Mon 09:00-11:00"), OFFER, busy("09:30", "10:00")) == ["09:00", "10:00", "10:30"]


def test_buffers_keep_a_distance_and_may_lie_outside_the_hours() -> None:
    offer = Offer(HALF_HOUR, HALF_HOUR, buffer_before=timedelta(minutes=10), buffer_after=timedelta(minutes=15))
    assert on_monday(hours("Mon 09:00-11:00"), offer, busy("10:00", "10:05")) == ["09:00", "10:30"]
    assert offer.occupied(NOW) == Interval(NOW - timedelta(minutes=10), NOW + timedelta(minutes=45))


def test_notice_and_horizon_bound_what_is_offered() -> None:
    now = datetime(2026, 11, 23, 9, 10, tzinfo=UTC)
    offer = Offer(HALF_HOUR, HALF_HOUR, notice=timedelta(minutes=50), horizon=timedelta(minutes=110))
    assert on_monday(hours("Mon 09:00-18:00"), offer, now=now) == ["10:00", "10:30", "11:00"]


def test_a_night_shift_reaches_into_the_next_day() -> None:
    assert on_monday(hours("Sun 23:00-01:00; Mon 23:30-00:30")) == ["00:00", "00:30", "23:30"]


def test_a_slot_may_run_over_midnight_when_the_hours_do() -> None:
    late = Offer(timedelta(hours=1), HALF_HOUR)
    assert on_monday(hours("Mon 23:00-24:00; Tue 00:00-01:00"), late) == ["23:00", "23:30"]


def test_a_slot_may_run_into_a_day_that_is_no_longer_the_customers() -> None:
    offer = Offer(timedelta(minutes=90), timedelta(minutes=15))
    assert on_monday(hours("Mon-Tue 00:00-24:00"), offer, zone="Europe/Berlin")[-1] == "23:45"


def test_each_opening_has_its_own_grid() -> None:
    touching = hours("Sun 23:00-00:10; Mon 00:10-01:00")
    assert on_monday(touching) == ["00:00", "00:10"]


def test_the_least_busy_agent_gets_the_slot_then_the_first_by_name() -> None:
    week = {name: hours("Mon 09:00-11:00") for name in ("zoe", "bob", "ann")}
    taken = {"ann": [busy("10:00", "11:00")], "zoe": [busy("09:00", "09:30")]}
    slots = free_slots(week, OFFER, taken, day=MONDAY, zone="UTC", now=NOW)
    assert [slot.agent for slot in slots] == ["bob"] * 4
    slots = free_slots(week, OFFER, taken | {"bob": [busy("09:00", "11:00")]}, day=MONDAY, zone="UTC", now=NOW)
    assert [slot.agent for slot in slots] == ["ann", "zoe", "zoe", "zoe"]


def test_days_with_slots_skip_full_days_and_stop_at_the_horizon() -> None:
    week = {"ann": hours("Mon-Tue 09:00-10:00")}
    full = {"ann": [busy("08:00", "11:00")]}
    offer = Offer(HALF_HOUR, HALF_HOUR, horizon=timedelta(days=12))
    found = days_with_slots(week, offer, full, first=MONDAY, count=5, zone="UTC", now=NOW)
    assert found == (date(2026, 11, 24), date(2026, 11, 30), date(2026, 12, 1))


def test_days_with_slots_never_lie_in_the_past() -> None:
    week = {"ann": hours("daily 09:00-10:00")}
    found = days_with_slots(week, OFFER, {}, first=date(2026, 1, 1), count=2, zone="UTC", now=NOW)
    assert found == (date(2026, 11, 21), date(2026, 11, 22))


def test_next_slots_run_over_days() -> None:
    week = {"ann": hours("daily 09:00-10:00")}
    after = datetime(2026, 11, 23, 9, 15, tzinfo=UTC)
    slots = next_slots(week, OFFER, {}, after=after, n=3, zone="UTC", now=NOW)
    assert [f"{slot.start:%d %H:%M}" for slot in slots] == ["23 09:30", "24 09:00", "24 09:30"]


def test_a_day_the_calendar_skipped_has_no_slots() -> None:
    now = datetime(2011, 12, 20, tzinfo=UTC)
    week = {"ann": hours("daily 00:00-24:00", "Pacific/Apia")}
    assert free_slots(week, OFFER, {}, day=date(2011, 12, 30), zone="Pacific/Apia", now=now) == ()


@pytest.mark.parametrize(
    "lengths",
    [
        {"duration": timedelta(), "step": HALF_HOUR},
        {"duration": HALF_HOUR, "step": timedelta()},
        {"duration": HALF_HOUR, "step": HALF_HOUR, "buffer_after": -HALF_HOUR},
    ],
)
def test_an_offer_without_length_is_refused(lengths: dict[str, timedelta]) -> None:
    with pytest.raises(ValueError, match=r"duration|negative"):
        Offer(**lengths)


Situation = tuple[dict[str, WeeklyHours], dict[str, list[Interval]], date, datetime]
minutes = st.integers(1, 24 * 12).map(lambda n: timedelta(minutes=5 * n))
offers = st.builds(
    Offer,
    duration=st.sampled_from([15, 20, 30, 45, 60, 90]).map(lambda m: timedelta(minutes=m)),
    step=st.sampled_from([10, 15, 30, 60]).map(lambda m: timedelta(minutes=m)),
    buffer_before=st.sampled_from([0, 5, 15]).map(lambda m: timedelta(minutes=m)),
    buffer_after=st.sampled_from([0, 10, 30]).map(lambda m: timedelta(minutes=m)),
    notice=st.sampled_from([0, 60, 600]).map(lambda m: timedelta(minutes=m)),
)
weeks = st.builds(
    hours,
    st.sampled_from(
        ["daily 01:00-05:00", "daily 00:00-24:00", "daily 22:00-03:30", "Sun 02:15-02:45, 08:00-12:00; Sat 23:00-24:00"]
    ),
    st.sampled_from(ZONES),
)


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """Up to three agents with hours and engagements around a day on which clocks change somewhere."""
    day = draw(st.sampled_from(ODD_DAYS))
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    spans = st.tuples(st.integers(-36 * 12, 36 * 12), minutes)
    engaged = spans.map(
        lambda s: Interval(noon + timedelta(minutes=5 * s[0]), noon + timedelta(minutes=5 * s[0]) + s[1])
    )
    week = draw(st.dictionaries(st.sampled_from(["ann", "bob", "zoe"]), weeks, min_size=1))
    taken = {name: draw(st.lists(engaged, max_size=4)) for name in week}
    return week, taken, day, noon - timedelta(hours=draw(st.integers(0, 48)))


@given(situations(), offers, st.sampled_from(ZONES))
def test_slots_lie_in_hours_over_nothing_busy_and_on_the_customers_day(
    situation: Situation, offer: Offer, zone: str
) -> None:
    week, taken, day, now = situation
    slots = free_slots(week, offer, taken, day=day, zone=zone, now=now)
    assert [slot.start for slot in slots] == sorted({slot.start for slot in slots})
    for slot in slots:
        around = [day + timedelta(days=offset) for offset in (-2, -1, 0, 1, 2)]
        opened = merged(span for near in around for span in open_intervals(week[slot.agent], near))
        assert any(span.contains(Interval(slot.start, slot.end)) for span in opened)
        assert not any(span.overlaps(offer.occupied(slot.start)) for span in taken[slot.agent])
        assert slot.start.astimezone(ZoneInfo(zone)).date() == day
        assert slot.end - slot.start == offer.duration
        assert slot.start >= now + offer.notice


@given(situations(), offers, st.sampled_from(ZONES))
def test_a_booked_slot_is_no_longer_offered_with_that_agent(situation: Situation, offer: Offer, zone: str) -> None:
    week, taken, day, now = situation
    slots = free_slots(week, offer, taken, day=day, zone=zone, now=now)
    for slot in slots[:2]:
        after = taken | {slot.agent: [*taken[slot.agent], offer.occupied(slot.start)]}
        assert slot not in free_slots(week, offer, after, day=day, zone=zone, now=now)


@given(situations(), offers, st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_every_customers_zone_is_offered_the_same_moments(
    situation: Situation,
    offer: Offer,
    one: str,
    other: str,
) -> None:
    week, taken, day, now = situation
    here = {slot.start for slot in free_slots(week, offer, taken, day=day, zone=one, now=now)}
    there = {
        slot.start
        for offset in (-1, 0, 1)
        for slot in free_slots(week, offer, taken, day=day + timedelta(days=offset), zone=other, now=now)
    }
    assert here <= there

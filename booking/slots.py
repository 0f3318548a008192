"""Free slots: opening hours minus what is busy, for any agent who could take them."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from booking.hours import DAY, Interval, WeeklyHours, day_interval, merged, open_intervals

Hours = Mapping[str, WeeklyHours]
Busy = Mapping[str, Sequence[Interval]]
NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class Offer:
    """How a service is sold: its length, the grid of its starts, the quiet around it, how soon and how far ahead."""

    duration: timedelta
    step: timedelta
    buffer_before: timedelta = NOTHING
    buffer_after: timedelta = NOTHING
    notice: timedelta = NOTHING
    horizon: timedelta = timedelta(days=60)

    def __post_init__(self) -> None:
        """Refuses lengths that would make no slots, or slots without end."""
        if self.duration <= NOTHING or self.step <= NOTHING:
            raise ValueError("duration and step must be longer than no time")
        if min(self.buffer_before, self.buffer_after, self.notice, self.horizon) < NOTHING:
            raise ValueError("buffers, notice and horizon cannot be negative")

    def occupied(self, start: datetime) -> Interval:
        """The agent's time that a booking at `start` takes, buffers included: what to keep as busy."""
        return Interval(start - self.buffer_before, start + self.duration + self.buffer_after)


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A stretch of time, aware UTC, that one agent could give."""

    start: datetime
    end: datetime
    agent: str


def free_slots(
    hours_by_agent: Hours, offer: Offer, busy_by_agent: Busy, *, day: date, zone: str, now: datetime
) -> tuple[Slot, ...]:
    """The slots that start on `day` in the customer's `zone`, one per distinct start, in order.

    A busy interval already carries its own buffers (`Offer.occupied`). Of several free agents the least busy that day
    gets the slot, then the first by name.
    """
    window, now = day_interval(day, zone), now.astimezone(UTC)  # times of one zone add up as wall clocks, UTC does not
    if window is None:
        return ()
    busy = {agent: merged(busy_by_agent.get(agent, ())) for agent in hours_by_agent}
    load = {agent: _load(busy[agent], window) for agent in hours_by_agent}
    best: dict[datetime, str] = {}
    for agent in sorted(hours_by_agent, key=lambda name: (load[name], name)):
        for start in _starts(hours_by_agent[agent], offer, busy[agent], window, now):
            # Agents come in the order in which they are wanted, so whoever has a start already keeps it.
            best.setdefault(start, agent)
    return tuple(Slot(start, start + offer.duration, best[start]) for start in sorted(best))


def days_with_slots(
    hours_by_agent: Hours, offer: Offer, busy_by_agent: Busy, *, first: date, count: int, zone: str, now: datetime
) -> tuple[date, ...]:
    """The first `count` days from `first` on, in the customer's `zone`, with a free slot; fewer at the horizon."""
    days = _days(first, offer, zone, now)
    free = (day for day in days if free_slots(hours_by_agent, offer, busy_by_agent, day=day, zone=zone, now=now))
    return tuple(islice(free, count))


def next_slots(
    hours_by_agent: Hours, offer: Offer, busy_by_agent: Busy, *, after: datetime, n: int, zone: str, now: datetime
) -> tuple[Slot, ...]:
    """The first `n` free slots that start at or after `after`."""
    days = _days(max(after, now).astimezone(ZoneInfo(zone)).date(), offer, zone, now)
    slots = (
        slot for day in days for slot in free_slots(hours_by_agent, offer, busy_by_agent, day=day, zone=zone, now=now)
    )
    return tuple(islice((slot for slot in slots if slot.start >= after), n))


def _days(first: date, offer: Offer, zone: str, now: datetime) -> Iterator[date]:
    local = ZoneInfo(zone)
    day = max(first, now.astimezone(local).date())
    last = (now + offer.horizon).astimezone(local).date()
    while day <= last:
        yield day
        day += DAY


def _starts(
    hours: WeeklyHours, offer: Offer, busy: tuple[Interval, ...], window: Interval, now: datetime
) -> Iterator[datetime]:
    """The starts one agent could give inside `window`, on a grid that begins at each opening."""
    # Midnight itself belongs to the next day, whose window begins there.
    earliest, latest = (
        max(window.start, now + offer.notice),
        min(window.end - timedelta.resolution, now + offer.horizon),
    )
    openings = _openings(hours, window)
    # Spans that touch make one stretch to be booked in, though each begins a grid of its own.
    whole = merged(openings)
    for opening in openings:
        closes = next(span.end for span in whole if span.contains(opening))
        start = opening.start + max(0, -((opening.start - earliest) // offer.step)) * offer.step
        while start <= latest and start < opening.end and start + offer.duration <= closes:
            if _is_free(busy, offer.occupied(start)):
                yield start
            start += offer.step


def _openings(hours: WeeklyHours, window: Interval) -> tuple[Interval, ...]:
    """Everything open that may reach into `window`: hours may begin the day before and run past midnight."""
    zone = ZoneInfo(hours.zone)
    first = window.start.astimezone(zone).date() - DAY
    count = (window.end.astimezone(zone).date() - first).days + 2  # a slot may run on into the next opening
    return tuple(span for offset in range(count) for span in open_intervals(hours, first + offset * DAY))


def _is_free(busy: tuple[Interval, ...], wanted: Interval) -> bool:
    """Whether no busy interval touches `wanted`; `busy` is ordered and disjoint, so only one neighbour can."""
    position = bisect_right(busy, wanted.start, key=lambda interval: interval.end)
    return position == len(busy) or busy[position].start >= wanted.end


def _load(busy: tuple[Interval, ...], window: Interval) -> timedelta:
    return sum((min(b.end, window.end) - max(b.start, window.start) for b in busy if b.overlaps(window)), NOTHING)

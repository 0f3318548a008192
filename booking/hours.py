"""Opening hours on the wall clock, and the moments they mean.

One rule decides the nights when clocks change: *a moment is open when the wall clock reads an open time at that
moment*. An hour that is skipped is never open; an hour that comes twice is open twice.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MIDNIGHT = time(0)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """A half-open stretch of time [start, end), aware UTC; raises ValueError when naive, empty or reversed."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Keeps both ends in UTC, whatever zone they came in."""
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("an interval needs aware datetimes")
        if self.end <= self.start:
            raise ValueError("an interval must end after it starts")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.end - self.start

    def overlaps(self, other: "Interval") -> bool:
        """Whether the two share a moment; touching ends do not."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: "Interval") -> bool:
        """Whether `other` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Open from `opens` to `closes` on a weekday (Monday is 0).

    `closes` at or before `opens` means the next day, so 00:00 is the midnight that ends the day.
    """

    weekday: int
    opens: time
    closes: time

    def __post_init__(self) -> None:
        """Refuses what is not a weekday."""
        if self.weekday not in range(7):
            raise ValueError("a weekday is 0 (Monday) to 6 (Sunday)")


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Someone's hours in their own zone.

    `special` replaces the weekly spans of a date with its own (opens, closes) pairs; a date in `closed` is closed
    whatever else is said.
    """

    zone: str
    spans: tuple[Span, ...]
    closed: frozenset[date] = frozenset()
    special: Mapping[date, tuple[tuple[time, time], ...]] = field(default_factory=lambda: MappingProxyType({}))


def open_intervals(hours: WeeklyHours, day: date) -> tuple[Interval, ...]:
    """The open stretches that begin on `day` in the hours' own zone, in order, merged where they touch."""
    if day in hours.closed:
        return ()
    weekly = tuple((span.opens, span.closes) for span in hours.spans if span.weekday == day.weekday())
    zone = ZoneInfo(hours.zone)
    pieces = (piece for pair in hours.special.get(day, weekly) for piece in _moments(zone, day, *pair))
    return merged(pieces)


def merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same moments as disjoint intervals, in order."""
    done: list[Interval] = []
    for piece in sorted(intervals):
        if done and piece.start <= done[-1].end:
            done[-1] = Interval(done[-1].start, max(done[-1].end, piece.end))
        else:
            done.append(piece)
    return tuple(done)


def day_interval(day: date, zone: str) -> Interval | None:
    """All moments that are `day` in `zone`; None where the calendar skipped that day."""
    pieces = merged(_moments(ZoneInfo(zone), day, MIDNIGHT, MIDNIGHT))
    return Interval(pieces[0].start, pieces[-1].end) if pieces else None


def _moments(zone: ZoneInfo, day: date, opens: time, closes: time) -> list[Interval]:
    """The moments at which the wall clock reads between `opens` and `closes`: two stretches where an hour repeats."""
    begin = datetime.combine(day, opens, UTC)  # wall time written as UTC, so that arithmetic is plain
    end = datetime.combine(day if closes > opens else day + DAY, closes, UTC)
    before, after = _offset(zone, begin - DAY), _offset(zone, end + DAY)
    if before == after:
        return [Interval(begin - before, end - before)]
    change = _change(zone, begin - DAY, end + DAY)
    edges = ((begin - before, min(end - before, change)), (max(begin - after, change), end - after))
    return [Interval(start, stop) for start, stop in edges if start < stop]


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The moment in (low, high] at which the zone's offset becomes the one of `high`, to the second."""
    later = _offset(zone, high)
    while high - low > SECOND:
        middle = low + timedelta(seconds=(high - low) // SECOND // 2)
        low, high = (low, middle) if _offset(zone, middle) == later else (middle, high)
    return high


# ---- hours as people write them ----

CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?", re.IGNORECASE)
ENTRY = re.compile(r"(?P<days>[a-z][a-z,\s-]*?)\s*:?\s+(?P<times>\d.*)", re.IGNORECASE)
EVERY_DAY = ("daily", "every day", "all week")
EXAMPLE = 'write hours like "Mon-Fri 09:00-13:00, 14:00-18:00; Sat 10:00-14:00"'


def parse_hours(text: str) -> tuple[Span, ...]:
    """The spans of "Mon-Fri 09:00-13:00, 14:00-18:00; Sat 10:00-14:00"; raises ValueError with a sentence."""
    plain = re.sub(r"\s*[\u2010-\u2015]\s*|\s+-\s+", "-", text)
    spans = [span for entry in re.split(r"[;\n]", plain) if entry.strip() for span in _entry(entry.strip())]
    if not spans:
        raise ValueError(f"No hours found: {EXAMPLE}.")
    _refuse_overlaps(spans)
    return tuple(sorted(spans))


def format_hours(spans: Iterable[Span]) -> str:
    """The spans as `parse_hours` reads them, neighbouring days with the same times joined."""
    by_day = [
        _times_text(span for span in spans_ if span.weekday == day) for spans_ in [tuple(spans)] for day in range(7)
    ]
    groups: list[tuple[int, int, str]] = []
    for day, times in enumerate(by_day):
        if groups and groups[-1][2] == times:
            groups[-1] = (groups[-1][0], day, times)
        else:
            groups.append((day, day, times))
    return "; ".join(f"{_days_text(first, last)} {times}" for first, last, times in groups if times)


def _entry(entry: str) -> list[Span]:
    match = ENTRY.fullmatch(entry)
    if match is None:
        raise ValueError(f'"{entry}" has no days and times I can read: {EXAMPLE}.')
    pairs = [_pair(part.strip()) for part in match["times"].split(",")]
    return [Span(day, *pair) for day in _days(match["days"].strip()) for pair in pairs]


def _days(text: str) -> list[int]:
    if text.lower() in EVERY_DAY:
        return list(range(7))
    days: list[int] = []
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        start = _weekday(first)
        end = _weekday(last) if last else start
        days += [(start + step) % 7 for step in range((end - start) % 7 + 1)]
    return list(dict.fromkeys(days))


def _weekday(word: str) -> int:
    short = word.strip().title()[:3]
    if short not in WEEKDAYS:
        raise ValueError(f'"{word.strip()}" is no weekday: use {", ".join(WEEKDAYS)}.')
    return WEEKDAYS.index(short)


def _pair(text: str) -> tuple[time, time]:
    first, dash, last = text.partition("-")
    if not dash:
        raise ValueError(f'"{text}" needs a start and an end, such as 09:00-17:00.')
    opens, closes = _clock(first), _clock(last)
    if opens == closes and opens != MIDNIGHT:
        raise ValueError(f'"{text}" starts and ends at the same time.')
    return opens, closes


def _clock(text: str) -> time:
    match = CLOCK.fullmatch(text.strip())
    hour, minute = (int(match[1]), int(match[2] or 0)) if match else (99, 0)
    if match and match[3]:
        hour = hour % 12 + (12 if match[3].lower() == "pm" else 0) if 1 <= hour <= 12 else 99
    if (hour, minute) == (24, 0):
        return MIDNIGHT
    if hour > 23 or minute > 59:
        raise ValueError(f'"{text.strip()}" is no time of day: write it like 09:00 or 17:30.')
    return time(hour, minute)


def _refuse_overlaps(spans: list[Span]) -> None:
    """Two spans over one time are more likely a slip of the pen than a wish."""
    for number, one in enumerate(spans):
        for other in spans[number + 1 :]:
            if one.weekday == other.weekday and _minutes(one).overlaps(_minutes(other)):
                raise ValueError(
                    f"Two spans overlap on {WEEKDAYS[one.weekday]}: {_span_text(one)} and {_span_text(other)}."
                )


def _minutes(span: Span) -> Interval:
    monday = date(2001, 1, 1)
    return _moments(ZoneInfo("UTC"), monday, span.opens, span.closes)[0]


def _days_text(first: int, last: int) -> str:
    return WEEKDAYS[first] if first == last else f"{WEEKDAYS[first]}-{WEEKDAYS[last]}"


def _times_text(spans: Iterable[Span]) -> str:
    return ", ".join(_span_text(span) for span in sorted(spans))


def _span_text(span: Span) -> str:
    return f"{span.opens:%H:%M}-{'24:00' if span.closes == MIDNIGHT else f'{span.closes:%H:%M}'}"

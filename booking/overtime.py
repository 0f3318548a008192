"""How long two sides talked, from when each was in the room, and how far that goes beyond what was booked."""

from collections.abc import Iterable
from datetime import datetime, timedelta

Span = tuple[datetime, datetime]
"""From when until when somebody was there; aware moments."""


def together(one: Iterable[Span], other: Iterable[Span]) -> timedelta:
    """For how long both sides were there at once. One side may be several people, and may have come and gone."""
    mine, theirs = _merged(one), _merged(other)
    shared = (min(a[1], b[1]) - max(a[0], b[0]) for a in mine for b in theirs)
    return sum((span for span in shared if span > timedelta()), timedelta())


def minutes_beyond(talked: timedelta, booked: timedelta) -> int:
    """Whole minutes beyond the booked ones; what is begun is not counted."""
    return max((talked - booked) // timedelta(minutes=1), 0)


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The same time, each moment once."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged

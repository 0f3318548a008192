"""When a booking is brought to mind again."""

from datetime import datetime, timedelta

BEFORE = (timedelta(days=1), timedelta(hours=1))
"""How long before the start, the earliest first."""


def next_reminder(starts_at: datetime, now: datetime) -> datetime | None:
    """The next moment to remind of what starts at `starts_at`; None when the last of them has passed."""
    return min((moment for before in BEFORE if (moment := starts_at - before) > now), default=None)

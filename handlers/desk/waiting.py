"""What a customer is told who waits for a person: when somebody is in again, and their place in the queue."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from booking.hours import DAY, open_intervals
from booking.zones import day_label
from handlers.appointments.calendar import weekly
from handlers.turn import Turn
from handlers.words import clock_time
from storage.tables import Conversation, Hours

AHEAD = 14
"""Days in which an opening is looked for."""


async def tell_waiting(turn: Turn, case: Conversation) -> str:
    """What a customer who has just written is to be told, once; nothing when they know it or somebody holds it."""
    if case.holder_id is not None or not (away := await _is_news(turn, case)):
        return ""
    case.told_waiting_at = case.told_waiting_at or turn.work.now
    before = await turn.work.desk.waiting_before(case)
    place = f" You are number {before + 1} in the queue." if before else ""
    return f"{away}{place}"


async def _is_news(turn: Turn, case: Conversation) -> str:
    """The sentence that is new to them: that somebody will answer, or when somebody is in again."""
    opens = next_opening(await turn.work.people.hours_of(turn.team.id), turn.work.now)
    if opens is None:
        return f"{turn.team.name} reads this here, and somebody will answer." if case.told_waiting_at is None else ""
    if case.told_away_until is not None and turn.work.now < case.told_away_until:
        # The same closed span: they know.
        return ""
    case.told_away_until = opens
    return f"Nobody of {turn.team.name} is in at the moment; {_opening(turn, opens)}"


def _opening(turn: Turn, opens: datetime) -> str:
    zone = ZoneInfo(turn.zone)
    day = day_label(opens.astimezone(zone).date(), turn.work.now.astimezone(zone).date())
    return f"somebody is back {day.lower() if day in _NEAR else f'on {day}'} at {clock_time(opens, turn.zone)}."


_NEAR = ("Today", "Tomorrow")


def next_opening(hours: Sequence[Hours], now: datetime) -> datetime | None:
    """When somebody is in again; None while somebody is in, and for a team that names no hours."""
    if not hours:
        return None
    starts = []
    for one in map(weekly, hours):
        today = now.astimezone(ZoneInfo(one.zone)).date()
        for day in range(-1, AHEAD):
            for span in open_intervals(one, today + day * DAY):
                if span.start <= now < span.end:
                    return None
                starts.append(span.start)
    later = [start for start in starts if start > now]
    # Nobody for two weeks is told as that day: it is asked again then.
    return min(later, default=now + timedelta(days=AHEAD))

"""How long words are kept, and forgetting them when that is over. Safe to run twice, and after a day asleep."""

from datetime import timedelta

from handlers.cases import show_case
from handlers.house import House
from storage.tables import Conversation, Team
from storage.work import Work

EVERY = timedelta(minutes=1)
GRACE = timedelta(minutes=10)
"""Last words are still on their way when a conversation is closed."""
AT_ONCE, ROUNDS = 20, 50
"""Conversations that one transaction empties, and transactions of one turn: the next turn goes on."""
QUIET = timedelta(days=90)
"""A case in which nothing was said for so long is closed, or its words would never be forgotten."""
LEFT_OVER = timedelta(days=7)
"""Half-filled forms, and codes of rooms that have closed, are forgotten after it."""
GIVEN_UP = timedelta(days=30)
"""What could not be done is kept so long for whoever looks for the reason."""


def kept_for(team: Team) -> str:
    """How long a team keeps words, as a customer reads it."""
    if not team.keep_days:
        return "until the conversation is closed"
    days = f"{team.keep_days} days" if team.keep_days > 1 else "one day"
    return f"for {days} after the conversation is closed, by somebody or by {QUIET.days} days of silence"


async def sweep_words(house: House) -> None:
    """Forget the words of conversations that were closed long enough ago, and what is left over elsewhere."""
    async with house.database.begin() as work:
        if not await work.pacing.take_turn("words", EVERY):
            return
        terms = await work.forgetting.terms()
        await work.forgetting.left_over(work.now - LEFT_OVER)
        await work.inbox.forget_dead(work.now - GIVEN_UP)
        await work.outbox.forget_dead(work.now - GIVEN_UP)
        for case in await work.forgetting.quiet(work.now - QUIET, AT_ONCE):
            await _close(work, case)
    left = ROUNDS
    for days in terms:
        while left and await _empty(house, days) == AT_ONCE:
            left -= 1


async def _close(work: Work, case: Conversation) -> None:
    """The desk sees it; the customer, who said nothing for so long, is left alone."""
    case.closed_at, case.snoozed_at, case.snoozed_until = work.now, None, None
    work.audits.note(case.team_id, None, "close", f"case {case.id}, after {QUIET.days} days of silence")
    await show_case(work, case)


async def _empty(house: House, days: int) -> int:
    async with house.database.begin() as work:
        closed_before = work.now - max(timedelta(days=days), GRACE)
        due = await work.forgetting.due(days, closed_before, AT_ONCE)
        if due:
            await work.forgetting.words(due)
        return len(due)

"""How long words are kept, and forgetting them when that is over. Safe to run twice, and after a day asleep."""

from datetime import timedelta

from handlers.house import House
from storage.tables import Team

EVERY = timedelta(minutes=1)
GRACE = timedelta(minutes=10)
"""Last words are still on their way when a conversation is closed."""
AT_ONCE, ROUNDS = 20, 50
"""Conversations that one transaction empties, and transactions of one turn: the next turn goes on."""
LEFT_OVER = timedelta(days=7)
"""Half-filled forms, and codes of rooms that have closed, are forgotten after it."""
GIVEN_UP = timedelta(days=30)
"""What could not be done is kept so long for whoever looks for the reason."""


def kept_for(team: Team) -> str:
    """How long a team keeps words, as a customer reads it."""
    if not team.keep_days:
        return "until the conversation is closed"
    days = f"{team.keep_days} days" if team.keep_days > 1 else "one day"
    return f"for {days} after the conversation is closed"


async def sweep_words(house: House) -> None:
    """Forget the words of conversations that were closed long enough ago, and what is left over elsewhere."""
    async with house.database.begin() as work:
        if not await work.pacing.take_turn("words", EVERY):
            return
        terms = await work.forgetting.terms()
        await work.forgetting.left_over(work.now - LEFT_OVER)
        await work.inbox.forget_dead(work.now - GIVEN_UP)
        await work.outbox.forget_dead(work.now - GIVEN_UP)
    left = ROUNDS
    for days in terms:
        while left and await _empty(house, days) == AT_ONCE:
            left -= 1


async def _empty(house: House, days: int) -> int:
    async with house.database.begin() as work:
        closed_before = work.now - max(timedelta(days=days), GRACE)
        due = await work.forgetting.due(days, closed_before, AT_ONCE)
        if due:
            await work.forgetting.words(due)
        return len(due)

"""Floods are slowed: who writes more than a person can write is told so once a minute, and the rest is not taken.

Counted in each process by itself, over a window of a minute that slides. A group of agents is never slowed as one
customer is: what they write counts for the team alone. Room pages count by themselves, in `bot.pages.live`.
"""

from enum import Enum

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from handlers.heard import Command, Edited, Heard, Place, Press, Said, SharedPlace, Submitted

TYPED = Said | Edited | Command | Press | Submitted | SharedPlace
"""What people do by themselves; what platforms tell of them is always taken."""


class Flood(Enum):
    """Whose limit is passed, with the sentence for who passed it."""

    CUSTOMER = "You write faster than I can pass on. What you write now does not arrive; please wait a minute."
    TEAM = "Very many people write here at this moment. Your words were not taken; please try again in a minute."


class Floods:
    """How much is taken in a minute: `customer` of one person, `team` of everybody at one bot or workspace."""

    def __init__(self, *, customer: int = 60, team: int = 30_000) -> None:
        """Nothing is counted yet."""
        self._counted = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._customer, self._team = RateLimitItemPerMinute(customer), RateLimitItemPerMinute(team)
        self._told = RateLimitItemPerMinute(1)

    async def passed(self, heard: Heard) -> Flood | None:
        """Which limit this passes; None when it is to be taken."""
        origin = heard.origin
        if not isinstance(heard, TYPED) or origin.place is Place.ROOM:
            return None
        there = (origin.channel, origin.account)
        alone = origin.place is Place.PRIVATE
        if alone and not await self._counted.hit(self._customer, "customer", *there, origin.user):
            return Flood.CUSTOMER
        return None if await self._counted.hit(self._team, "team", *there) else Flood.TEAM

    async def is_news(self, heard: Heard) -> bool:
        """Whether the person has not been told for a minute."""
        origin = heard.origin
        return await self._counted.hit(self._told, "told", origin.channel, origin.account, origin.user)

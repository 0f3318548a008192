"""Budgets and turns that all processes share: how fast a platform is spoken to, and who does a sweep."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from storage.tables import Pace, SweepTurn

NOTHING = timedelta()
FARTHEST = timedelta(minutes=5)
"""Nobody waits longer before he looks again. A moment farther away was written before the clock was set back."""


class Pacing:
    """The rows are locked while they are looked at, so that two processes cannot spend the same moment."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        """Part of one `Work`."""
        self._db = session
        self._now = now
        # Asked and locked once for a transaction, in which many may leave for one platform.
        self._seen: dict[str, Pace | None] = {}

    async def look_up(self, keys: Collection[str]) -> None:
        """Ask at once for what many are about to spend: nearly always all of it is free."""
        unseen = set(keys) - self._seen.keys()
        if unseen:
            asked = select(Pace).where(col(Pace.key).in_(unseen)).order_by(col(Pace.key)).with_for_update()
            rows = {row.key: row for row in (await self._db.execute(asked)).scalars()}
            self._seen |= dict.fromkeys(unseen) | rows

    async def spend(self, key: str, *, every: timedelta, burst: int) -> timedelta:
        """Reserve a moment of a budget: one `every` so often, `burst` at once. How long until that moment.

        Each caller gets a moment of its own, so that those who wait come back one by one and not all together.
        """
        return self._reserve(await self._pace(key), every, burst)

    async def leave(self, chat: str, budget: str, *, every: timedelta, burst: int) -> tuple[timedelta, timedelta]:
        """How long `chat` is still to be left alone; if it is not, a moment of `budget` as from `spend`."""
        await self.look_up((chat, budget))
        resting = self._rest(self._seen[chat])
        if resting:
            return resting, NOTHING
        return NOTHING, self._reserve(await self._pace(budget), every, burst)

    async def hold(self, key: str, pause: timedelta) -> None:
        """The platform asked for patience: nobody speaks there before it is over."""
        row = await self._pace(key)
        row.free_at = max(self._trusted(row.free_at), self._now + min(pause, FARTHEST))

    async def held(self, key: str) -> timedelta:
        """How long the platform still wants patience there."""
        if key in self._seen:
            return self._rest(self._seen[key])
        return self._rest(await self._db.get(Pace, key))

    def _reserve(self, row: Pace, every: timedelta, burst: int) -> timedelta:
        taken = max(self._now, self._trusted(row.free_at))
        row.free_at = taken + every
        return max(taken - every * (burst - 1) - self._now, NOTHING)

    def _rest(self, row: Pace | None) -> timedelta:
        return max(self._trusted(row.free_at) - self._now, NOTHING) if row else NOTHING

    def _trusted(self, moment: datetime) -> datetime:
        return moment if moment <= self._now + FARTHEST else self._now

    async def take_turn(self, name: str, lasts: timedelta) -> bool:
        """Whether this process does a sweep now; the next turn is free after `lasts`."""
        row = await self._db.get(SweepTurn, name, with_for_update=True)
        if row is None:
            return await self._first(SweepTurn(name=name, until=self._now + lasts))
        # A clock that was set back must not stop the sweeps for as long as it was ahead.
        if self._now < row.until <= self._now + lasts:
            return False
        row.until = self._now + lasts
        return True

    async def _pace(self, key: str) -> Pace:
        row = self._seen.get(key) or await self._db.get(Pace, key, with_for_update=True)
        if row is None:
            await self._first(Pace(key=key, free_at=self._now))
            row = await self._db.get_one(Pace, key, with_for_update=True)
        self._seen[key] = row
        return row

    async def _first(self, row: Pace | SweepTurn) -> bool:
        try:
            async with self._db.begin_nested():
                self._db.add(row)
                await self._db.flush()
        except IntegrityError:
            return False
        return True

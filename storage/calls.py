"""Questions about calls: who is in one, on whichever server, and what their browsers have to tell each other.

Who changes a call locks its conversation, its room and its callers, in this order, so that nobody waits in a circle.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from storage import signals, statements
from storage.repeats import table_of
from storage.tables import CallSignal, Conversation, Presence, Room
from storage.vault import Vault

AT_ONCE = 100


class Calls:
    """Callers, and the words of their browsers."""

    def __init__(self, session: AsyncSession, now: datetime, vault: Vault, wake: Callable[[str], None]) -> None:
        """Part of one `Work`; `wake` is told whose page has something to fetch."""
        self._db = session
        self._now = now
        self._vault = vault
        self._wake = wake

    async def hold(self, room_id: int) -> Room | None:
        """A room as it is now, locked until the commit; None when it was erased."""
        case = select(col(Room.conversation_id)).where(col(Room.id) == room_id)
        mine = select(col(Conversation.id)).where(col(Conversation.id) == case.scalar_subquery())
        await self._db.execute(mine.with_for_update(key_share=True))
        asked = select(Room).where(col(Room.id) == room_id).with_for_update(key_share=True)
        return (await self._db.execute(asked.execution_options(populate_existing=True))).scalar_one_or_none()

    async def callers(self, room_id: int) -> Sequence[Presence]:
        """Who is in a room's call, locked until the commit."""
        inside = select(col(Presence.id)).where(col(Presence.room_id) == room_id, col(Presence.left_at).is_(None))
        return await self.locked((await self._db.execute(inside)).scalars().all())

    async def locked(self, ids: Sequence[int]) -> Sequence[Presence]:
        """Those who are still in a call of some who were, locked until the commit."""
        # By their numbers alone: on the way through another index MySQL would lock in another order than a heartbeat.
        rows = (await self._db.execute(statements.callers(), {"ids": ids})).scalars().all() if ids else []
        return [row for row in rows if row.left_at is None]

    async def seen_by(self, room_id: int) -> Sequence[tuple[Presence, str]]:
        """Who is in a room's call, and their names, as anybody may look at it."""
        return [(row[0], row[1]) for row in await self._db.execute(statements.inside(), {"of": room_id})]

    async def alive(self, caller: Presence) -> None:
        """That page is open at this moment."""
        mine = col(Presence.id) == caller.id, col(Presence.entry) == caller.entry, col(Presence.left_at).is_(None)
        seen = update(Presence).where(*mine).values(seen_at=self._now, missed_at=None)
        await self._db.execute(seen.execution_options(synchronize_session=False))

    async def tell(self, caller: Presence, words: Sequence[str], most: int) -> None:
        """Keep words for a caller who is locked, in their order; what goes beyond `most` is left out."""
        waiting = (await self._db.execute(statements.words_waiting(), {"of": caller.id})).scalar_one()
        rows = [{"to_id": caller.id, "sealed_word": self._vault.seal(word)} for word in words[: max(most - waiting, 0)]]
        if rows:
            await self._db.execute(insert(table_of(CallSignal)), rows)
            self._wake(signals.call(caller.room_id, caller.person_id))

    async def take(self, caller: Presence) -> Sequence[str]:
        """The next words for a caller, oldest first; nobody gets them a second time."""
        entry, mine = caller.entry, {"of": caller.id}
        if not (await self._db.execute(statements.words_waiting(), mine)).scalar_one():
            return []
        # Two that take at once take turns, and a page that has just lost the call takes nothing.
        if not [row for row in await self.locked([caller.id]) if row.entry == entry]:
            return []
        rows = (await self._db.execute(statements.next_words(), mine)).all()
        table = table_of(CallSignal)
        await self._db.execute(delete(table).where(table.c.id.in_([number for number, _ in rows])))
        return [self._vault.open(sealed) for _, sealed in rows]

    async def forget(self, callers: Sequence[Presence]) -> None:
        """Nobody needs to hear any more what waits for these callers, who are locked."""
        theirs = delete(CallSignal).where(col(CallSignal.to_id).in_([caller.id for caller in callers]))
        await self._db.execute(theirs.execution_options(synchronize_session=False))

    async def doubt(self, missing: timedelta, ahead: timedelta) -> None:
        """Note who has not been seen for so long. Who was seen later than now, by a clock since set back, is seen now.

        `ahead`: the clocks of several machines may differ by so much.
        """
        latest = self._now + ahead
        odd = or_(col(Presence.seen_at) <= self._now - missing, col(Presence.seen_at) > latest)
        asked = select(col(Presence.id), col(Presence.seen_at)).where(col(Presence.left_at).is_(None), odd)
        rows = (await self._db.execute(asked.where(col(Presence.missed_at).is_(None)).limit(AT_ONCE))).all()
        for caller, seen_at in sorted(rows):
            told = {"seen_at": self._now} if seen_at > latest else {"missed_at": self._now}
            mine = col(Presence.id) == caller, col(Presence.seen_at) == seen_at, col(Presence.left_at).is_(None)
            changed = update(Presence).where(*mine).values(told)
            await self._db.execute(changed.execution_options(synchronize_session=False))

    async def lost(self, missing: timedelta, grace: timedelta) -> Sequence[tuple[int, int]]:
        """Who was missed, and not seen for `grace` after that: the ids of each one's room and presence."""
        gone = (
            col(Presence.left_at).is_(None),
            col(Presence.seen_at) <= self._now - missing,
            col(Presence.missed_at) <= self._now - grace,
        )
        asked = select(col(Presence.room_id), col(Presence.id)).where(*gone).order_by(col(Presence.seen_at))
        return [(room_id, caller) for room_id, caller in await self._db.execute(asked.limit(AT_ONCE))]

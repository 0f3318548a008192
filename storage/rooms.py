"""Questions about video rooms, the codes that open them and who is inside."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from storage import signals, statements
from storage.tables import Conversation, JoinCode, Person, Presence, Room, Side


class Rooms:
    """Rooms, join codes and presence."""

    def __init__(self, session: AsyncSession, now: datetime, wake: Callable[[str], None]) -> None:
        """Part of one `Work`; `wake` is told which room has changed."""
        self._db = session
        self._now = now
        self._wake = wake

    async def add(self, row: Room | JoinCode | Presence) -> None:
        """Keep a new row and give it its id."""
        self._db.add(row)
        await self._db.flush()

    def changed(self, room_id: int) -> None:
        """After the commit, wake the pages of a room."""
        self._wake(signals.room(room_id))

    async def room(self, room_id: int) -> Room:
        """One room; it must exist."""
        return await self._db.get_one(Room, room_id)

    async def find_room(self, room_id: int) -> Room | None:
        """The room with that id, if there is one."""
        return await self._db.get(Room, room_id)

    async def open_for(self, conversation_id: int) -> Room | None:
        """The room that is open for a conversation now."""
        asked = {"of": conversation_id, "now": self._now}
        return (await self._db.execute(statements.open_room(), asked)).scalar_one_or_none()

    async def code(self, digest: str) -> JoinCode | None:
        """The join code whose secret has that digest, valid or not."""
        return (await self._db.execute(select(JoinCode).where(col(JoinCode.digest) == digest))).scalar_one_or_none()

    async def codes(self, room_id: int) -> Sequence[tuple[JoinCode, Person]]:
        """The codes of a room with the people they were made for."""
        asked = (
            select(JoinCode, Person)
            .join(Person, col(Person.id) == col(JoinCode.person_id))
            .where(col(JoinCode.room_id) == room_id, col(JoinCode.revoked_at).is_(None))
        )
        return [(row[0], row[1]) for row in await self._db.execute(asked)]

    async def revoke_codes(self, room_id: int, person_id: int | None = None) -> None:
        """From now on the codes of a room (of one person, when named) open nothing."""
        mine = [] if person_id is None else [col(JoinCode.person_id) == person_id]
        changed = update(JoinCode).where(col(JoinCode.room_id) == room_id, col(JoinCode.revoked_at).is_(None), *mine)
        await self._db.execute(changed.values(revoked_at=self._now))

    async def revoke_codes_of(self, team_id: int, person_id: int, side: Side) -> None:
        """From now on somebody's codes for that side open none of a team's rooms."""
        theirs = select(col(Room.id)).join(Conversation, col(Conversation.id) == col(Room.conversation_id))
        mine = (
            col(JoinCode.person_id) == person_id,
            col(JoinCode.side) == side,
            col(JoinCode.revoked_at).is_(None),
            col(JoinCode.room_id).in_(theirs.where(col(Conversation.team_id) == team_id)),
        )
        rooms = (await self._db.execute(select(col(JoinCode.room_id)).where(*mine).distinct())).scalars().all()
        ended = update(JoinCode).where(*mine).values(revoked_at=self._now)
        await self._db.execute(ended.execution_options(synchronize_session=False))
        for room_id in rooms:
            self.changed(room_id)

    async def present(self, room_id: int) -> Sequence[Presence]:
        """Who is inside now."""
        asked = select(Presence).where(col(Presence.room_id) == room_id, col(Presence.left_at).is_(None))
        return (await self._db.execute(asked)).scalars().all()

    async def log(self, room_id: int) -> Sequence[Presence]:
        """Who was inside when, in the order in which they came."""
        asked = select(Presence).where(col(Presence.room_id) == room_id).order_by(col(Presence.id))
        return (await self._db.execute(asked)).scalars().all()

    async def lapsed(self) -> Sequence[int]:
        """Open rooms whose time is over and in which nobody is, by their ids.

        Pages leave at once when it is over; whom a dead server has left behind is ended as any other who is missed.
        """
        inside = select(col(Presence.id)).where(col(Presence.room_id) == col(Room.id), col(Presence.left_at).is_(None))
        over = col(Room.closed_at).is_(None), col(Room.closes_at) <= self._now
        return (await self._db.execute(select(col(Room.id)).where(*over, ~inside.exists()).limit(100))).scalars().all()

    async def answer_overtime(self, room_id: int) -> bool:
        """Note that an agent has answered for the minutes beyond; False when somebody did before."""
        open_still = update(Room).where(col(Room.id) == room_id, col(Room.overtime_answered_at).is_(None))
        result = await self._db.execute(open_still.values(overtime_answered_at=self._now))
        return cast("CursorResult[Any]", result).rowcount == 1

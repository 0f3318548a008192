"""Questions about papers, and about what a pack of evidence tells."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from payments.numbering import PaperKind
from storage import statements
from storage.tables import (
    Checkout,
    GatewayFact,
    JobState,
    Outbox,
    Paper,
    PaperCount,
    Person,
    Presence,
    Room,
    SpokenMessage,
    Team,
)


class Papers:
    """Receipts, credit notes and evidence; each is numbered in the transaction that issues it."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        """Part of one `Work`."""
        self._db = session
        self._now = now

    async def next_number(self, team_id: int, kind: PaperKind, year: int, *, live: bool) -> int:
        """Draw the next number, from 1 on.

        The sequence stays locked until the commit, so that others wait for theirs; a rollback puts the number back.
        """
        mine = {"team_id": team_id, "kind": kind, "live": live, "year": year}
        await self._db.flush()
        same = [col(getattr(PaperCount, name)) == value for name, value in mine.items()]
        if not await self._count(*same):
            # The year's first. They take turns at the team's own row: who waits for a row that is only being inserted
            # may end in a deadlock on MySQL when the insert is rolled back.
            team = select(col(Team.id)).where(col(Team.id) == team_id).with_for_update(key_share=True)
            await self._db.execute(team)
            if not await self._count(*same):
                await self._db.execute(insert(PaperCount).values(**mine, last=1))
        number: int = (await self._db.execute(select(col(PaperCount.last)).where(*same))).scalar_one()
        return number

    async def _count(self, *same: ColumnElement[bool]) -> bool:
        """Count one more, and keep the row locked; False when there is none."""
        counted = update(PaperCount).where(*same).values(last=col(PaperCount.last) + 1)
        result = await self._db.execute(counted.execution_options(synchronize_session=False))
        return cast("CursorResult[Any]", result).rowcount == 1

    async def add(self, row: Paper) -> None:
        """Keep a new paper and give it its id."""
        self._db.add(row)
        await self._db.flush()

    async def paper(self, paper_id: int) -> Paper | None:
        """One paper."""
        return await self._db.get(Paper, paper_id)

    async def of_request(self, request_id: int) -> Sequence[Paper]:
        """A request's papers of all kinds, oldest first."""
        return (await self._db.execute(statements.papers(), {"of": request_id})).scalars().all()

    async def facts_about(self, request_id: int) -> Sequence[GatewayFact]:
        """All that gateways said about a request, what did not fit too, oldest first."""
        asked = select(GatewayFact).join(Checkout, col(Checkout.id) == col(GatewayFact.checkout_id))
        asked = asked.where(col(Checkout.request_id) == request_id).order_by(col(GatewayFact.id))
        return (await self._db.execute(asked)).scalars().all()

    async def words_between(self, conversation_id: int, start: datetime, end: datetime) -> Sequence[SpokenMessage]:
        """What was said in a conversation from `start` to `end`, oldest first."""
        asked = select(SpokenMessage).where(
            col(SpokenMessage.conversation_id) == conversation_id,
            col(SpokenMessage.said_at) >= start,
            col(SpokenMessage.said_at) <= end,
        )
        return (await self._db.execute(asked.order_by(col(SpokenMessage.id)).limit(2000))).scalars().all()

    async def visits(self, conversation_id: int) -> Sequence[tuple[Presence, Person]]:
        """Who was in the rooms of a conversation, in the order in which they came."""
        asked = (
            select(Presence, Person)
            .join(Person, col(Person.id) == col(Presence.person_id))
            .join(Room, col(Room.id) == col(Presence.room_id))
            .where(col(Room.conversation_id) == conversation_id)
            .order_by(col(Presence.id))
        )
        return [(row[0], row[1]) for row in await self._db.execute(asked)]

    async def told_team(self, lane: str, since: datetime) -> Sequence[Outbox]:
        """What was to be told to a team's own system since then, oldest first."""
        asked = select(Outbox).where(
            col(Outbox.state).in_(list(JobState)), col(Outbox.lane) == lane, col(Outbox.made_at) >= since
        )
        return (await self._db.execute(asked.order_by(col(Outbox.id)).limit(2000))).scalars().all()

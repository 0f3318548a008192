"""Questions about what a front desk keeps beside its cases: invitations, canned replies, ratings, who waits."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from storage.tables import CannedReply, Conversation, Invitation, Rating


class DeskThings:
    """Invitations, canned replies, ratings, and the line of those who wait."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        """Part of one `Work`."""
        self._db = session
        self._now = now

    async def add(self, row: Invitation | CannedReply | Rating) -> None:
        """Keep a new row and give it its id."""
        self._db.add(row)
        await self._db.flush()

    async def invitation(self, digest: str) -> Invitation | None:
        """The invitation whose code has that digest, good or not; locked, so that it is used once."""
        asked = select(Invitation).where(col(Invitation.digest) == digest).with_for_update()
        return (await self._db.execute(asked)).scalar_one_or_none()

    async def invitation_by_id(self, invitation_id: int) -> Invitation | None:
        """One invitation."""
        return await self._db.get(Invitation, invitation_id)

    async def open_invitations(self, team_id: int) -> Sequence[Invitation]:
        """A team's invitations that somebody can still use, oldest first."""
        asked = select(Invitation).where(
            col(Invitation.team_id) == team_id,
            col(Invitation.ended_at).is_(None),
            col(Invitation.expires_at) > self._now,
        )
        return (await self._db.execute(asked.order_by(col(Invitation.id)))).scalars().all()

    async def replies(self, team_id: int) -> Sequence[CannedReply]:
        """A team's canned replies, in the order of their keys."""
        asked = select(CannedReply).where(col(CannedReply.team_id) == team_id).order_by(col(CannedReply.key))
        return (await self._db.execute(asked)).scalars().all()

    async def reply(self, team_id: int, key: str) -> CannedReply | None:
        """A team's canned reply with that key."""
        asked = select(CannedReply).where(col(CannedReply.team_id) == team_id, col(CannedReply.key) == key)
        return (await self._db.execute(asked)).scalar_one_or_none()

    async def reply_by_id(self, reply_id: int) -> CannedReply | None:
        """One canned reply."""
        return await self._db.get(CannedReply, reply_id)

    async def drop_reply(self, reply: CannedReply) -> None:
        """Forget a canned reply."""
        await self._db.execute(delete(CannedReply).where(col(CannedReply.id) == reply.id))

    async def rating(self, conversation_id: int) -> Rating | None:
        """What the customer was asked, and may have answered, about a conversation."""
        asked = select(Rating).where(col(Rating.conversation_id) == conversation_id)
        return (await self._db.execute(asked)).scalar_one_or_none()

    async def satisfaction(self, team_id: int, since: datetime) -> tuple[float, int]:
        """The average of the ratings given since then, 1 to 5, and how many there were; 0.0 when there were none."""
        asked = select(func.sum(col(Rating.score)), func.count()).where(
            col(Rating.team_id) == team_id, col(Rating.rated_at) >= since
        )
        total, count = (await self._db.execute(asked)).one()
        return (float(total or 0) / count if count else 0.0), count

    async def waiting_before(self, case: Conversation) -> int:
        """How many other customers of the team wait for a person since before this one was told to."""
        asked = select(func.count()).where(
            col(Conversation.team_id) == case.team_id,
            col(Conversation.closed_at).is_(None),
            col(Conversation.holder_id).is_(None),
            col(Conversation.told_waiting_at) < (case.told_waiting_at or self._now),
            col(Conversation.id) != case.id,
        )
        return (await self._db.execute(asked)).scalar_one()

    async def to_wake(self, limit: int = 50) -> Sequence[Conversation]:
        """Cases whose snooze is over, the longest overdue first."""
        asked = select(Conversation).where(col(Conversation.snoozed_until) <= self._now)
        return (await self._db.execute(asked.order_by(col(Conversation.snoozed_until)).limit(limit))).scalars().all()

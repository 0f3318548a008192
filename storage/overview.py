"""Questions about how a team stands: its open cases, its money of the day, what waits."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from storage.money import UNPAID
from storage.tables import Conversation, PaymentRequest


class Taken(NamedTuple):
    """What came in in one currency, in minor units and less what went back; test money by itself."""

    currency: str
    live: bool
    minor: int


class Overview:
    """A team in a few numbers."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        """Part of one `Work`."""
        self._db = session
        self._now = now

    async def open_cases(self, team_id: int) -> tuple[int, int]:
        """How many conversations are open, and how many of them nobody holds."""
        held = func.count(col(Conversation.holder_id))
        asked = select(func.count(), held).where(
            col(Conversation.team_id) == team_id, col(Conversation.closed_at).is_(None)
        )
        every, claimed = (await self._db.execute(asked)).one()
        return every, every - claimed

    async def has_customers(self, team_id: int) -> bool:
        """Whether anybody ever wrote or booked, be it the owner who tries it."""
        asked = select(col(Conversation.id)).where(col(Conversation.team_id) == team_id).limit(1)
        return (await self._db.execute(asked)).scalar_one_or_none() is not None

    async def taken_since(self, team_id: int, since: datetime) -> Sequence[Taken]:
        """What was paid since then, by currency."""
        total = func.sum(col(PaymentRequest.captured_minor) - col(PaymentRequest.refunded_minor))
        kinds = (col(PaymentRequest.currency), col(PaymentRequest.live))
        asked = (
            select(*kinds, total)
            .where(col(PaymentRequest.team_id) == team_id, col(PaymentRequest.paid_at) >= since)
            .group_by(*kinds)
            .order_by(*kinds)
        )
        return [Taken(currency, live, int(minor)) for currency, live, minor in await self._db.execute(asked)]

    async def unpaid(self, team_id: int) -> int:
        """How many requests are before customers and not paid."""
        asked = select(func.count()).where(
            col(PaymentRequest.team_id) == team_id,
            col(PaymentRequest.sent_at).is_not(None),
            col(PaymentRequest.state).in_(UNPAID),
            col(PaymentRequest.expires_at) > self._now,
        )
        return (await self._db.execute(asked)).scalar_one()

"""Questions about who did what."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from storage.tables import Audit


class Audits:
    """The log of deeds; lines are only ever added."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        """Part of one `Work`."""
        self._db = session
        self._now = now

    def note(self, team_id: int, actor_id: int | None, deed: str, about: str = "") -> None:
        """Write a deed down, in the transaction in which it is done."""
        self._db.add(Audit(team_id=team_id, actor_id=actor_id, deed=deed, about=about[:200], at=self._now))

    async def of(self, team_id: int, limit: int = 100, *, before: int = 0) -> Sequence[Audit]:
        """A team's newest deeds, newest first; those before the one with that id, when named."""
        asked = select(Audit).where(col(Audit.team_id) == team_id).order_by(col(Audit.id).desc()).limit(limit)
        if before:
            asked = asked.where(col(Audit.id) < before)
        return (await self._db.execute(asked)).scalars().all()

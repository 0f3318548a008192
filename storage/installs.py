"""Questions about the app in Slack workspaces, beside those that the SDK's own store asks."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from storage.tables import SlackBot, SlackInstallation


class Installs:
    """Installations of the app, each by the id of its workspace or organisation."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        """Part of one `Work`."""
        self._db = session
        self._now = now

    async def newest(self, external_id: str) -> datetime | None:
        """When the app was last added there; None when no token is kept."""
        asked = select(func.max(col(SlackInstallation.installed_at))).where(_of(SlackInstallation, external_id))
        moment: datetime | None = (await self._db.execute(asked)).scalar_one_or_none()
        return moment

    async def forget(self, external_id: str) -> None:
        """Every token of that workspace or organisation is gone."""
        for table in (SlackBot, SlackInstallation):
            await self._db.execute(delete(table).where(_of(table, external_id)))


def _of(table: type[SlackBot] | type[SlackInstallation], external_id: str) -> ColumnElement[bool]:
    """A workspace's rows by its id; an organisation's are those without a workspace."""
    whole = and_(col(table.team_id).is_(None), col(table.enterprise_id) == external_id)
    return or_(col(table.team_id) == external_id, whole)

"""Questions about bots that several teams share, and about the codes that make a group a desk."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from storage.tables import Acquaintance, ChannelAccount, Conversation, DeskCode, Identity, Role, Team, Tenancy

DUPLICATE = timedelta(microseconds=1)
"""Of two teams chosen within one moment the later one counts."""


class Sharing:
    """Shared accounts, their tenants, and who has met which of them."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        """Part of one `Work`."""
        self._db = session
        self._now = now

    async def share(self, account: ChannelAccount) -> None:
        """Let several teams speak through an account; the team it belonged to goes on, and so do its customers."""
        if account.team_id is None:
            return
        team_id, account.team_id = account.team_id, None
        await self.move_in(account.id, team_id)
        asked = (
            select(col(Conversation.customer_id))
            .join(Identity, col(Identity.person_id) == col(Conversation.customer_id))
            .where(col(Conversation.team_id) == team_id, col(Identity.account_id) == account.id)
            .distinct()
        )
        met = (await self._db.execute(asked)).scalars().all()
        self._db.add_all(
            Acquaintance(account_id=account.id, person_id=person, team_id=team_id, chosen_at=self._now)
            for person in met
        )
        await self._db.flush()

    async def move_in(self, account_id: int, team_id: int) -> bool:
        """Let a team speak through a shared account; whether that is new."""
        if await self.is_tenant(account_id, team_id):
            return False
        self._db.add(Tenancy(account_id=account_id, team_id=team_id))
        await self._db.flush()
        return True

    async def is_tenant(self, account_id: int, team_id: int) -> bool:
        """Whether a team speaks through a shared account."""
        asked = select(col(Tenancy.id)).where(col(Tenancy.account_id) == account_id, col(Tenancy.team_id) == team_id)
        return (await self._db.execute(asked)).scalar_one_or_none() is not None

    async def tenants(self, account_id: int, limit: int = 2) -> Sequence[Team]:
        """The first teams that speak through a shared account: as many as it takes to see whether there are several."""
        asked = (
            select(Team)
            .join(Tenancy, col(Tenancy.team_id) == col(Team.id))
            .where(col(Tenancy.account_id) == account_id)
            .order_by(col(Tenancy.id))
            .limit(limit)
        )
        return (await self._db.execute(asked)).scalars().all()

    async def tenant_called(self, account_id: int, slug: str) -> Team | None:
        """The team of that word, if it speaks through the shared account."""
        asked = (
            select(Team)
            .join(Tenancy, col(Tenancy.team_id) == col(Team.id))
            .where(col(Tenancy.account_id) == account_id, col(Team.slug) == slug)
        )
        return (await self._db.execute(asked)).scalar_one_or_none()

    async def acquaintances(self, account_id: int, person_id: int) -> Sequence[Acquaintance]:
        """The teams somebody has met through a shared account, the one they talk to first."""
        asked = (
            select(Acquaintance)
            .where(col(Acquaintance.account_id) == account_id, col(Acquaintance.person_id) == person_id)
            .order_by(col(Acquaintance.chosen_at).desc(), col(Acquaintance.id).desc())
        )
        return (await self._db.execute(asked)).scalars().all()

    async def employers(self, account_id: int, person_id: int) -> Sequence[Team]:
        """The tenants that somebody works for, oldest first."""
        asked = (
            select(Team)
            .join(Tenancy, col(Tenancy.team_id) == col(Team.id))
            .join(Role, col(Role.team_id) == col(Team.id))
            .where(col(Tenancy.account_id) == account_id, col(Role.person_id) == person_id)
            .order_by(col(Team.id))
        )
        return (await self._db.execute(asked)).scalars().all()

    async def choose(self, account_id: int, person_id: int, team_id: int, *, afresh: bool = True) -> None:
        """From now on they talk to that team there. `afresh`: they have just said so; else it is merely remembered."""
        known = await self.acquaintances(account_id, person_id)
        if known and known[0].team_id == team_id and not afresh:
            return
        # Two choices within one moment: the later one stands first all the same.
        at = max(self._now, known[0].chosen_at + DUPLICATE) if known else self._now
        mine = next((one for one in known if one.team_id == team_id), None)
        if mine is None:
            self._db.add(Acquaintance(account_id=account_id, person_id=person_id, team_id=team_id, chosen_at=at))
        else:
            mine.chosen_at = at
        await self._db.flush()

    async def spoke(self, account_id: int, person_id: int, team_id: int) -> None:
        """A person of the team wrote to them just now."""
        mine = update(Acquaintance).where(
            col(Acquaintance.account_id) == account_id,
            col(Acquaintance.person_id) == person_id,
            col(Acquaintance.team_id) == team_id,
        )
        await self._db.execute(mine.values(spoke_at=self._now))

    async def keep_code(self, team_id: int, made_by_id: int, digest: str, *, lasts: timedelta) -> None:
        """A new code that makes a group the team's desk."""
        self._db.add(DeskCode(team_id=team_id, made_by_id=made_by_id, digest=digest, expires_at=self._now + lasts))
        await self._db.flush()

    async def code(self, digest: str) -> DeskCode | None:
        """The code, if it is still good."""
        asked = select(DeskCode).where(
            col(DeskCode.digest) == digest, col(DeskCode.used_at).is_(None), col(DeskCode.expires_at) > self._now
        )
        return (await self._db.execute(asked)).scalar_one_or_none()

    async def use_code(self, code_id: int) -> bool:
        """Use a code up; False when somebody else just did."""
        mine = update(DeskCode).where(col(DeskCode.id) == code_id, col(DeskCode.used_at).is_(None))
        return cast("CursorResult[Any]", await self._db.execute(mine.values(used_at=self._now))).rowcount == 1

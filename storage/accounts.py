"""Questions about teams' own accounts at gateways, and about visits to the page on which their keys are typed."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from storage.tables import Checkout, GatewayAccount, SetupVisit, Team

OWN = "own_"
"""How the words begin by which we know accounts with keys of their own; no id at a gateway begins so."""


def fresh_word() -> str:
    """A word for an account with keys of its own."""
    return f"{OWN}{secrets.token_hex(8)}"


def is_own(account: str) -> bool:
    """Whether an account's webhooks are signed with a team's own secret, and not with the operator's."""
    return account.startswith(OWN)


def of_account(account: str) -> ColumnElement[bool]:
    """The checkouts that a report from `account` may speak of.

    Whoever holds a team's own secret can sign anything: it is believed about that account alone. What the operator's
    secret signs may name any other account; whether it fits is seen later.
    """
    if is_own(account):
        return col(Checkout.account) == account
    return col(Checkout.account).not_like(f"{OWN}%")


class Accounts:
    """Teams' own accounts at gateways."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        """Part of one `Work`."""
        self._db = session
        self._now = now

    async def of(self, team_id: int) -> Sequence[GatewayAccount]:
        """A team's accounts that take money, oldest first."""
        asked = select(GatewayAccount).where(
            col(GatewayAccount.team_id) == team_id, col(GatewayAccount.retired_at).is_(None)
        )
        return (await self._db.execute(asked.order_by(col(GatewayAccount.id)))).scalars().all()

    async def at(self, team_id: int, gateway: str) -> Sequence[GatewayAccount]:
        """All that a team has at one gateway, retired ones too, newest first."""
        asked = select(GatewayAccount).where(
            col(GatewayAccount.team_id) == team_id, col(GatewayAccount.gateway) == gateway
        )
        return (await self._db.execute(asked.order_by(col(GatewayAccount.id).desc()))).scalars().all()

    async def known_as(self, gateway: str, account: str) -> Sequence[GatewayAccount]:
        """The rows of an account; several when teams share a connected one."""
        asked = select(GatewayAccount).where(
            col(GatewayAccount.gateway) == gateway, col(GatewayAccount.account) == account
        )
        return (await self._db.execute(asked)).scalars().all()

    async def has_the_settings(self, team_id: int) -> bool:
        """Whether the settings' accounts are this team's: they are the first team's, and nobody else's.

        Whoever adds the app to a workspace, or sets up a team in the chat of an open bot, is not the operator.
        """
        asked = select(func.min(col(Team.id))).where(or_(col(Team.declared), col(Team.guest).is_(False)))
        return (await self._db.execute(asked)).scalar_one_or_none() == team_id

    async def lock(self, team_id: int) -> None:
        """Nobody else changes the team's accounts until the commit: of two owners the second sees the first's."""
        await self._db.execute(select(col(Team.id)).where(col(Team.id) == team_id).with_for_update())

    async def locked(self, account_id: int) -> GatewayAccount | None:
        """One account, locked until the commit and read anew."""
        return await self._db.get(GatewayAccount, account_id, with_for_update=True, populate_existing=True)

    async def add(self, row: GatewayAccount | SetupVisit) -> None:
        """Keep a new row and give it its id."""
        self._db.add(row)
        await self._db.flush()

    async def forget(self, account_id: int) -> None:
        """An account and its keys."""
        await self._db.execute(delete(GatewayAccount).where(col(GatewayAccount.id) == account_id))

    async def settled(self) -> Sequence[GatewayAccount]:
        """Retired accounts of which nothing is open any more: none of their checkouts is asked about."""
        open_still = exists().where(
            col(Checkout.gateway) == col(GatewayAccount.gateway),
            col(Checkout.account) == col(GatewayAccount.account),
            col(Checkout.poll_at).is_not(None),
        )
        asked = select(GatewayAccount).where(col(GatewayAccount.retired_at).is_not(None), ~open_still)
        return (await self._db.execute(asked.limit(100))).scalars().all()

    async def visit(self, digest: str) -> SetupVisit | None:
        """The visit with that digest, locked until the commit, while its time is not over."""
        asked = select(SetupVisit).where(col(SetupVisit.digest) == digest, col(SetupVisit.expires_at) > self._now)
        return (await self._db.execute(asked.with_for_update())).scalar_one_or_none()

    async def drop_visits_of(self, team_id: int, person_id: int) -> None:
        """A new link ends the older ones; what is over goes with them."""
        mine = (col(SetupVisit.team_id) == team_id) & (col(SetupVisit.person_id) == person_id)
        await self._db.execute(delete(SetupVisit).where(mine | (col(SetupVisit.expires_at) <= self._now)))

"""Questions about teams and people."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from storage.known import known_one
from storage.tables import ChannelAccount, Desk, Hours, Identity, Person, Role, RoleKind, Service, Team, Tenancy


class People:
    """Teams, their channel accounts and desks, people, identities and roles."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        """Part of one `Work`."""
        self._db = session
        self._now = now

    async def team(self, team_id: int) -> Team:
        """The team with that id; it must exist."""
        return await known_one(self._db, Team, team_id)

    async def team_by_slug(self, slug: str) -> Team | None:
        """The team with that word."""
        return (await self._db.execute(select(Team).where(col(Team.slug) == slug))).scalar_one_or_none()

    async def teams(self) -> Sequence[Team]:
        """All teams, oldest first."""
        return (await self._db.execute(select(Team).order_by(col(Team.id)))).scalars().all()

    async def account(self, channel: str, external_id: str) -> ChannelAccount | None:
        """The channel account with the platform's id."""
        asked = select(ChannelAccount).where(
            col(ChannelAccount.channel) == channel, col(ChannelAccount.external_id) == external_id
        )
        return (await self._db.execute(asked)).scalar_one_or_none()

    async def account_by_id(self, account_id: int) -> ChannelAccount:
        """The channel account with our id; it must exist."""
        return await known_one(self._db, ChannelAccount, account_id)

    async def own_bots(self) -> Sequence[ChannelAccount]:
        """The accounts whose token a team has typed itself."""
        asked = select(ChannelAccount).where(col(ChannelAccount.sealed_token) != "")
        return (await self._db.execute(asked)).scalars().all()

    async def accounts_of(self, team_id: int) -> Sequence[ChannelAccount]:
        """A team's channel accounts: its own, and those it shares with others."""
        shared = select(col(Tenancy.account_id)).where(col(Tenancy.team_id) == team_id)
        asked = select(ChannelAccount).where(
            or_(col(ChannelAccount.team_id) == team_id, col(ChannelAccount.id).in_(shared))
        )
        return (await self._db.execute(asked)).scalars().all()

    async def desks_of(self, team_id: int) -> Sequence[Desk]:
        """A team's front desks."""
        asked = select(Desk).where(col(Desk.team_id) == team_id).order_by(col(Desk.id))
        return (await self._db.execute(asked)).scalars().all()

    async def desk_at(self, account_id: int, chat: str) -> Desk | None:
        """The front desk at that place, if it is one."""
        asked = select(Desk).where(col(Desk.account_id) == account_id, col(Desk.chat) == chat)
        return (await self._db.execute(asked)).scalar_one_or_none()

    async def person(self, person_id: int) -> Person:
        """The person with that id; it must exist."""
        return await known_one(self._db, Person, person_id)

    async def known_as(self, account_id: int, external_id: str) -> Person | None:
        """Who is known by that id in that channel account."""
        asked = (
            select(Person)
            .join(Identity, col(Identity.person_id) == col(Person.id))
            .where(col(Identity.account_id) == account_id, col(Identity.external_id) == external_id)
        )
        return (await self._db.execute(asked)).scalar_one_or_none()

    async def meet(self, account_id: int, external_id: str, *, name: str, language: str = "", zone: str = "") -> Person:
        """A new person, known by that id."""
        person = Person(name=name[:120], language=language, zone=zone)
        await self.add(person)
        await self.also_known_as(person, account_id, external_id)
        return person

    async def also_known_as(self, person: Person, account_id: int, external_id: str) -> None:
        """Give a person an id in a channel account, unless it is theirs already."""
        if await self.known_as(account_id, external_id) is None:
            await self.add(Identity(account_id=account_id, external_id=external_id, person_id=person.id))

    async def writes_from(self, account_id: int, external_id: str, workspace: str) -> None:
        """Somebody wrote from that workspace of an organisation."""
        mine = col(Identity.account_id) == account_id, col(Identity.external_id) == external_id
        elsewhere = col(Identity.workspace) != workspace
        await self._db.execute(update(Identity).where(*mine, elsewhere).values(workspace=workspace))

    async def identities(self, person_id: int) -> Sequence[Identity]:
        """All ids a person is known by."""
        return (await self._db.execute(select(Identity).where(col(Identity.person_id) == person_id))).scalars().all()

    async def role(self, team_id: int, person_id: int) -> Role | None:
        """What a person may do in a team; None for customers and strangers."""
        asked = select(Role).where(col(Role.team_id) == team_id, col(Role.person_id) == person_id)
        return (await self._db.execute(asked)).scalar_one_or_none()

    async def role_by_id(self, role_id: int) -> Role | None:
        """One role."""
        return await self._db.get(Role, role_id)

    async def roles_of(self, team_id: int) -> Sequence[Role]:
        """Everyone with a role in a team."""
        return (await self._db.execute(select(Role).where(col(Role.team_id) == team_id))).scalars().all()

    async def agents(self, team_id: int) -> Sequence[Person]:
        """The people who talk to a team's customers."""
        kinds = [RoleKind.OWNER, RoleKind.AGENT]
        asked = (
            select(Person)
            .join(Role, col(Role.person_id) == col(Person.id))
            .where(col(Role.team_id) == team_id, col(Role.kind).in_(kinds))
            .order_by(col(Person.id))
        )
        return (await self._db.execute(asked)).scalars().all()

    async def services(self, team_id: int, *, also_retired: bool = False) -> Sequence[Service]:
        """What a team offers."""
        asked = select(Service).where(col(Service.team_id) == team_id).order_by(col(Service.id))
        if not also_retired:
            asked = asked.where(col(Service.retired).is_(False))
        return (await self._db.execute(asked)).scalars().all()

    async def service(self, service_id: int) -> Service | None:
        """One service."""
        return await self._db.get(Service, service_id)

    async def hours_of(self, team_id: int) -> Sequence[Hours]:
        """When a team's agents work."""
        return (await self._db.execute(select(Hours).where(col(Hours.team_id) == team_id))).scalars().all()

    async def add(self, row: Team | ChannelAccount | Desk | Person | Identity | Role | Service | Hours) -> None:
        """Keep a new row and give it its id."""
        self._db.add(row)
        await self._db.flush()

    async def remove(self, row: Desk | Role | Hours | Identity) -> None:
        """Forget a row of a team's set-up."""
        await self._db.execute(delete(type(row)).where(col(type(row).id) == row.id))

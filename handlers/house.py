"""What handlers are given: the database, the gateways, the video providers, the clock, and where the world finds us."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from handlers.accounts.opened import OpenAccounts
from handlers.floods import Floods
from payments.gateway import Capability, Gateway
from storage.database import Database
from storage.tables import Checkout, Team
from storage.work import Work
from video.provider import VideoProvider

Clock = Callable[[], datetime]

OWN_ROOM = "webrtc"
"""Bellhop's own room needs no account, so it is always there."""


@dataclass(frozen=True, slots=True)
class House:
    """Built once in `bot.app.build`. `native_forms` names the channels that show a form in one piece.

    `gateways` are the settings' accounts, `accounts` makes gateways of those that teams have set up themselves.
    """

    database: Database
    now: Clock
    public_url: str
    gateways: Mapping[str, Gateway] = field(default_factory=dict)
    accounts: OpenAccounts = field(default_factory=OpenAccounts)
    rooms: Mapping[str, VideoProvider] = field(default_factory=dict)
    native_forms: frozenset[str] = frozenset({"slack"})
    open_bots: frozenset[str] = frozenset()
    """The channels on whose bot anybody may set up a team."""
    outgoing_private: frozenset[str] = frozenset()
    """The hosts of private networks that a team's webhook may reach."""
    floods: Floods = field(default_factory=Floods)

    async def gateways_of(self, work: Work, team: Team) -> tuple[Gateway, ...]:
        """The gateways a team names, in its order; all that it has when it names none.

        What only pretends must be named, and a team that is live does not have it whatever it names.
        """
        there = await self._gateways_at_hand(work, team)
        real = [name for name, gateway in there.items() if Capability.PRETENDS not in gateway.capabilities]
        named = [name for name in team.gateway.split(",") if name] or real
        offered = real if _is_live(team, there) else there
        return tuple(there[name] for name in named if name in offered)

    async def is_live(self, work: Work, team: Team) -> bool:
        """Whether customers pay real money: the owner says so, or keys are set up that move it."""
        return _is_live(team, await self._gateways_at_hand(work, team))

    async def gateways_at_hand(self, work: Work, team: Team) -> tuple[Gateway, ...]:
        """All that a team could name."""
        return tuple((await self._gateways_at_hand(work, team)).values())

    async def _gateways_at_hand(self, work: Work, team: Team) -> dict[str, Gateway]:
        """A team's own accounts; the settings' accounts are the first team's alone, and pretending is anybody's."""
        own = {
            row.gateway: gateway
            for row in await work.accounts.of(team.id)
            if (gateway := await self.accounts.gateway(work.vault, row)) is not None
        }
        first = await work.accounts.has_the_settings(team.id)
        lent = {
            name: gateway
            for name, gateway in self.gateways.items()
            if name not in own and (first or Capability.PRETENDS in gateway.capabilities)
        }
        return {**own, **lent}

    async def gateway_for(self, work: Work, checkout: Checkout) -> Gateway | None:
        """The gateway with the account that a checkout was opened at, retired or not; None when it is gone."""
        ours = self.gateways.get(checkout.gateway)
        if ours is not None and ours.account == checkout.account:
            return ours
        rows = await work.accounts.known_as(checkout.gateway, checkout.account)
        return await self.accounts.gateway(work.vault, rows[0]) if rows else None

    async def close_gateways(self) -> None:
        """Let go of all connections to gateways."""
        for gateway in self.gateways.values():
            await gateway.aclose()
        await self.accounts.aclose()

    def provider_of(self, team: Team) -> VideoProvider | None:
        """The video provider a team names; without a name one that was set up, and Bellhop's own room if none was."""
        set_up = [name for name in self.rooms if name != OWN_ROOM]
        return self.rooms.get(team.room_provider or next(iter(set_up), OWN_ROOM))

    def link(self, path: str) -> str:
        """An address of ours that the world can open."""
        return f"{self.public_url.rstrip('/')}/{path.lstrip('/')}"


def _is_live(team: Team, there: Mapping[str, Gateway]) -> bool:
    return team.live or any(gateway.live for gateway in there.values())

"""What handlers are given: the database, the gateways, the video providers, the clock, and where the world finds us."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from payments.gateway import Gateway
from storage.database import Database
from storage.tables import Team
from video.provider import VideoProvider

Clock = Callable[[], datetime]

OWN_ROOM = "webrtc"
"""Bellhop's own room needs no account, so it is always there."""


@dataclass(frozen=True, slots=True)
class House:
    """Built once in `bot.app.build`. `native_forms` names the channels that show a form in one piece."""

    database: Database
    now: Clock
    public_url: str
    gateways: Mapping[str, Gateway] = field(default_factory=dict)
    rooms: Mapping[str, VideoProvider] = field(default_factory=dict)
    native_forms: frozenset[str] = frozenset({"slack"})

    def gateways_of(self, team: Team) -> tuple[Gateway, ...]:
        """The gateways a team names, in its order; all that are set up when it names none."""
        named = [name for name in team.gateway.split(",") if name] or list(self.gateways)
        return tuple(self.gateways[name] for name in named if name in self.gateways)

    def provider_of(self, team: Team) -> VideoProvider | None:
        """The video provider a team names; without a name one that was set up, and Bellhop's own room if none was."""
        set_up = [name for name in self.rooms if name != OWN_ROOM]
        return self.rooms.get(team.room_provider or next(iter(set_up), OWN_ROOM))

    def link(self, path: str) -> str:
        """An address of ours that the world can open."""
        return f"{self.public_url.rstrip('/')}/{path.lstrip('/')}"

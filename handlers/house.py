"""What handlers are given: the database, the gateways, the video providers, the clock, and where the world finds us."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from payments.gateway import Gateway
from storage.database import Database
from video.provider import VideoProvider

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class House:
    """Built once in `bot.app.build`. `native_forms` names the channels that show a form in one piece."""

    database: Database
    now: Clock
    public_url: str
    gateways: Mapping[str, Gateway] = field(default_factory=dict)
    rooms: Mapping[str, VideoProvider] = field(default_factory=dict)
    native_forms: frozenset[str] = frozenset({"slack"})

    def link(self, path: str) -> str:
        """An address of ours that the world can open."""
        return f"{self.public_url.rstrip('/')}/{path.lstrip('/')}"

"""The one interface every video provider keeps, and the values that pass through it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Protocol, Self


class Role(StrEnum):
    """Which side of the room someone sits on: a host may let in, mute and end; a guest may not."""

    HOST = "host"
    GUEST = "guest"


@dataclass(frozen=True, slots=True)
class Participant:
    """Someone about to enter a room; `language` is a BCP 47 tag, or empty when unknown."""

    id: str
    name: str
    role: Role
    language: str = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Everything the page needs to enter one room as one person, minted at the click.

    `kind` says which player the page starts ("jitsi" or "webrtc"). `domain` is host or host:port. `options` is JSON
    handed to the player as it is; `origins` are the Content-Security-Policy sources the page needs. `expires_at` is
    aware UTC.
    """

    kind: str
    room: str
    domain: str
    script_url: str
    token: str
    expires_at: datetime
    options: Mapping[str, object]
    origins: tuple[str, ...]


class VideoProvider(Protocol):
    """A place where two people can see each other."""

    name: ClassVar[str]
    title: ClassVar[str]

    @classmethod
    def from_section(cls, section: Mapping[str, str]) -> Self:
        """The provider set up from its own settings section (lower-case keys, lists comma-separated).

        It takes wrong settings too: `check` says what is the matter, before the program starts.
        """
        ...

    def room_name(self) -> str:
        """A new room name nobody can guess: lower case and safe in a URL."""
        ...

    def ticket(self, room: str, who: Participant, *, now: datetime, lasts: timedelta) -> Ticket:
        """A way in for one person, good until `now + lasts`; `now` is aware UTC.

        Raises NotConfigured when the set-up cannot work, ValueError when it would last no time at all.
        """
        ...

    def origins(self) -> tuple[str, ...]:
        """The origins a page's Content-Security-Policy must allow."""
        ...

    def check(self) -> str | None:
        """A sentence when this set-up cannot work, else None."""
        ...


def unguessable_name() -> str:
    """A room name of 128 random bits.

    Hexadecimal, because Jitsi lower-cases names: a mixed-case alphabet would lose entropy and could collide.
    """
    return f"bellhop-{secrets.token_hex(16)}"


def listed(value: str) -> tuple[str, ...]:
    """The parts of a comma-separated setting, without blanks."""
    return tuple(part for part in (piece.strip() for piece in value.split(",")) if part)

"""Bellhop's own room: two browsers talk to each other, the room page's socket carries their signalling.

TURN passwords are coturn's time-limited ones (`use-auth-secret`): the user name carries the expiry, the password is its
HMAC. Source: coturn README.turnserver, "TURN REST API".
"""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Self

from video.errors import NotConfigured
from video.provider import Participant, Ticket, listed, unguessable_name


@dataclass(frozen=True, slots=True)
class WebRtcKeys:
    """Helpers for finding a path: none at all still connects two people on one network."""

    stun_urls: tuple[str, ...] = ()
    turn_urls: tuple[str, ...] = ()
    turn_secret: str = field(default="", repr=False)


class WebRtc:
    """A room for two without any video server."""

    name: ClassVar[str] = "webrtc"
    title: ClassVar[str] = "Bellhop room"

    def __init__(self, keys: WebRtcKeys | None = None) -> None:
        """Takes the STUN and TURN servers to name, if any."""
        self._keys = keys or WebRtcKeys()

    @classmethod
    def from_section(cls, section: Mapping[str, str]) -> Self:
        """The provider from the settings `stun_urls`, `turn_urls` (comma-separated) and `turn_secret`."""
        stun, turn = (listed(section.get(name) or "") for name in ("stun_urls", "turn_urls"))
        return cls(WebRtcKeys(stun, turn, section.get("turn_secret") or ""))

    def room_name(self) -> str:
        """A new unguessable room name."""
        return unguessable_name()

    def origins(self) -> tuple[str, ...]:
        """None: everything comes from the page's own origin."""
        return ()

    def check(self) -> str | None:
        """A sentence when a STUN or TURN setting cannot work, else None."""
        if bool(self._keys.turn_urls) != bool(self._keys.turn_secret):
            return "TURN needs both its addresses and its secret."
        wrong = _misspelt(self._keys.stun_urls, "stun", "stuns") + _misspelt(self._keys.turn_urls, "turn", "turns")
        return f"{wrong[0]!r} is no STUN or TURN address such as turn:turn.example.com:3478." if wrong else None

    def ticket(self, room: str, who: Participant, *, now: datetime, lasts: timedelta) -> Ticket:
        """A way in whose TURN password ends at `now + lasts`."""
        if fault := self.check():
            raise NotConfigured(fault)
        if lasts <= timedelta():
            raise ValueError("a ticket must last longer than no time")
        options = {"iceServers": self._ice_servers(who, now + lasts)}
        # No token and no script of a vendor: the page's own socket knows by the join code who is there.
        return Ticket("webrtc", room, "", "", "", now + lasts, options, ())

    def _ice_servers(self, who: Participant, expires_at: datetime) -> list[dict[str, object]]:
        stun: list[dict[str, object]] = [{"urls": list(self._keys.stun_urls)}] if self._keys.stun_urls else []
        if not self._keys.turn_urls:
            return stun
        username, credential = turn_credentials(self._keys.turn_secret, who.id, expires_at)
        return [*stun, {"urls": list(self._keys.turn_urls), "username": username, "credential": credential}]


def turn_credentials(secret: str, user: str, expires_at: datetime) -> tuple[str, str]:
    """User name and password for a TURN server that shares `secret`, good until `expires_at`."""
    username = f"{int(expires_at.timestamp())}:{user}"
    # SHA-1 because coturn reckons so; as an HMAC over an expiry it is strong enough for hours.
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return username, b64encode(digest).decode()


def _misspelt(urls: tuple[str, ...], *schemes: str) -> list[str]:
    return [url for url in urls if url.partition(":")[0] not in schemes or not url.partition(":")[2]]

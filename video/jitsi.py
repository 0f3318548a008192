"""Jitsi rooms: tokens for own servers (HS256) and for JaaS at 8x8.vc (RS256).

What Prosody checks: typ JWT, the one configured alg, exp and nbf as numbers without leeway, iss, aud as a plain string,
sub and room. Sources: jitsi/jitsi-meet resources/prosody-plugins (token/util.lib.lua, mod_token_affiliation.lua) and
developer.8x8.com/jaas.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Self
from urllib.parse import SplitResult, urlsplit

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from video.errors import NotConfigured
from video.provider import Participant, Role, Ticket, unguessable_name

JAAS = "8x8.vc"
PUBLIC_DEMO = "meet.jit.si"
SHORTEST_SECRET = 32  # bytes: RFC 7518 section 3.2, a key at least as long as SHA-256's output
SHORTEST_RSA = 2048  # bits: RFC 7518 section 3.3
EARLY = timedelta(seconds=10)  # the server allows no leeway, and clocks differ
ORIGIN = re.compile(r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?")
ROOM = re.compile(r"[a-z0-9][a-z0-9_-]{7,127}")  # Prosody refuses names over 128 characters

# Without a features claim a moderator gets recording and live streaming by default; naming them takes both away.
FEATURES = ("recording", "livestreaming", "transcription", "outbound-call")
# On JaaS only moderators carry features, and by these names.
JAAS_FEATURES = (
    "recording",
    "livestreaming",
    "transcription",
    "sip-inbound-call",
    "sip-outbound-call",
    "inbound-call",
    "outbound-call",
)

TOOLBAR = ("microphone", "camera", "desktop", "select-background", "tileview", "fullscreen", "settings", "hangup")
HOST_TOOLBAR = ("participants-pane", "security", "mute-everyone")


@dataclass(frozen=True, slots=True)
class JitsiKeys:
    """One Jitsi server's keys: `app_secret` for an own server, or `key_id` and `private_key` (PEM) for JaaS.

    `domain` is a bare host (https is assumed) or a full origin. `subject` is the server's XMPP
    domain where it differs from the host, as in docker-jitsi-meet ("meet.jitsi").
    """

    domain: str
    app_id: str
    app_secret: str = field(default="", repr=False)
    key_id: str = ""
    private_key: str = field(default="", repr=False)
    subject: str = ""


class Jitsi:
    """A Jitsi server that is entered with a signed token."""

    name: ClassVar[str] = "jitsi"
    title: ClassVar[str] = "Jitsi"

    def __init__(self, keys: JitsiKeys) -> None:
        """Reads the keys once: parsing a PEM for every token costs a hundred times the signature."""
        self._keys = keys
        self._address = _address(keys.domain)
        self._jaas = self._address.hostname == JAAS
        self._fault = _fault(keys, self._address)
        self._key = _rsa_key(keys.private_key) if self._jaas and not self._fault else keys.app_secret.encode()

    @classmethod
    def from_section(cls, section: Mapping[str, str]) -> Self:
        """The provider from the settings `domain`, `app_id` and `app_secret`, or `key_id` and `private_key`."""
        names = ("domain", "app_id", "app_secret", "key_id", "private_key", "subject")
        return cls(JitsiKeys(**{name: section.get(name) or "" for name in names}))

    def room_name(self) -> str:
        """A new unguessable room name."""
        return unguessable_name()

    def origins(self) -> tuple[str, ...]:
        """The server itself: its script and its frame come from one origin."""
        return (f"{self._address.scheme}://{self._address.netloc}",)

    def check(self) -> str | None:
        """A sentence when tokens made from these keys could not work, else None."""
        return self._fault

    def ticket(self, room: str, who: Participant, *, now: datetime, lasts: timedelta) -> Ticket:
        """A signed way into `room` (8 to 128 of a-z, 0-9, hyphen); raises NotConfigured or ValueError."""
        if self._fault:
            raise NotConfigured(self._fault)
        _require_enterable(room, lasts)
        # At 8x8.vc all customers share a server; room and script stand below the AppID.
        path = f"/{self._keys.app_id}" if self._jaas else ""
        return Ticket(
            kind="jitsi",
            room=f"{path}/{room}".lstrip("/"),
            domain=self._address.netloc,
            script_url=f"{self.origins()[0]}{path}/external_api.js",
            token=self._token(room, who, now=now, expires_at=now + lasts),
            expires_at=now + lasts,
            options=_options(who),
            origins=self.origins(),
        )

    def _token(self, room: str, who: Participant, *, now: datetime, expires_at: datetime) -> str:
        claims = {
            "aud": "jitsi",
            "room": room,
            "iat": int(now.timestamp()),
            "nbf": int((now - EARLY).timestamp()),
            "exp": int(expires_at.timestamp()),
        }
        if self._jaas:
            kid = {"kid": _jaas_key_id(self._keys)}
            own = {"iss": "chat", "sub": self._keys.app_id, "context": _jaas_context(who)}
            return jwt.encode(own | claims, self._key, "RS256", kid)
        own = {"iss": self._keys.app_id, "sub": _subject(self._keys, self._address), "context": _context(who)}
        return jwt.encode(own | claims, self._key, "HS256")


def _address(domain: str) -> SplitResult:
    """The server's scheme, host and port; a bare host means https, and what is no host at all comes back empty."""
    text = domain.strip().rstrip("/").lower()
    full = text if "://" in text else f"https://{text}"
    return urlsplit(full if ORIGIN.fullmatch(full) else "")


def _subject(keys: JitsiKeys, address: SplitResult) -> str:
    return keys.subject or address.hostname or ""


def _jaas_key_id(keys: JitsiKeys) -> str:
    """`<AppID>/<key id>`; the JaaS console shows it whole, so it may already be so."""
    return keys.key_id if "/" in keys.key_id else f"{keys.app_id}/{keys.key_id}"


def _rsa_key(pem: str) -> RSAPrivateKey:
    """The key in `pem`, whose line ends a one-line setting may spell as backslash n; raises ValueError or TypeError."""
    key = load_pem_private_key(pem.replace("\\n", "\n").encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("not an RSA key")
    return key


def _user(who: Participant) -> dict[str, object]:
    """Who this is; an empty value is left out, because the server writes every value into XML and fails on null."""
    return {key: value for key, value in (("id", who.id), ("name", who.name)) if value}


def _context(who: Participant) -> dict[str, object]:
    """The claims an own server reads: Jitsi's own module takes either right, the contributed one `affiliation` only."""
    host = who.role is Role.HOST
    rights = {"affiliation": "owner" if host else "member", "moderator": host}
    return {"user": _user(who) | rights, "features": dict.fromkeys(FEATURES, False)}


def _jaas_context(who: Participant) -> dict[str, object]:
    """JaaS wants its booleans as words, and features on moderators only."""
    host = who.role is Role.HOST
    user = _user(who) | {"moderator": "true" if host else "false"}
    return {"user": user, "features": dict.fromkeys(JAAS_FEATURES, "false")} if host else {"user": user}


def _options(who: Participant) -> dict[str, object]:
    """What the page passes to JitsiMeetExternalAPI beside room, token and parent node."""
    tools = TOOLBAR + (HOST_TOOLBAR if who.role is Role.HOST else ())
    config = {
        "prejoinConfig": {"enabled": False},  # the page checks camera and microphone itself
        "disableDeepLinking": True,  # no "open in the app" page on phones
        "hideConferenceSubject": True,  # it would be the room's made-up name; our page bears the team's
        "disableInviteFunctions": True,  # the room's address alone must not travel
        "toolbarButtons": list(tools),
        # The page puts over these what the person chose in the device check.
        "startWithAudioMuted": False,
        "startWithVideoMuted": False,
    }
    options: dict[str, object] = {"width": "100%", "height": "100%", "configOverwrite": config}
    options["userInfo"] = {"displayName": who.name}
    return options | ({"lang": who.language} if who.language else {})


def _require_enterable(room: str, lasts: timedelta) -> None:
    if not ROOM.fullmatch(room):
        raise ValueError(f"room name {room!r} must be 8 to 128 lower-case letters, digits, hyphens")
    if lasts <= timedelta():
        raise ValueError("a ticket must last longer than no time")


def _fault(keys: JitsiKeys, address: SplitResult) -> str | None:
    """The first reason why these keys cannot work, as a sentence for the operator."""
    host = address.hostname
    if not host:
        return f"The Jitsi domain {keys.domain!r} must be a host such as meet.example.com."
    if host == PUBLIC_DEMO:
        return f"{PUBLIC_DEMO} does not accept tokens from others: use your own Jitsi server or JaaS."
    if not keys.app_id:
        return "The Jitsi app id is missing."
    return _jaas_fault(keys) if host == JAAS else _secret_fault(keys)


def _secret_fault(keys: JitsiKeys) -> str | None:
    size = len(keys.app_secret.encode())
    if size >= SHORTEST_SECRET:
        return None
    return (
        f"The Jitsi app secret has {size} bytes; HS256 needs at least {SHORTEST_SECRET}."
        if size
        else "The Jitsi app secret is missing."
    )


def _jaas_fault(keys: JitsiKeys) -> str | None:
    if not keys.key_id or not keys.private_key:
        return "JaaS (8x8.vc) needs the key id and the private key from its console, not an app secret."
    if "/" in keys.key_id and not keys.key_id.startswith(f"{keys.app_id}/"):
        return "The JaaS key id belongs to another app id."
    try:
        size = _rsa_key(keys.private_key).key_size
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return "The JaaS private key is not a readable RSA key (PEM, without a password)."
    if size < SHORTEST_RSA:
        return f"The JaaS private key has {size} bits; RS256 needs at least {SHORTEST_RSA}."
    return None

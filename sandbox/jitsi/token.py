"""Whether a token opens a room: the rules of Prosody's `token_verification` and `token_affiliation`.

https://github.com/jitsi/jitsi-meet/tree/master/resources/prosody-plugins (token/util.lib.lua), read 2026-11.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import jwt

from sandbox.world import Secrets

OWNERS = ("owner", "moderator", "teacher")


class Unwelcome(Exception):
    """The token does not open this room; says why, in Prosody's words where there are some."""


@dataclass(frozen=True)
class Guest:
    """Who the token says is coming."""

    user_id: str
    name: str
    email: str
    moderator: bool


def admit(token: str, room: str, *, secrets: Secrets, domain_url: str, now: datetime) -> Guest:
    """The guest a token stands for. Raises `Unwelcome`."""
    if not token:
        raise Unwelcome("token required: this server lets nobody in without one")
    claims = _signed(token, secrets.jitsi_app_secret)
    _check_time(claims, now.timestamp())
    if claims.get("iss") != secrets.jitsi_app_id:
        raise Unwelcome("'iss' claim: issuer is not accepted" if "iss" in claims else "'iss' claim is missing")
    if not isinstance(claims.get("aud"), str):
        raise Unwelcome("'aud' claim is missing or not a string")
    _check_place(claims, room.lower(), domain_url)
    return _guest(claims.get("context", {}).get("user", {}))


def _signed(token: str, secret: str) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(token)
        if header.get("typ") != "JWT":
            raise Unwelcome("invalid typ: the header must say JWT")
        # Times are checked below by the sandbox's clock, names in Prosody's way.
        off = dict.fromkeys(("verify_exp", "verify_nbf", "verify_iat", "verify_aud", "verify_sub"), False)
        claims: dict[str, Any] = jwt.decode(token, secret, algorithms=["HS256"], options=off)  # type: ignore[arg-type]
    except jwt.InvalidAlgorithmError as error:
        raise Unwelcome("invalid or incorrect alg: HS256 is expected") from error
    except jwt.PyJWTError as error:
        raise Unwelcome(f"invalid token: {error}") from error
    return claims


def _check_time(claims: dict[str, Any], now: float) -> None:
    for name in ("exp", "nbf"):
        if name in claims and (isinstance(claims[name], bool) or not isinstance(claims[name], int | float)):
            raise Unwelcome(f"'{name}' claim is not a number")
    # No leeway on either side.
    if now >= claims.get("exp", now + 1):
        raise Unwelcome("token is expired")
    if now < claims.get("nbf", now):
        raise Unwelcome("token not acceptable yet")


def _check_place(claims: dict[str, Any], room: str, domain_url: str) -> None:
    domain = urlsplit(domain_url)
    if "sub" not in claims:
        raise Unwelcome("'sub' claim is missing")
    if claims["sub"] not in ("*", domain.hostname, domain.netloc):
        raise Unwelcome(f"'sub' claim does not name this server ({domain.netloc})")
    if "room" not in claims:
        raise Unwelcome("'room' claim is missing")
    if claims["room"] != "*" and str(claims["room"]).lower() != room:
        raise Unwelcome("room does not match the token")


def _guest(user: dict[str, Any]) -> Guest:
    for name, value in user.items():
        if not isinstance(value, str | int | float):
            raise Unwelcome(f"'context.user.{name}' is neither text nor number")
    moderator = user.get("affiliation") in OWNERS or user.get("moderator") in (True, "true")
    told = [str(user.get(name, "")) for name in ("id", "name", "email")]
    return Guest(told[0], told[1] or "Guest", told[2], moderator)

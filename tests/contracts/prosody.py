"""A judge of Jitsi tokens, written from the rules of Prosody's token plugin and sharing no code with the product."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256


class Refused(Exception):
    """The server would not let this token in."""


def unpad(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@dataclass(frozen=True)
class Prosody:
    """One server's settings: strict issuers and audiences, domain verification on."""

    algorithm: str
    issuer: str
    subject: str
    key: bytes | RSAPublicKey
    audience: str = "jitsi"

    def admit(self, token: str, room: str, *, now: float) -> dict[str, object]:
        """The claims of a token that may enter `room` now."""
        head, body, seal = token.split(".")
        header, claims = json.loads(unpad(head)), json.loads(unpad(body))
        self._check_header(header)
        self._check_seal(f"{head}.{body}".encode(), unpad(seal))
        self._check_claims(claims, now)
        if claims.get("room") != "*" and str(claims.get("room", "")).lower() != room:
            raise Refused("room")
        self._check_user(claims)
        return dict(claims)

    def _check_header(self, header: dict[str, object]) -> None:
        if header.get("typ") != "JWT":
            raise Refused("typ")
        if header.get("alg") != self.algorithm:
            raise Refused("alg")

    def _check_seal(self, signed: bytes, seal: bytes) -> None:
        if isinstance(self.key, RSAPublicKey):
            self.key.verify(seal, signed, PKCS1v15(), SHA256())
        elif not hmac.compare_digest(hmac.new(self.key, signed, hashlib.sha256).digest(), seal):
            raise Refused("signature")

    def _check_claims(self, claims: dict[str, object], now: float) -> None:
        for name in ("exp", "nbf"):
            if name in claims and (isinstance(claims[name], bool) or not isinstance(claims[name], int | float)):
                raise Refused(f"{name} is no number")
        if "exp" in claims and now >= float(str(claims["exp"])):
            raise Refused("exp")
        if "nbf" in claims and now < float(str(claims["nbf"])):
            raise Refused("nbf")
        for name, wanted in (("iss", self.issuer), ("aud", self.audience), ("sub", self.subject)):
            if claims.get(name) != wanted and not (name == "sub" and claims.get(name) == "*"):
                raise Refused(name)

    def _check_user(self, claims: dict[str, object]) -> None:
        context = claims.get("context")
        user = context.get("user") if isinstance(context, dict) else None
        if not isinstance(user, dict) or any(not isinstance(value, str | int | float) for value in user.values()):
            raise Refused("context.user")


def is_moderator(claims: dict[str, object]) -> bool:
    """What mod_token_affiliation makes of the claims."""
    context = claims["context"]
    user = context["user"] if isinstance(context, dict) else {}
    return user.get("affiliation") in ("owner", "moderator", "teacher") or user.get("moderator") in (True, "true")

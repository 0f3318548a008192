"""The signed notices of the pretend gateway: they pass the same door as every gateway's webhook.

`t=<unix seconds>,v1=<hex>`: HMAC-SHA256 over the time, a dot and the raw body.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from payments.errors import BadSignature

HEADER = "x-bellhop-pretend-signature"
TOLERANCE = timedelta(minutes=5)
_SHAPE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})", re.ASCII)


def sign(body: bytes, secret: str, *, at: datetime) -> str:
    """The header's value."""
    moment = int(at.timestamp())
    return f"t={moment},v1={_digest(body, secret, moment)}"


def verify(body: bytes, headers: Mapping[str, str], secret: str, *, now: datetime) -> None:
    """Raises BadSignature when the body is not ours, or older than `TOLERANCE`."""
    shown = next((value for name, value in headers.items() if name.lower() == HEADER), "")
    found = _SHAPE.fullmatch(shown.strip())
    if found is None or not hmac.compare_digest(found[2], _digest(body, secret, int(found[1]))):
        raise BadSignature("The signature does not belong to this body.")
    if now - datetime.fromtimestamp(int(found[1]), UTC) > TOLERANCE:
        raise BadSignature("The signature is too old.")


def _digest(body: bytes, secret: str, moment: int) -> str:
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()

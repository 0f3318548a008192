"""Proves that a webhook is PayPal's, over its raw bytes, before anything reads them.

https://developer.paypal.com/api/rest/webhooks/rest, "Self verification method", read 2026-11. What is signed is
transmission id, time, webhook id and the CRC32 of the body: a changed byte shows, and so does another receiver. The
time is not held against a clock: PayPal sends again for three days, and an event that comes twice is known by its id.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from payments.errors import BadSignature

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

ALGORITHM = "SHA256withRSA"
PREFIX = "paypal-"
LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Transmission:
    """The headers of one delivery. `signature` is raw, as it was before base64."""

    id: str
    time: str
    signature: bytes
    cert_url: str
    sealed: str

    @classmethod
    def read(cls, headers: Mapping[str, str]) -> Self:
        """The five headers. Raises BadSignature when one is missing or cannot be read."""
        told = {name.lower(): value for name, value in headers.items()}
        if told.get(f"{PREFIX}auth-algo", "").lower() != ALGORITHM.lower():
            raise BadSignature("The webhook does not say that it is signed with SHA256withRSA.")
        names = ("transmission-id", "transmission-time", "transmission-sig", "cert-url")
        sent_as, time, sealed, url = (told.get(f"{PREFIX}{name}", "") for name in names)
        if not all(0 < len(value) <= LONGEST and value.isascii() for value in (sent_as, time, sealed, url)):
            raise BadSignature("A PayPal-Transmission header is missing or cannot be read.")
        try:
            return cls(sent_as, time, base64.b64decode(sealed, validate=True), url, sealed)
        except binascii.Error as error:
            raise BadSignature("The signature is not base64.") from error

    def message(self, body: bytes, webhook_id: str) -> bytes:
        """What PayPal signed. The checksum is written as an unsigned decimal number."""
        return f"{self.id}|{self.time}|{webhook_id}|{binascii.crc32(body)}".encode()

    def question(self, event: str, webhook_id: str) -> bytes:
        """The body that asks PayPal to verify it. The event goes in as it came: written anew, it may not match."""
        told = {
            "auth_algo": ALGORITHM,
            "cert_url": self.cert_url,
            "transmission_id": self.id,
            "transmission_sig": self.sealed,
            "transmission_time": self.time,
            "webhook_id": webhook_id,
        }
        return f'{json.dumps(told)[:-1]}, "webhook_event": {event}}}'.encode()


def is_signed(transmission: Transmission, body: bytes, webhook_id: str, certificate: "Certificate") -> bool:
    """Whether the holder of the certificate signed this body for this receiver."""
    # Here and not above: cryptography takes longer to import than `bellhop --help` may take to answer.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA256

    public = certificate.public_key()
    if not isinstance(public, RSAPublicKey):
        return False
    try:
        public.verify(transmission.signature, transmission.message(body, webhook_id), PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def read_event(body: bytes) -> tuple[dict[str, Any], str]:
    """The event, and its text as it came. Raises BadSignature for what is not one JSON object in UTF-8."""
    try:
        text = body.decode()
        event = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadSignature("The body is not JSON.") from error
    if not isinstance(event, dict):
        raise BadSignature("The body is not an event.")
    return event, text

"""The certificates that PayPal signs its webhooks with: where they may come from, and those that are known."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from payments.errors import BadSignature, Unavailable

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

LIVE_HOSTS = frozenset({"api-m.paypal.com", "api.paypal.com"})
HOSTS = LIVE_HOSTS | {"api-m.sandbox.paypal.com", "api.sandbox.paypal.com"}
PATH = "/v1/notifications/certs/"
NAME = re.compile(r"[A-Za-z0-9_-]{1,100}", re.ASCII)
KEPT = 8
"""How many are remembered; PayPal uses one for years."""


def host_of(api_url: str) -> str:
    """The host of an address, in lower case."""
    return urlsplit(api_url).hostname or ""


def may_serve(cert_url: str, api_url: str) -> bool:
    """Whether a certificate may be fetched from there: anybody can write an address into a header.

    With PayPal's own API root: https, one of PayPal's API hosts, the folder of certificates, and a plain name. There is
    no room for a port, a user, a query or a way up. With a stand-in: the same folder below the stand-in's own address
    and nowhere else. That opens nothing, because the operator names the stand-in in the settings, and it already
    answers for every payment; whoever calls our webhook cannot name one.
    """
    roots = [f"https://{host}" for host in HOSTS] if host_of(api_url) in HOSTS else [api_url.rstrip("/")]
    return any(
        cert_url.startswith(f"{root}{PATH}") and NAME.fullmatch(cert_url, len(root) + len(PATH)) for root in roots
    )


class Certificates:
    """Certificates by address. `fetch` gets a document, raising PaymentError when it cannot be had."""

    def __init__(self, fetch: Callable[[str], Awaitable[bytes]]) -> None:
        self._fetch = fetch
        self._known: dict[str, Certificate] = {}

    async def get(self, url: str, *, now: datetime) -> "Certificate":
        """The certificate there. Raises BadSignature when it is not valid now, a PaymentError when there is none."""
        found = self._known.get(url) or _read(await self._fetch(url))
        if not found.not_valid_before_utc <= now <= found.not_valid_after_utc:
            self._known.pop(url, None)
            raise BadSignature("The certificate is not valid at this time.")
        self._remember(url, found)
        return found

    def _remember(self, url: str, certificate: "Certificate") -> None:
        while url not in self._known and len(self._known) >= KEPT:
            self._known.pop(next(iter(self._known)))
        self._known[url] = certificate


def _read(pem: bytes) -> "Certificate":
    # Here and not above: cryptography takes longer to import than `bellhop --help` may take to answer.
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return load_pem_x509_certificates(pem)[0]
    except ValueError as error:
        raise Unavailable("What PayPal hands out is no certificate.") from error

"""Proves that a webhook, or a browser's return, comes from Razorpay, before anything reads it."""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from typing import Any

from payments.errors import BadSignature
from payments.gateway import Returned
from payments.signed import read_signed

SIGNATURE = "x-razorpay-signature"
EVENT_ID = "x-razorpay-event-id"
_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
# In the order in which they are signed. https://razorpay.com/docs/payments/payment-links/apis
_RETURNED = ("payment_link_id", "payment_link_reference_id", "payment_link_status", "payment_id")


def verified(body: bytes, headers: Mapping[str, str], secrets: Iterable[str]) -> tuple[dict[str, Any], str]:
    """The event in a signed body, and its id. Raises BadSignature, also for a signed body that is not an event.

    Razorpay signs no time, so an old event is refused nowhere: its id is what keeps it from counting twice.
    """
    sent = _header(headers, SIGNATURE)
    if not any(_fits(body, secret, sent) for secret in secrets):
        raise BadSignature("The signature does not belong to this body.")
    return read_signed(body), _event_id(body, headers)


def verified_return(params: Mapping[str, str], secret: str) -> Returned:
    """The query of `callback_url`, signed with the API key's secret and not the webhook's. Raises BadSignature."""
    values = [params.get(f"razorpay_{name}", "") for name in _RETURNED]
    message = "|".join(values).encode(errors="surrogatepass")
    if not values[0] or not values[3] or not _fits(message, secret, params.get("razorpay_signature", "")):
        raise BadSignature("The signature does not belong to this return.")
    return Returned(*values)


def _fits(message: bytes, secret: str, signature: str) -> bool:
    expected = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest().encode()
    return hmac.compare_digest(expected, signature.encode(errors="surrogatepass"))


def _event_id(body: bytes, headers: Mapping[str, str]) -> str:
    """The event's id; the header is not signed, so what does not look like an id is replaced by the body's own."""
    sent = _header(headers, EVENT_ID)
    return sent if _ID.fullmatch(sent) else hashlib.sha256(body).hexdigest()


def _header(headers: Mapping[str, str], wanted: str) -> str:
    return next((value for name, value in headers.items() if name.lower() == wanted), "")

"""Proves who sent a webhook, and reads which order or refund it speaks of: nothing more of it can be believed.

PhonePe sends sha256("username:password") with every webhook. That proves the sender, as a password would, and says
nothing of the body or the time. https://developer.phonepe.com/payment-gateway, "Webhook Handling", read 2026-11.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from payments.errors import BadSignature

HEADER = "authorization"
ORDER_EVENTS = frozenset(
    {"checkout.order.completed", "checkout.order.failed", "checkout.transaction.attempt.failed",
     "pg.order.completed", "pg.order.failed", "pg.transaction.attempt.failed"}
)  # fmt: skip
"""The last three speak of UPI codes."""
REFUND_EVENTS = frozenset({"pg.refund.accepted", "pg.refund.completed", "pg.refund.failed"})
IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,63}", re.ASCII)
"""What may stand for an order or a refund of ours; it becomes a part of an address."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a webhook speaks of: an order, or a refund of it when `refund_id` is not empty.

    `event_id` is made from what is told, since PhonePe gives none: a repeat of the same webhook has the same.
    """

    event_id: str
    order_id: str
    refund_id: str = ""


def proof(username: str, password: str) -> str:
    """What PhonePe puts in the header: lower-case hex."""
    return hashlib.sha256(f"{username}:{password}".encode()).hexdigest()


def verified(body: bytes, headers: Mapping[str, str], expected: str) -> Notice | None:
    """What the webhook speaks of; None when that does not concern us.

    Raises BadSignature when the header is not `expected`, or the body is not one that PhonePe sends.
    """
    shown = next((value for name, value in headers.items() if name.lower() == HEADER), "")
    if not hmac.compare_digest(shown.strip().encode(errors="replace"), expected.encode()):
        raise BadSignature("The Authorization header is not the one agreed upon with PhonePe.")
    try:
        return _notice(json.loads(body))
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise BadSignature("The body is not in a shape that PhonePe sends.") from error


def _notice(told: Mapping[str, Any]) -> Notice | None:
    event = _event(told)
    if event in ORDER_EVENTS:
        payload = told["payload"]
        order = _identifier(payload["merchantOrderId"])
        return Notice(":".join((event, order, _attempt(payload))), order)
    if event in REFUND_EVENTS:
        payload = told["payload"]
        refund, order = _identifier(payload["merchantRefundId"]), _identifier(payload["originalMerchantOrderId"])
        return Notice(f"{event}:{refund}", order, refund)
    return None


def _event(told: Mapping[str, Any]) -> str:
    """`checkout.order.completed`; the older `type` spells it CHECKOUT_ORDER_COMPLETED and is to go."""
    event = told.get("event") or (told.get("type") or "").replace("_", ".").lower()
    return event if isinstance(event, str) else ""


def _attempt(payload: Mapping[str, Any]) -> str:
    """The last try to pay: an order may fail to be paid more than once."""
    attempts = payload.get("paymentDetails")
    last = attempts[-1] if isinstance(attempts, list) and attempts else {}
    return _identifier(last["transactionId"]) if "transactionId" in last else ""


def _identifier(value: Any) -> str:
    if not isinstance(value, str) or not IDENTIFIER.fullmatch(value):
        raise ValueError("not an identifier")
    return value

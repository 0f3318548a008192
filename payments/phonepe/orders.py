"""What is sent to PhonePe for a hosted page, and the ids and addresses that may stand in it."""

from datetime import datetime
from typing import Any

from payments.errors import NotConfigured
from payments.gateway import CheckoutOrder
from payments.phonepe.money import to_phonepe
from payments.phonepe.webhook import IDENTIFIER

SHORTEST, LONGEST = 300, 3600
"""Seconds that a page stays open, as PhonePe takes them."""


def pay_body(order: CheckoutOrder, now: datetime) -> dict[str, Any]:
    """What opens a hosted page."""
    left = int((order.expires_at - now).total_seconds())
    return {
        "merchantOrderId": identifier(order.reference),
        "amount": to_phonepe(order.amount),
        "expireAfter": min(max(left, SHORTEST), LONGEST),
        # A failed try may be made good on the same page.
        "disablePaymentRetry": False,
        "paymentFlow": {
            "type": "PG_CHECKOUT",
            "message": f"{order.payee}: {order.description}"[:100],
            "merchantUrls": {"redirectUrl": order.return_url},
        },
    }


def identifier(value: str) -> str:
    """An id that PhonePe takes. Raises NotConfigured."""
    if not IDENTIFIER.fullmatch(value):
        raise NotConfigured("PhonePe's ids have at most 63 letters, digits, underscores and hyphens.")
    return value


def address(url: Any) -> str:
    """The address of a page. Raises ValueError for anything else."""
    if not isinstance(url, str) or not url.startswith(("https://", "http://")):
        raise ValueError("not an address")
    return url

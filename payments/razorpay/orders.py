"""What is sent to Razorpay: a Payment Link, a QR code, a refund's key."""

import hashlib
import re
from datetime import datetime, timedelta
from typing import Any

from payments.errors import AmountRefused
from payments.gateway import CheckoutOrder
from payments.razorpay.facts import REFERENCE
from payments.razorpay.money import QR_LONGEST, QR_SHORTEST, to_razorpay

_REFUND_KEY = re.compile(r"[\w-]{10,64}", re.ASCII)


def link_params(order: CheckoutOrder) -> dict[str, Any]:
    """A Payment Link."""
    # Notes flow from the link to its payments, `reference_id` does not: without them refunds could not be matched.
    params = {
        "amount": to_razorpay(order.amount),
        "currency": order.amount.currency,
        # A deposit is a request of its own, so a link is paid in full or not at all.
        "accept_partial": False,
        "reference_id": order.reference,
        "description": (order.description or order.payee)[:2048],
        "notes": {REFERENCE: order.reference},
        "notify": {"sms": False, "email": False},
        "reminder_enable": False,
        "expire_by": int(order.expires_at.timestamp()),
        "callback_url": order.return_url,
        "callback_method": "get",
    }
    return {**params, "customer": {"email": order.customer_email}} if order.customer_email else params


def code_params(order: CheckoutOrder, now: datetime) -> dict[str, Any]:
    """A UPI QR code for one payment. Raises AmountRefused for all but INR."""
    if order.amount.currency != "INR":
        raise AmountRefused("UPI takes INR only.")
    # Razorpay cuts a longer time itself, and says so in its answer.
    lasts: timedelta = min(max(order.expires_at - now, QR_SHORTEST), QR_LONGEST)
    return {
        "type": "upi_qr",
        "usage": "single_use",
        "fixed_amount": True,
        "payment_amount": to_razorpay(order.amount),
        "name": order.payee[:100],
        "description": order.description[:255],
        "close_by": int((now + lasts).timestamp()),
        "notes": {REFERENCE: order.reference},
    }


def refund_key(key: str) -> str:
    """The key itself where Razorpay takes it: ten letters, digits, hyphens and underscores at least."""
    return key if _REFUND_KEY.fullmatch(key) else hashlib.sha256(key.encode()).hexdigest()

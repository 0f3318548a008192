"""What Orders v2 is told, and where. https://developer.paypal.com/docs/api/orders/v2/, read 2026-11."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from payments.gateway import CheckoutOrder
from payments.paypal.money import to_paypal

Object = Mapping[str, Any]
DISPUTES = "/v1/customer/disputes"
ORDER_ID = re.compile(r"[A-Z0-9]{17}", re.ASCII)
LOCALE = re.compile(r"[a-z]{2}-[A-Z]{2}", re.ASCII)


def is_order_id(checkout_ref: str) -> bool:
    """Whether this is an id as PayPal gives to orders."""
    return ORDER_ID.fullmatch(checkout_ref) is not None


def order_body(order: CheckoutOrder) -> dict[str, Any]:
    """What makes an order that the buyer approves on a page and we capture. Raises AmountRefused."""
    context = {
        "brand_name": order.payee[:127],
        "return_url": order.return_url,
        "cancel_url": order.cancel_url,
        # The buyer sees the final sum at PayPal and decides there: nothing is left to confirm on a page of ours.
        "user_action": "PAY_NOW",
        # What is sold here is not sent by post; otherwise PayPal would ask for an address.
        "shipping_preference": "NO_SHIPPING",
    }
    # Five characters or none: PayPal then goes by the buyer's own settings.
    locale = order.locale.replace("_", "-")
    context |= {"locale": locale} if LOCALE.fullmatch(locale) else {}
    buyer = {"email_address": order.customer_email} if order.customer_email else {}
    unit = {
        "custom_id": order.reference,
        # The same invoice cannot be paid twice, even when PayPal has forgotten the request id.
        "invoice_id": order.reference,
        "description": f"{order.payee}: {order.description}"[:127],
        "amount": to_paypal(order.amount),
    }
    source = {"paypal": {**buyer, "experience_context": context}}
    return {"intent": "CAPTURE", "purchase_units": [unit], "payment_source": source}


def order_path(checkout_ref: str) -> str:
    """Where an order stands, whatever its id holds."""
    return f"/v2/checkout/orders/{quote(checkout_ref, safe='')}"


def capture_key(order: Object) -> str:
    """The request id of a capture, one for each approval: after a decline the buyer may approve again, otherwise."""
    approved_at = re.sub(r"\W", "", str(order.get("update_time") or ""), flags=re.ASCII)
    return f"capture-{order['id']}-{approved_at}"[:108]

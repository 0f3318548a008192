"""UPI QR codes: orders of PhonePe's Custom Checkout, which stand beside those of Standard Checkout.

Read 2026-11: developer.phonepe.com/payment-gateway-custom-checkout, "UPI QR", "Order Status" and "Webhook".
"""

from collections.abc import Mapping
from typing import Any

MARK = "-qr"
"""How the merchant's ids of such orders end: they have a status call of their own, and the id alone has to tell."""
PAY = "/payments/v2/pay"


def order_id_of(reference: str) -> str:
    """The merchant's id of the order behind a code."""
    return reference + MARK


def reference_of(order_id: str) -> str:
    """Our reference of an order of either kind."""
    return order_id.removesuffix(MARK)


def status_path(order_id: str) -> str:
    """Where the status of an order is asked for."""
    return f"/{'payments' if order_id.endswith(MARK) else 'checkout'}/v2/order/{order_id}/status"


def as_code(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body that opens a hosted page, as one that opens a code of the same sum."""
    kept = {name: body[name] for name in ("amount", "expireAfter")}
    flow = {"type": "PG", "paymentMode": {"type": "UPI_QR"}}
    return {"merchantOrderId": order_id_of(body["merchantOrderId"]), **kept, "paymentFlow": flow}


def said(answer: Mapping[str, Any]) -> str:
    """What the code has to say, the link that opens a UPI app. Raises ValueError when it is not told.

    `qrData` stands beside it, but no document says what is in it, and the documents' own sample leaves it empty.
    """
    link = answer.get("intentUrl")
    if not isinstance(link, str) or "://" not in link:
        raise ValueError("no link to a UPI app")
    return link

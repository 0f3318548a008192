"""Razorpay's entities and events, typed from https://razorpay.com/docs (webhooks, payment links, refunds, QR codes)."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from payments.facts import Fact
from payments.razorpay import Razorpay, RazorpayKeys

KEY_SECRET = "rzp_key_secret_dev"
SECRET = "rzp_webhook_secret_dev"
SENT = 1767225600
NOW = datetime.fromtimestamp(SENT, UTC)
Json = dict[str, Any]


def gateway(
    webhook_secret: str = SECRET,
    api_url: str = "http://127.0.0.1:1",
    timeout: float = 10,
    account: str = "",
    key_id: str = "rzp_test_dev",
) -> Razorpay:
    keys = RazorpayKeys(key_id, KEY_SECRET, webhook_secret, api_url, account, timeout)
    return Razorpay(keys, now=lambda: NOW)


def signed(body: bytes, secret: str = SECRET, event_id: str = "Evt0000000001") -> dict[str, str]:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Razorpay-Signature": signature, "x-razorpay-event-id": event_id}


def event(kind: str, payload: dict[str, Json], **more: Any) -> Json:
    return {
        "entity": "event",
        "account_id": "acc_BFQ7uQEaa7j2z7",
        "event": kind,
        "contains": list(payload),
        "payload": {name: {"entity": thing} for name, thing in payload.items()},
        "created_at": SENT,
    } | more


async def read(kind: str, till: Razorpay | None = None, /, **payload: Json) -> Sequence[Fact]:
    body = json.dumps(event(kind, payload)).encode()
    return await (till or gateway()).read_webhook(body, signed(body), now=NOW)


LINK: Json = {
    "accept_partial": False,
    "amount": 50000,
    "amount_paid": 50000,
    "callback_method": "get",
    "callback_url": "https://example-callback-url.com/",
    "cancelled_at": 0,
    "created_at": SENT,
    "currency": "INR",
    "customer": {"contact": "+919000090000", "email": "gaurav.kumar@example.com", "name": "Gaurav Kumar"},
    "description": "Consultation",
    "expire_by": SENT + 3600,
    "expired_at": 0,
    "first_min_partial_amount": 0,
    "id": "plink_Qb2gHrKr01Maky",
    "notes": {"reference": "ord_1"},
    "notify": {"email": False, "sms": False, "whatsapp": False},
    "order_id": "order_Qb2gOAUzSm5zpv",
    "reference_id": "ord_1",
    "reminder_enable": False,
    "reminders": {"status": "failed"},
    "short_url": "https://rzp.io/rzp/S12PdyW",
    "status": "paid",
    "updated_at": SENT + 38,
    "upi_link": False,
    "user_id": "",
    "whatsapp_link": False,
}
UNPAID: Json = LINK | {"amount_paid": 0, "status": "created", "payments": None, "updated_at": SENT}
LISTED: Json = {
    "amount": 50000,
    "created_at": SENT + 20,
    "method": "upi",
    "payment_id": "pay_Qb2gYRc7dxedX8",
    "plink_id": "plink_Qb2gHrKr01Maky",
    "status": "captured",
    "updated_at": SENT + 38,
}
POLLED: Json = LINK | {"payments": [LISTED]}
ORDER: Json = {
    "amount": 50000,
    "amount_due": 0,
    "amount_paid": 50000,
    "currency": "INR",
    "id": "Qb2gOAUzSm5zpv",
    "merchant_id": "BFQ7uQEaa7j2z7",
    "notes": [],
    "product_type": "payment_link_v2",
    "public_key": "rzp_test_dev",
    "receipt": "ord_1",
    "status": "paid",
}
PAYMENT: Json = {
    "id": "pay_Qb2gYRc7dxedX8",
    "entity": "payment",
    "amount": 50000,
    "currency": "INR",
    "base_amount": 50000,
    "status": "captured",
    "order_id": "order_Qb2gOAUzSm5zpv",
    "invoice_id": None,
    "international": False,
    "method": "upi",
    "amount_refunded": 0,
    "amount_transferred": 0,
    "refund_status": None,
    "captured": True,
    "description": "#Qb2gHrKr01Maky",
    "vpa": "gaurav.kumar@okexample",
    "email": "gaurav.kumar@example.com",
    "contact": "+919000090000",
    "notes": {"reference": "ord_1"},
    "fee": 2,
    "tax": 0,
    "error_code": None,
    "error_description": None,
    "error_source": None,
    "error_step": None,
    "error_reason": None,
    "acquirer_data": {"rrn": "551652213711"},
    "created_at": SENT + 20,
}
FAILED: Json = PAYMENT | {
    "status": "failed",
    "captured": False,
    "error_code": "BAD_REQUEST_ERROR",
    "error_description": "You entered an incorrect UPI PIN.",
    "error_source": "customer",
    "error_step": "payment_authorization",
    "error_reason": "incorrect_pin",
}
REFUND: Json = {
    "id": "rfnd_FS8TWyPrCsa0OB",
    "entity": "refund",
    "amount": 19000,
    "currency": "INR",
    "payment_id": "pay_Qb2gYRc7dxedX8",
    "notes": {"comment": "Customer Notes for Webhooks."},
    "receipt": None,
    "acquirer_data": {"arn": None},
    "created_at": SENT + 100,
    "batch_id": None,
    "status": "processed",
    "speed_processed": "normal",
    "speed_requested": "normal",
}
DISPUTE: Json = {
    "id": "disp_EsIAlDcoUr8CaQ",
    "entity": "dispute",
    "payment_id": "pay_Qb2gYRc7dxedX8",
    "amount": 50000,
    "currency": "INR",
    "amount_deducted": 0,
    "reason_code": "processed_invalid_expired_card",
    "respond_by": SENT + 86400,
    "status": "open",
    "phase": "chargeback",
    "created_at": SENT + 200,
}
CODE: Json = {
    "id": "qr_HO2e0813YlchUn",
    "entity": "qr_code",
    "created_at": SENT,
    "name": "Acme",
    "usage": "single_use",
    "type": "upi_qr",
    "image_url": "https://rzp.io/i/X6QM7LL",
    "payment_amount": 50000,
    "status": "active",
    "description": "Consultation",
    "fixed_amount": True,
    "payments_amount_received": 0,
    "payments_count_received": 0,
    "notes": {"reference": "ord_1"},
    "customer_id": None,
    "close_by": SENT + 7200,
    "closed_at": None,
    "close_reason": None,
}

"""Stripe's events, typed from https://docs.stripe.com/api (2026-10-28) and signed by Stripe's own SDK."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import stripe as sdk

from payments.facts import Fact
from payments.stripe import Stripe, StripeKeys

SECRET = "whsec_dev_0123456789abcdef"
SENT = 1767225600
NOW = datetime.fromtimestamp(SENT, UTC)
Json = dict[str, Any]


def gateway(
    webhook_secret: str = SECRET, api_url: str = "http://127.0.0.1:1", timeout: float = 10, account: str = ""
) -> Stripe:
    return Stripe(StripeKeys("sk_test_dev", webhook_secret, api_url, account, timeout), now=lambda: NOW)


def signed(body: bytes, secret: str = SECRET, at: int = SENT) -> dict[str, str]:
    return {"Stripe-Signature": sdk.WebhookSignature.generate_signature_header(body.decode(), secret, at)}


def event(kind: str, thing: Json, **more: Any) -> Json:
    return {
        "id": "evt_1NG8Du2eZvKYlo2CUI79vXWy",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": SENT,
        "data": {"object": thing},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    } | more


async def read(kind: str, thing: Json, **more: Any) -> Sequence[Fact]:
    body = json.dumps(event(kind, thing, **more)).encode()
    return await gateway().read_webhook(body, signed(body), now=NOW)


SESSION: Json = {
    "id": "cs_test_a1",
    "object": "checkout.session",
    "amount_subtotal": 1999,
    "amount_total": 1999,
    "client_reference_id": "ord_1",
    "created": SENT,
    "currency": "usd",
    "expires_at": 1767227400,
    "livemode": False,
    "metadata": {"reference": "ord_1"},
    "mode": "payment",
    "payment_intent": "pi_1",
    "payment_link": None,
    "payment_status": "paid",
    "status": "complete",
    "ui_mode": "hosted_page",
    "url": None,
}
INTENT: Json = {
    "id": "pi_1",
    "object": "payment_intent",
    "amount": 1999,
    "amount_capturable": 0,
    "amount_received": 1999,
    "canceled_at": None,
    "cancellation_reason": None,
    "created": SENT,
    "currency": "usd",
    "last_payment_error": None,
    "latest_charge": "ch_1",
    "livemode": False,
    "metadata": {"reference": "ord_1"},
    "status": "succeeded",
}
CHARGE: Json = {
    "id": "ch_1",
    "object": "charge",
    "amount": 1999,
    "amount_captured": 1999,
    "amount_refunded": 0,
    "captured": True,
    "created": SENT,
    "currency": "usd",
    "disputed": False,
    "livemode": False,
    "metadata": {"reference": "ord_1"},
    "paid": True,
    "payment_intent": "pi_1",
    "receipt_url": "https://pay.stripe.com/receipts/payment/1",
    "refunded": False,
    "status": "succeeded",
}
REFUND: Json = {
    "id": "re_1",
    "object": "refund",
    "amount": 500,
    "charge": "ch_1",
    "created": SENT,
    "currency": "usd",
    "metadata": {},
    "payment_intent": "pi_1",
    "reason": "requested_by_customer",
    "status": "succeeded",
}
DISPUTE: Json = {
    "id": "du_1",
    "object": "dispute",
    "amount": 1999,
    "charge": "ch_1",
    "created": SENT,
    "currency": "usd",
    "is_charge_refundable": False,
    "livemode": False,
    "metadata": {},
    "payment_intent": "pi_1",
    "evidence_details": {"due_by": SENT + 7 * 86400, "has_evidence": False, "past_due": False, "submission_count": 0},
    "reason": "product_not_received",
    "status": "needs_response",
}
DECLINED: Json = INTENT | {
    "amount_received": 0,
    "status": "requires_payment_method",
    "last_payment_error": {
        "code": "card_declined",
        "decline_code": "insufficient_funds",
        "message": "Your card has insufficient funds.",
        "type": "card_error",
    },
}

"""The JSON of Razorpay's entities, as its documents print them."""

import secrets
import string
from typing import Any

Json = dict[str, Any]
ACCOUNT = "acc_SandboxBellhop"
LETTERS = string.ascii_letters + string.digits
DECLINES = {
    "payment_failed": "Your payment was declined by the bank. Try another way to pay.",
    "insufficient_funds": "Your payment could not be completed due to insufficient account balance.",
    "incorrect_pin": "You entered an incorrect UPI PIN. Try again.",
    "payment_cancelled": "You may have cancelled the payment or there was a delay in response from the UPI app.",
}


def fresh(prefix: str = "") -> str:
    """A new id as Razorpay makes them: `pay_` and fourteen letters and digits."""
    return prefix + "".join(secrets.choice(LETTERS) for _ in range(14))


def collection(items: list[Json]) -> Json:
    """A list of entities."""
    return {"entity": "collection", "count": len(items), "items": items}


def link(form: Json, *, created: int, public_url: str) -> Json:
    """An open Payment Link for a checked form."""
    identifier = fresh("plink_")
    back = {name: form[name] for name in ("callback_url", "callback_method") if name in form}
    return back | {
        "accept_partial": form.get("accept_partial", False), "amount": form["amount"], "amount_paid": 0,
        "cancelled_at": 0, "created_at": created, "currency": form.get("currency", "INR"),
        "customer": form.get("customer", {}), "description": form.get("description", ""),
        "expire_by": form.get("expire_by", created + 180 * 86400), "expired_at": 0, "first_min_partial_amount": 0,
        "id": identifier, "notes": form.get("notes") or None, "notify": form.get("notify", {}), "payments": None,
        "reference_id": form.get("reference_id", ""), "reminder_enable": form.get("reminder_enable", False),
        "reminders": [], "short_url": f"{public_url}/razorpay/i/{identifier}", "status": "created",
        "updated_at": created, "upi_link": False, "user_id": "", "whatsapp_link": False,
    }  # fmt: skip


def code(form: Json, *, created: int, closes: int, public_url: str) -> Json:
    """An active UPI QR code for a checked form."""
    identifier = fresh("qr_")
    return {
        "id": identifier, "entity": "qr_code", "created_at": created, "name": form.get("name"), "usage": form["usage"],
        "type": "upi_qr", "image_url": f"{public_url}/razorpay/qr/{identifier}",
        "payment_amount": form["payment_amount"], "status": "active", "description": form.get("description"),
        "fixed_amount": True, "payments_amount_received": 0, "payments_count_received": 0,
        "notes": form.get("notes") or [], "customer_id": form.get("customer_id"), "close_by": closes,
        "closed_at": None, "close_reason": None,
    }  # fmt: skip


def order(of: Json, *, created: int, key_id: str) -> Json:
    """The order behind a link, in the form in which `payment_link.*` events carry it: its id has no prefix."""
    return {
        "amount": of["amount"], "amount_due": of["amount"], "amount_paid": 0, "attempts": 0, "created_at": created,
        "currency": of["currency"], "id": fresh(), "merchant_id": ACCOUNT.removeprefix("acc_"),
        "notes": of["notes"] or [], "partial_payment": False, "payment_capture": True,
        "product_id": of["id"].removeprefix("plink_"), "product_type": "payment_link_v2", "public_key": key_id,
        "receipt": of["reference_id"], "status": "created", "updated_at": created,
    }  # fmt: skip


def payment(amount: int, currency: str, *, created: int, method: str, notes: Json, description: str,
            order_id: str | None, email: str | None) -> Json:  # fmt: skip
    """A payment that the bank has not answered yet."""
    return {
        "id": fresh("pay_"), "entity": "payment", "amount": amount, "currency": currency, "base_amount": amount,
        "status": "created", "order_id": order_id, "invoice_id": None, "international": currency != "INR",
        "method": method, "amount_refunded": 0, "amount_transferred": 0, "refund_status": None, "captured": False,
        "description": description, "card_id": None, "bank": None, "wallet": None,
        "vpa": "customer@exampleupi" if method == "upi" else None, "email": email, "contact": "+919000090000",
        "notes": notes or [], "fee": None, "tax": None, "fee_bearer": "platform", "error_code": None,
        "error_description": None, "error_source": None, "error_step": None, "error_reason": None,
        "acquirer_data": {"rrn": None}, "created_at": created,
    }  # fmt: skip


def fees(amount: int) -> Json:
    """What Razorpay keeps of a payment: two percent, and the tax of 18 percent on them, which the fee contains."""
    base = amount * 2 // 100
    tax = base * 18 // 100
    return {"fee": base + tax, "tax": tax}


def refund(of: Json, amount: int, form: Json, *, created: int) -> Json:
    """A refund; in test mode it is processed at once."""
    return {
        "id": fresh("rfnd_"), "entity": "refund", "amount": amount, "currency": of["currency"], "payment_id": of["id"],
        "notes": form.get("notes") or [], "receipt": form.get("receipt"), "acquirer_data": {"arn": None},
        "created_at": created, "batch_id": None, "status": "processed", "speed_processed": "normal",
        "speed_requested": form.get("speed", "normal"),
    }  # fmt: skip


def dispute(of: Json, *, created: int) -> Json:
    """A customer's bank asks for the money of a payment."""
    return {
        "id": fresh("disp_"), "entity": "dispute", "payment_id": of["id"], "amount": of["amount"],
        "currency": of["currency"], "amount_deducted": 0, "reason_code": "goods_not_received",
        "respond_by": created + 7 * 86400, "status": "open", "phase": "chargeback", "created_at": created,
        "evidence": {"amount": of["amount"], "summary": None, "submitted_at": None},
    }  # fmt: skip


def event(kind: str, payload: dict[str, Json], *, created: int) -> Json:
    """The envelope in which Razorpay tells that something happened; its id travels in a header."""
    return {
        "entity": "event", "account_id": ACCOUNT, "event": kind, "contains": list(payload),
        "payload": {name: {"entity": thing} for name, thing in payload.items()}, "created_at": created,
    }  # fmt: skip

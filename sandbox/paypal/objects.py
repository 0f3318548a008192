"""The JSON of PayPal's objects: Orders 2.13, Payments 2.5, Disputes 1.10, Webhooks 1.13."""

import secrets
import string
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Json = dict[str, Any]

LETTERS = string.ascii_uppercase + string.digits
MERCHANT = {"email_address": "sb-acme@business.example.com", "merchant_id": "SANDBOXACME77"}
PAYER = {
    "name": {"given_name": "John", "surname": "Doe"},
    "email_address": "buyer@example.com",
    "payer_id": "QYR5Z8XDVJNXQ",
    "address": {"country_code": "US"},
}


def fresh() -> str:
    """A new id as PayPal makes them: 17 capital letters and digits."""
    return "".join(secrets.choice(LETTERS) for _ in range(17))


def link(href: str, rel: str, method: str = "GET") -> Json:
    """One of the links that every object carries."""
    return {"href": href, "rel": rel, "method": method}


def order(asked: Json, *, at: str, root: str, public_url: str) -> Json:
    """A new order for a checked request."""
    identifier = fresh()
    units = [{"reference_id": "default", **unit, "payee": MERCHANT} for unit in asked["purchase_units"]]
    here = f"{root}/v2/checkout/orders/{identifier}"
    return {
        "id": identifier, "intent": "CAPTURE", "status": "PAYER_ACTION_REQUIRED",
        "payment_source": {"paypal": {}}, "purchase_units": units, "create_time": at,
        "links": [link(here, "self"), link(f"{public_url}/paypal/pay/{identifier}", "payer-action")],
    }  # fmt: skip


def capture(of: Json, *, status: str, reason: str, at: str, root: str) -> Json:
    """The money of an order, taken."""
    identifier, unit = fresh(), of["purchase_units"][0]
    here = f"{root}/v2/payments/captures/{identifier}"
    amount = {key: unit["amount"][key] for key in ("currency_code", "value")}
    fee, net = _after_fee(amount["value"])
    told: Json = {
        "id": identifier, "status": status, "amount": amount, "final_capture": True,
        "disbursement_mode": "INSTANT", "seller_protection": {"status": "NOT_ELIGIBLE"},
        "seller_receivable_breakdown": {
            "gross_amount": amount, "paypal_fee": amount | {"value": fee}, "net_amount": amount | {"value": net},
        },
        "create_time": at, "update_time": at,
        "links": [
            link(here, "self"), link(f"{here}/refund", "refund", "POST"),
            link(f"{root}/v2/checkout/orders/{of['id']}", "up"),
        ],
    }  # fmt: skip
    told |= {name: unit[name] for name in ("custom_id", "invoice_id") if name in unit}
    return told | ({"status_details": {"reason": reason}} if reason else {})


def _after_fee(value: str) -> tuple[str, str]:
    """What PayPal keeps of a sum, three percent, and what is left, with as many decimals as the sum has."""
    whole = Decimal(value)
    fee = (whole * 3 / 100).quantize(Decimal(1).scaleb(-len(value.partition(".")[2])), ROUND_HALF_UP)
    return str(fee), str(whole - fee)


def refund(of: Json, value: str, asked: Json, *, total: str, at: str, root: str) -> Json:
    """Money that goes back from a capture."""
    identifier, code = fresh(), of["amount"]["currency_code"]
    amount, back = {"currency_code": code, "value": value}, {"currency_code": code, "value": total}
    told: Json = {
        "id": identifier, "status": "COMPLETED", "amount": amount,
        "seller_payable_breakdown": {"gross_amount": amount, "net_amount": amount, "total_refunded_amount": back},
        "create_time": at, "update_time": at,
        "links": [
            link(f"{root}/v2/payments/refunds/{identifier}", "self"),
            link(f"{root}/v2/payments/captures/{of['id']}", "up"),
        ],
    }  # fmt: skip
    return told | {name: asked[name] for name in ("custom_id", "invoice_id", "note_to_payer") if name in asked}


def dispute(of: Json, *, at: str, root: str) -> Json:
    """A buyer asks for the money back."""
    identifier = f"PP-D-{secrets.randbelow(90000) + 10000}"
    about = {
        "seller_transaction_id": of["id"], "buyer_transaction_id": fresh(), "gross_amount": of["amount"],
        "transaction_status": "COMPLETED", "seller": {"merchant_id": MERCHANT["merchant_id"]},
    }  # fmt: skip
    return {
        "dispute_id": identifier, "create_time": at, "update_time": at, "disputed_transactions": [about],
        "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED", "status": "WAITING_FOR_SELLER_RESPONSE",
        "dispute_state": "REQUIRED_ACTION", "dispute_amount": of["amount"], "dispute_life_cycle_stage": "CHARGEBACK",
        "dispute_channel": "INTERNAL", "messages": [],
        "seller_response_due_date": (datetime.fromisoformat(at) + timedelta(days=10)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "links": [link(f"{root}/v1/customer/disputes/{identifier}", "self")],
    }  # fmt: skip


def event(kind: str, thing: Json, *, at: str, root: str) -> Json:
    """The envelope in which PayPal tells that something happened."""
    identifier = f"WH-{fresh()}-{fresh()}"
    here = f"{root}/v1/notifications/webhooks-events/{identifier}"
    sort = {"CHECKOUT": "checkout-order", "CUSTOMER": "dispute"}.get(kind.split(".")[0], "capture")
    return {
        "id": identifier, "event_version": "1.0", "create_time": at,
        "resource_type": "refund" if kind == "PAYMENT.CAPTURE.REFUNDED" else sort, "resource_version": "2.0",
        "event_type": kind, "summary": f"{kind.replace('.', ' ').replace('-', ' ').capitalize()} in the sandbox",
        "resource": thing, "links": [link(here, "self"), link(f"{here}/resend", "resend", "POST")],
    }  # fmt: skip

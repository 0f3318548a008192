"""The JSON of Stripe's objects, in API version 2026-10-28.endive."""

import secrets
from typing import Any

from sandbox.stripe.forms import Json

API_VERSION = "2026-10-28.endive"
ACCOUNT = "acct_sandboxBellhop01"
CARD = {
    "brand": "visa", "country": "US", "exp_month": 12, "exp_year": 2034, "funding": "credit", "last4": "4242",
    "network": "visa", "three_d_secure": None, "wallet": None,
}  # fmt: skip
DEBIT = {"bank_code": "37040044", "country": "DE", "last4": "3000", "fingerprint": "sandbox", "mandate": None}
METHODS: dict[str, Json] = {
    "card": {"type": "card", "card": CARD},
    "sepa_debit": {"type": "sepa_debit", "sepa_debit": DEBIT},
}
REFERENCE = {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}
CHARGEBACK = {"brand": "visa", "case_type": "chargeback", "network_reason_code": "10.4"}


def fresh(prefix: str) -> str:
    """A new id as Stripe makes them: `pi_3...`."""
    return f"{prefix}_{secrets.token_hex(12)}"


def listing(url: str, items: list[Json], *, more: bool = False) -> Json:
    """A page of objects."""
    return {"object": "list", "url": url, "has_more": more, "data": items}


def session(form: Json, lines: list[Json], *, created: int, public_url: str) -> Json:
    """An open Checkout Session for a checked form and its line items."""
    identifier = "cs_test_" + fresh("a1").replace("_", "")
    total, inside = sum(line["amount_total"] for line in lines), form.get("ui_mode") == "embedded_page"
    blank: Json = dict.fromkeys(
        """after_expiration allow_promotion_codes billing_address_collection branding_settings client_secret consent
        collected_information consent_collection currency_conversion customer customer_account discounts invoice
        customer_details payment_intent payment_link recovered_from saved_payment_method_options setup_intent
        shipping_address_collection shipping_cost subscription submit_type locale cancel_url client_reference_id
        customer_email success_url return_url redirect_on_completion""".split()
    )
    given = {key: value for key, value in form.items() if key in blank}
    return blank | given | {
        "id": identifier, "object": "checkout.session", "mode": "payment",
        "ui_mode": form.get("ui_mode", "hosted_page"),
        "status": "open", "payment_status": "unpaid", "livemode": False, "created": created,
        "expires_at": form.get("expires_at", created + 24 * 3600), "amount_subtotal": total, "amount_total": total,
        "currency": lines[0]["currency"], "metadata": form.get("metadata", {}), "custom_fields": [], "custom_text": {},
        "automatic_tax": {"enabled": False, "liability": None, "status": None}, "payment_method_types": ["card"],
        "customer_creation": "if_required", "payment_method_collection": "if_required", "shipping_options": [],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "url": None if inside else f"{public_url}/stripe/pay/{identifier}",
        "client_secret": f"{identifier}_secret_{secrets.token_urlsafe(24)}" if inside else None,
    }  # fmt: skip


def line_item(line: Json) -> Json:
    """One line of a Checkout Session."""
    price, quantity = line["price_data"], line["quantity"]
    total, currency = price["unit_amount"] * quantity, price["currency"].lower()
    product = price["product_data"]
    return {
        "id": fresh("li"), "object": "item", "amount_discount": 0, "amount_subtotal": total, "amount_tax": 0,
        "amount_total": total, "currency": currency, "description": product["name"], "quantity": quantity,
        "price": {
            "id": fresh("price"), "object": "price", "active": False, "billing_scheme": "per_unit",
            "currency": currency, "livemode": False, "metadata": {}, "product": fresh("prod"), "recurring": None,
            "type": "one_time", "unit_amount": price["unit_amount"], "unit_amount_decimal": str(price["unit_amount"]),
        },
    }  # fmt: skip


def intent(checkout: Json, form: Json, *, created: int) -> Json:
    """The PaymentIntent behind a Checkout Session."""
    identifier = fresh("pi")
    asked = form.get("payment_intent_data", {})
    return {
        "id": identifier, "object": "payment_intent", "amount": checkout["amount_total"], "amount_capturable": 0,
        "amount_details": {"tip": {}}, "amount_received": 0, "canceled_at": None, "cancellation_reason": None,
        "capture_method": "automatic_async", "client_secret": f"{identifier}_secret_{secrets.token_hex(8)}",
        "confirmation_method": "automatic", "created": created, "currency": checkout["currency"], "customer": None,
        "description": asked.get("description"), "last_payment_error": None, "latest_charge": None, "livemode": False,
        "metadata": asked.get("metadata", {}), "next_action": None, "payment_method": None,
        "payment_method_types": ["card"], "processing": None, "receipt_email": asked.get("receipt_email"),
        "status": "requires_payment_method", "transfer_group": None,
    }  # fmt: skip


def charge(paid: Json, *, method: str, status: str, created: int, public_url: str, email: str | None) -> Json:
    """One attempt to take the money of a PaymentIntent: status succeeded, pending or failed."""
    identifier, succeeded = fresh("ch"), status == "succeeded"
    return {
        "id": identifier, "object": "charge", "amount": paid["amount"],
        "amount_captured": paid["amount"] if succeeded else 0, "amount_refunded": 0,
        "balance_transaction": fresh("txn") if succeeded else None,
        "billing_details": {"address": {}, "email": email, "name": None, "phone": None},
        "captured": succeeded, "created": created, "currency": paid["currency"], "customer": None,
        "description": paid["description"], "disputed": False, "failure_code": None, "failure_message": None,
        "fraud_details": {}, "livemode": False, "metadata": dict(paid["metadata"]), "outcome": None, "paid": succeeded,
        "payment_intent": paid["id"], "payment_method": fresh("pm"), "payment_method_details": METHODS[method],
        "receipt_email": paid["receipt_email"], "receipt_number": None,
        "receipt_url": f"{public_url}/stripe/receipts/{identifier}" if succeeded else None,
        "refunded": False, "status": status,
    }  # fmt: skip


def booked(of: Json) -> Json:
    """The line in the balance that a charge has come in by; Stripe's fee is 2.9 % and 30 cents."""
    fee = of["amount"] * 29 // 1000 + 30
    detail = {"amount": fee, "application": None, "currency": of["currency"], "type": "stripe_fee",
              "description": "Stripe processing fees"}  # fmt: skip
    return {
        "id": of["balance_transaction"], "object": "balance_transaction", "amount": of["amount"],
        "available_on": of["created"] + 2 * 24 * 3600, "created": of["created"], "currency": of["currency"],
        "description": of["description"], "exchange_rate": None, "fee": fee, "fee_details": [detail],
        "net": of["amount"] - fee, "reporting_category": "charge", "source": of["id"], "status": "pending",
        "type": "charge",
    }  # fmt: skip


def refund(of: Json, amount: int, *, created: int, reason: str | None, metadata: dict[str, str]) -> Json:
    """Money that goes back from a charge."""
    return {
        "id": fresh("re"), "object": "refund", "amount": amount, "balance_transaction": fresh("txn"),
        "charge": of["id"], "created": created, "currency": of["currency"], "metadata": metadata,
        "payment_intent": of["payment_intent"], "destination_details": {"type": "card", "card": REFERENCE},
        "reason": reason, "receipt_number": None, "source_transfer_reversal": None, "status": "succeeded",
        "transfer_reversal": None,
    }  # fmt: skip


def dispute(of: Json, *, created: int) -> Json:
    """A customer's bank takes the money of a charge back."""
    return {
        "id": fresh("du"), "object": "dispute", "amount": of["amount"], "balance_transactions": [], "charge": of["id"],
        "created": created, "currency": of["currency"], "enhanced_eligibility_types": [], "evidence": {},
        "evidence_details": {
            "due_by": created + 7 * 24 * 3600, "has_evidence": False, "past_due": False, "submission_count": 0,
            "enhanced_eligibility": {},
        },
        "is_charge_refundable": False, "livemode": False, "metadata": {}, "payment_intent": of["payment_intent"],
        "payment_method_details": {"type": "card", "card": CHARGEBACK},
        "reason": "fraudulent", "status": "needs_response",
    }  # fmt: skip


def event(kind: str, thing: Json, *, created: int, previous: Json | None, request: Json) -> Json:
    """The envelope in which Stripe tells that something happened."""
    data: dict[str, Any] = {"object": thing}
    if previous is not None:
        data["previous_attributes"] = previous
    return {
        "id": fresh("evt"), "object": "event", "api_version": API_VERSION, "created": created, "data": data,
        "livemode": False, "pending_webhooks": 1, "request": request, "type": kind,
    }  # fmt: skip


def account(name: str, identifier: str = ACCOUNT) -> Json:
    """An account: by default the first one."""
    return {
        "id": identifier, "object": "account", "business_profile": {"name": name, "url": None, "support_email": None},
        "capabilities": {"card_payments": "active", "transfers": "active"}, "charges_enabled": True, "country": "US",
        "default_currency": "usd", "details_submitted": True, "email": "owner@example.com", "metadata": {},
        "payouts_enabled": True, "settings": {"dashboard": {"display_name": name, "timezone": "Etc/UTC"}},
        "type": "standard",
    }  # fmt: skip

"""The parameters of each call, and the rules that a new Checkout Session must keep.

Names are those of API version 2026-10-28.endive, as the SDK 16.1 types them.
"""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sandbox.stripe.currency import check_total, known
from sandbox.stripe.errors import Refused, missing, not_found
from sandbox.stripe.forms import Json, anything, boolean, integer, labels, text

SHORTEST = timedelta(minutes=30)
LONGEST = timedelta(hours=24)
MODES = {
    "ui_mode": ("hosted_page", "embedded_page", "elements", "form"),
    "submit_type": ("auto", "book", "donate", "pay", "subscribe"),
    "redirect_on_completion": ("always", "if_required", "never"),
    "reason": ("duplicate", "fraudulent", "requested_by_customer"),
}

PAGED = {"limit": integer, "starting_after": text, "ending_before": text, "expand": [text], "created": anything}
EXPANDED = {"expand": [text]}
PRODUCT = {
    "name": text, "description": text, "images": [text], "metadata": labels, "tax_code": text, "tax_details": anything,
    "unit_label": text,
}  # fmt: skip
PRICE = {
    "currency": text, "unit_amount": integer, "product_data": PRODUCT, "product": text, "tax_behavior": text,
    "unit_amount_decimal": text, "recurring": anything,
}  # fmt: skip
LINE = {
    "price": text, "price_data": PRICE, "quantity": integer, "adjustable_quantity": anything, "metadata": labels,
    "tax_rates": [text],
}  # fmt: skip
INTENT = {
    "metadata": labels, "description": text, "receipt_email": text, "statement_descriptor": text,
    "capture_method": text, "statement_descriptor_suffix": text, "setup_future_usage": text, "shipping": anything,
    "transfer_group": text, "application_fee_amount": integer, "on_behalf_of": text, "transfer_data": anything,
}  # fmt: skip
SESSION: Json = {
    "mode": text, "success_url": text, "cancel_url": text, "line_items": [LINE], "client_reference_id": text,
    "metadata": labels, "payment_intent_data": INTENT, "customer_email": text, "expires_at": integer, "locale": text,
    "submit_type": text, "ui_mode": text, "currency": text, "expand": [text], "customer": text, "return_url": text,
    "redirect_on_completion": text,
} | dict.fromkeys(
    """adaptive_pricing after_expiration allow_promotion_codes allowed_payment_method_types automatic_tax
    billing_address_collection branding_settings consent_collection custom_fields custom_text customer_account
    customer_creation customer_update discounts excluded_payment_method_types integration_identifier invoice_creation
    managed_payments name_collection optional_items origin_context payment_method_collection
    payment_method_configuration payment_method_data payment_method_options permissions phone_number_collection
    saved_payment_method_options setup_intent_data shipping_address_collection
    shipping_options subscription_data tax_id_collection wallet_options""".split(),
    anything,
)  # fmt: skip
SESSIONS = PAGED | {"payment_intent": text, "status": text, "customer": text, "payment_link": text}
REFUND = {
    "payment_intent": text, "charge": text, "amount": integer, "reason": text, "metadata": labels, "currency": text,
    "instructions_email": text, "refund_application_fee": boolean, "reverse_transfer": boolean, "expand": [text],
}  # fmt: skip
REFUNDS = PAGED | {"payment_intent": text, "charge": text}
EVENTS = PAGED | {"type": text, "types": [text], "delivery_success": boolean}


def check_session(form: Json, now: datetime) -> None:
    """Raise `Refused` as Stripe does for a Checkout Session that it would not open."""
    _check_words(form)
    if form.get("mode") != "payment":
        raise Refused("The sandbox plays mode=payment only.", param="mode") if "mode" in form else missing("mode")
    if not form.get("line_items"):
        raise missing("line_items")
    _check_addresses(form)
    _check_reference(form.get("client_reference_id", ""))
    _check_end(form.get("expires_at"), now)
    lines = [_line(line, f"line_items[{number}]") for number, line in enumerate(form["line_items"])]
    if len({currency for _, currency in lines}) > 1:
        raise Refused("All line items must have the same currency.", param="line_items")
    check_total(sum(amount for amount, _ in lines), lines[0][1])


def _check_words(form: Json) -> None:
    for name, allowed in MODES.items():
        if name in form and form[name] not in allowed:
            raise Refused(f"Invalid {name}: must be one of {', '.join(allowed)}", param=name)


def _check_addresses(form: Json) -> None:
    _check_embedded(form) if form.get("ui_mode") == "embedded_page" else _check_hosted(form)
    for name in ("success_url", "cancel_url", "return_url"):
        value = form.get(name)
        if value == "":
            told = (
                f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter"
            )
            raise Refused(f"{told}; however '{name}' cannot be unset.", code="parameter_invalid_empty", param=name)
        if value is not None and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
            raise Refused("Not a valid URL", code="url_invalid", param=name)


def _check_hosted(form: Json) -> None:
    if "success_url" not in form:
        raise missing("success_url")
    for name in ("return_url", "redirect_on_completion"):
        if name in form:
            raise Refused(f"You can only use `{name}` with ui_mode: embedded_page.", param=name)


def _check_embedded(form: Json) -> None:
    """Inside a page there is no page to go to, and one to come back to only where a way to pay leads away."""
    for name in ("success_url", "cancel_url"):
        if name in form:
            raise Refused(f"You can not use `{name}` with ui_mode: embedded_page.", param=name)
    if ("return_url" in form) is (form.get("redirect_on_completion") == "never"):
        raise Refused("Pass `return_url`, or `redirect_on_completion`: never, and not both.", param="return_url")


def _check_reference(reference: str) -> None:
    if len(reference) > 200:
        told = f"Invalid string: {reference[:10]}...; must be at most 200 characters"
        raise Refused(told, param="client_reference_id")


def _check_end(moment: int | None, now: datetime) -> None:
    if moment is None:
        return
    left = timedelta(seconds=moment - int(now.timestamp()))
    told = "The `expires_at` timestamp must be"
    if left < SHORTEST:
        raise Refused(f"{told} at least 30 minutes from Checkout Session creation.", param="expires_at")
    if left > LONGEST:
        raise Refused(f"{told} less than 24 hours from Checkout Session creation.", param="expires_at")


def _line(line: Json, param: str) -> tuple[int, str]:
    if "price" in line:
        raise not_found("price", line["price"], f"{param}[price]")
    price = _required(line, "price_data", param)
    where = f"{param}[price_data]"
    currency = known(_required(price, "currency", where), f"{where}[currency]")
    amount = _required(price, "unit_amount", where)
    if amount < 0:
        told = "This value must be greater than or equal to 0."
        raise Refused(told, code="parameter_invalid_integer", param=f"{where}[unit_amount]")
    _required(_required(price, "product_data", where), "name", f"{where}[product_data]")
    return amount * int(_required(line, "quantity", param)), currency


def _required(form: Json, name: str, param: str) -> Any:
    if form.get(name) in (None, ""):
        raise missing(f"{param}[{name}]")
    return form[name]

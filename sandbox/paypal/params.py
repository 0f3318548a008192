"""What PayPal checks before it does anything: the shape of a body, and the sums in it."""

import re
from typing import Any
from urllib.parse import urlsplit

from sandbox.paypal.errors import Refused
from sandbox.paypal.objects import Json

VALUE = re.compile(r"((-?[0-9]+)|(-?([0-9]+)?[.][0-9]+))")
WHOLE = ("HUF", "JPY", "TWD")
CURRENCIES = """AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS INR JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD
USD""".split()
MOST_UNITS = 10**7
# What each object may hold, and how long its texts may be; None for a part with a check of its own.
ORDER: Json = {"intent": 20, "purchase_units": None, "payment_source": None}
UNIT: Json = {
    "reference_id": 256, "custom_id": 127, "invoice_id": 127, "description": 127, "soft_descriptor": 22, "amount": None
}  # fmt: skip
WALLET: Json = {"email_address": 254, "experience_context": None}
CONTEXT: Json = {
    "brand_name": 127, "locale": 10, "return_url": 4000, "cancel_url": 4000, "user_action": 8, "landing_page": 13,
    "shipping_preference": 24, "payment_method_preference": 255,
}  # fmt: skip
REFUND: Json = {"amount": None, "custom_id": 127, "invoice_id": 127, "note_to_payer": 255}
AMOUNT: Json = {"currency_code": 3, "value": 32, "breakdown": None}
WORDS = {
    "user_action": ("CONTINUE", "PAY_NOW"),
    "landing_page": ("LOGIN", "GUEST_CHECKOUT", "NO_PREFERENCE", "BILLING"),
    "shipping_preference": ("GET_FROM_FILE", "NO_SHIPPING", "SET_PROVIDED_ADDRESS"),
}


def check_order(asked: Json) -> None:
    """Raise `Refused` for an order that PayPal would not make."""
    _check(asked, ORDER, "")
    if asked.get("intent") != "CAPTURE":
        raise Refused(422, "UNSUPPORTED_INTENT", "The sandbox plays intent CAPTURE only.", field="/intent")
    units = asked.get("purchase_units")
    if not isinstance(units, list) or len(units) != 1:
        raise _missing("/purchase_units")
    _check(units[0], UNIT, "/purchase_units/@reference_id=='default'")
    cents(units[0].get("amount"), "/purchase_units/@reference_id=='default'/amount")
    source = asked.get("payment_source", {}).get("paypal", {})
    _check(source, WALLET, "/payment_source/paypal")
    _check_context(source.get("experience_context", {}))


def check_refund(asked: Json) -> None:
    """Raise `Refused` for a refund that is not even well-formed."""
    _check(asked, REFUND, "")


def cents(amount: Any, field: str) -> int:
    """A sum in hundredths of its currency, or PayPal's refusal."""
    _check(amount, AMOUNT, field)
    currency, value = amount.get("currency_code"), amount.get("value")
    if currency is None or value is None:
        raise _missing(f"{field}/value")
    if currency not in CURRENCIES:
        raise Refused(422, "CURRENCY_NOT_SUPPORTED", "Currency code is not currently supported.", field=field)
    if not VALUE.fullmatch(value):
        raise Refused(400, "INVALID_PARAMETER_SYNTAX", "The value of a field does not conform.", field=f"{field}/value")
    units, _, decimals = value.partition(".")
    if decimals and currency in WHOLE:
        raise Refused(422, "DECIMALS_NOT_SUPPORTED", "Currency does not support decimals.", field=f"{field}/value")
    if len(decimals) > 2:
        raise Refused(422, "DECIMAL_PRECISION", "Use two decimal places at most.", field=f"{field}/value")
    sum_of = int(f"{units or 0}{decimals.ljust(2, '0')}")
    if sum_of <= 0:
        raise Refused(422, "CANNOT_BE_ZERO_OR_NEGATIVE", "Must be greater than zero.", field=f"{field}/value")
    if sum_of >= MOST_UNITS * 100:
        raise Refused(422, "MAX_VALUE_EXCEEDED", "Should be at most 9999999.99.", field=f"{field}/value")
    return sum_of


def spelled(sum_of: int, currency: str) -> str:
    """Hundredths as PayPal writes them."""
    units, rest = divmod(sum_of, 100)
    return str(units) if currency in WHOLE else f"{units}.{rest:02}"


def _check_context(context: Any) -> None:
    field = "/payment_source/paypal/experience_context"
    _check(context, CONTEXT, field)
    for name, allowed in WORDS.items():
        if name in context and context[name] not in allowed:
            raise Refused(400, "INVALID_PARAMETER_VALUE", f"Use {', '.join(allowed)}.", field=f"{field}/{name}")
    if "locale" in context and not re.fullmatch(r"[a-z]{2}-[A-Z]{2}", context["locale"]):
        raise Refused(400, "INVALID_PARAMETER_SYNTAX", "Use five characters such as en-US.", field=f"{field}/locale")
    for name in ("return_url", "cancel_url"):
        if name not in context:
            raise Refused(422, f"{name.upper()}_REQUIRED", f"{name} is required to process the order.")
        if urlsplit(context[name]).scheme not in ("http", "https"):
            raise Refused(400, "INVALID_PARAMETER_SYNTAX", "Use an absolute address.", field=f"{field}/{name}")


def _check(thing: Any, shape: Json, field: str) -> None:
    if not isinstance(thing, dict):
        raise Refused(400, "MALFORMED_REQUEST_JSON", "The request JSON is not well formed.", field=field)
    for name, value in thing.items():
        if name not in shape:
            # PayPal passes over many a stray field; here a slip of the pen shall show.
            raise Refused(400, "NOT_SUPPORTED", "A field used is not currently supported.", field=f"{field}/{name}")
        most = shape[name]
        if most is not None and not (isinstance(value, str) and 0 < len(value) <= most):
            told = f"The value of a field is either too short or too long: 1 to {most} characters."
            raise Refused(400, "INVALID_STRING_LENGTH", told, field=f"{field}/{name}")


def _missing(field: str) -> Refused:
    return Refused(400, "MISSING_REQUIRED_PARAMETER", "A required field or parameter is missing.", field=field)

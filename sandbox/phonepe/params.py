"""The rules that a new order and a new refund must keep, by PhonePe's tables of parameters."""

import re
from typing import Any

from sandbox.phonepe.errors import Refused

Json = dict[str, Any]

IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,63}", re.ASCII)
SMALLEST = 100
SHORTEST, LONGEST = 300, 3600
CODE_LASTS, CODE_LONGEST = 480, 5_184_000
FREE, RESTRICTED = range(1, 11), range(11, 16)
PLAIN = re.compile(r"[a-zA-Z0-9_\- @.+]*", re.ASCII)


def check_order(form: Json) -> None:
    """Raise `Refused` for an order that PhonePe would not open."""
    identifier(form, "merchantOrderId")
    amount(form)
    after = form.get("expireAfter", LONGEST)
    if type(after) is not int or not SHORTEST <= after <= LONGEST:
        raise Refused(f"expireAfter has to be between {SHORTEST} and {LONGEST} seconds")
    flow = form.get("paymentFlow")
    if not isinstance(flow, dict) or flow.get("type") != "PG_CHECKOUT":
        raise Refused("paymentFlow.type has to be PG_CHECKOUT")
    if not isinstance(flow.get("merchantUrls", {}), dict):
        raise Refused("paymentFlow.merchantUrls has to be an object")
    _check_meta(form.get("metaInfo") or {})


def check_code(form: Json) -> None:
    """Raise `Refused` for an order of Custom Checkout that PhonePe would not open, or that is paid by no UPI code."""
    identifier(form, "merchantOrderId")
    amount(form)
    after = form.get("expireAfter", CODE_LASTS)
    if type(after) is not int or not SHORTEST <= after <= CODE_LONGEST:
        raise Refused(f"expireAfter has to be between {SHORTEST} and {CODE_LONGEST} seconds")
    if form.get("paymentFlow") != {"type": "PG", "paymentMode": {"type": "UPI_QR"}}:
        raise Refused("paymentFlow has to be of type PG, with the paymentMode UPI_QR: the sandbox plays no other")


def check_refund(form: Json) -> None:
    """Raise `Refused` for a refund that PhonePe would not take in."""
    identifier(form, "merchantRefundId")
    identifier(form, "originalMerchantOrderId")
    amount(form)


def identifier(form: Json, name: str) -> None:
    """At most 63 characters; underscore and hyphen are the only special ones."""
    value = form.get(name)
    if not isinstance(value, str) or not IDENTIFIER.fullmatch(value):
        raise Refused(f"{name} has to be 1 to 63 letters, digits, underscores or hyphens")


def amount(form: Json) -> None:
    """Whole paisa, a rupee at least."""
    value = form.get("amount")
    if type(value) is not int or value < SMALLEST:
        raise Refused(f"amount has to be a whole number of paisa, {SMALLEST} at least")


def _check_meta(meta: Any) -> None:
    for number in (*FREE, *RESTRICTED):
        value, longest = meta.get(f"udf{number}", ""), 256 if number in FREE else 50
        if not isinstance(value, str) or len(value) > longest:
            raise Refused(f"udf{number} has to be a text of at most {longest} characters")
        if number in RESTRICTED and not PLAIN.fullmatch(value):
            raise Refused(f"udf{number} has a character that is not allowed")

"""What a new Payment Link, QR code or refund must keep to, and what Razorpay answers when it does not.

https://razorpay.com/docs/api/payments/payment-links, /docs/api/qr-codes and /docs/api/refunds, read 2026-11.
"""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sandbox.razorpay.errors import Refused

Json = dict[str, Any]

LINK = frozenset(
    """amount currency accept_partial first_min_partial_amount description reference_id customer notify reminder_enable
    notes expire_by callback_url callback_method upi_link options""".split()
)
EDITED = frozenset({"reference_id", "expire_by", "notes", "reminder_enable", "accept_partial"})
CODE = frozenset(
    "type name usage fixed_amount payment_amount description customer_id close_by notes".split(),
)
REFUND = frozenset({"amount", "speed", "notes", "receipt"})
WHOLE = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split())
THREE = frozenset({"BHD", "IQD", "JOD", "KWD", "OMR", "TND"})
CURRENCIES = WHOLE | THREE | frozenset(
    """AED ALL AMD AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BZD CAD CHF CNY COP CRC CUP CVE CZK DKK DOP
    DZD EGP ETB EUR GBP GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR JMD KES KGS KHR KYD KZT LAK LKR LRD LSL MAD
    MDL MGA MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SCR
    SEK SGD SLL SOS SVC SZL THB TRY TTD TWD TZS UAH USD UYU UZS XCD YER ZAR ZMW""".split()
)  # fmt: skip
LARGEST = 999_999_999
LINK_SHORTEST, LINK_LONGEST = timedelta(minutes=15), timedelta(days=184)
CODE_SHORTEST, CODE_LONGEST = timedelta(minutes=2), timedelta(hours=2)


def spelled(minor: int, currency: str) -> str:
    """A sum for human eyes: `INR 499.00`, `JPY 500`, `KWD 5.120`."""
    digits = 0 if currency in WHOLE else 3 if currency in THREE else 2
    whole, part = divmod(minor, 10**digits)
    return f"{currency} {whole:,}" + (f".{part:0{digits}d}" if digits else "")


def check_link(form: Json, now: datetime) -> None:
    """Raise `Refused` for a Payment Link that Razorpay would not make."""
    _known(form, LINK)
    check_amount(form.get("amount"), form.get("currency", "INR"))
    _text(form, "description", 2048)
    _text(form, "reference_id", 40)
    _notes(form)
    _callback(form)
    if form.get("upi_link"):
        told = "UPI Payment Links is not supported in Test Mode. Please experience the product in Live Mode."
        raise Refused(told)
    _link_end(form.get("expire_by"), now)


def check_edit(form: Json, now: datetime) -> None:
    """Raise `Refused` for a change that Razorpay would not make to a link."""
    _known(form, EDITED)
    _text(form, "reference_id", 40)
    _notes(form)
    _link_end(form.get("expire_by"), now)


def check_code(form: Json, now: datetime) -> None:
    """Raise `Refused` for a QR code that Razorpay would not make."""
    _known(form, CODE)
    if form.get("type") != "upi_qr":
        raise Refused("The selected type is invalid.", field="type")
    if form.get("usage") != "single_use" or form.get("fixed_amount") is not True:
        raise Refused("The sandbox plays QR codes for a single use and a fixed amount only.", field="usage")
    check_amount(form.get("payment_amount"), "INR")
    _notes(form)
    end = form.get("close_by")
    if end is not None and (type(end) is not int or end < (now + CODE_SHORTEST).timestamp()):
        raise Refused("close_by should be at least 2 minutes after current time", field="close_by")


def check_refund(form: Json) -> None:
    """Raise `Refused` for a refund whose form is wrong, whatever was paid."""
    _known(form, REFUND)
    if form.get("speed", "normal") not in ("normal", "optimum"):
        raise Refused("The selected speed is invalid.", field="speed")
    _notes(form)


def check_amount(amount: object, currency: object) -> None:
    """Raise `Refused` for a sum that cannot be asked for."""
    if currency not in CURRENCIES:
        raise Refused("Currency is not supported", field="currency")
    if amount is None:
        raise Refused("The amount field is required.", field="amount")
    if type(amount) is not int:
        raise Refused("The amount must be an integer.", field="amount")
    smallest = 100 if currency == "INR" else 1
    if amount < smallest:
        raise Refused(f"The amount must be at least {spelled(smallest, str(currency))}", field="amount")
    if amount > LARGEST:
        raise Refused("Amount exceeds maximum amount allowed.", field="amount")
    if currency in THREE and amount % 10:
        raise Refused("The last digit of the amount must be 0 for three decimal currencies", field="amount")


def _known(form: Json, names: frozenset[str]) -> None:
    if strange := ", ".join(sorted(form.keys() - names)):
        raise Refused(f"{strange} is/are not required and should not be sent")


def _text(form: Json, name: str, longest: int) -> None:
    value = form.get(name, "")
    if not isinstance(value, str) or len(value) > longest:
        raise Refused(f"{name}: the length must be no more than {longest}.", field=name)


def _notes(form: Json) -> None:
    notes = form.get("notes") or {}
    if not isinstance(notes, dict) or len(notes) > 15:
        raise Refused("Number of fields in notes should be less than or equal to 15", field="notes")
    if any(len(str(value)) > 255 for value in notes.values()):
        raise Refused("value: the length must not be greater than 255.", field="notes")


def _callback(form: Json) -> None:
    url = form.get("callback_url")
    if url is None:
        return
    if urlsplit(str(url)).scheme not in ("http", "https") or not urlsplit(str(url)).hostname:
        raise Refused("callback_url: must be a valid URL.", field="callback_url")
    if form.get("callback_method") != "get":
        raise Refused("callback_method: must be a valid value.", field="callback_method")


def _link_end(end: object, now: datetime) -> None:
    if end is None:
        return
    if type(end) is not int or end < (now + LINK_SHORTEST).timestamp():
        raise Refused("timestamp must be at least 15 minutes in future", field="expire_by")
    if end > (now + LINK_LONGEST).timestamp():
        raise Refused("expire_by cannot be more than 6 months from now", field="expire_by")

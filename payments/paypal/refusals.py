"""What PayPal answers when it does not do what it was asked, and which of our errors that is."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from payments.errors import AmountRefused, Declined, NotConfigured, OutcomeUnknown, PaymentError, Unavailable

# Issues of the Orders v2 (2.13) and Payments v2 (2.5) specifications, github.com/paypal/paypal-rest-api-specifications.
ABOUT_MONEY = frozenset(
    """AMOUNT_MISMATCH CANNOT_BE_NEGATIVE CANNOT_BE_ZERO_OR_NEGATIVE CAPTURE_FULLY_REFUNDED CURRENCY_MISMATCH
    CURRENCY_NOT_SUPPORTED DECIMAL_PRECISION DECIMALS_NOT_SUPPORTED INVALID_CURRENCY_CODE MAX_NUMBER_OF_REFUNDS_EXCEEDED
    MAX_VALUE_EXCEEDED PARTIAL_REFUND_NOT_ALLOWED REFUND_AMOUNT_EXCEEDED REFUND_AMOUNT_TOO_LOW
    REFUND_CAPTURE_CURRENCY_MISMATCH""".split()
)
DECLINES = frozenset(
    """AGREEMENT_ALREADY_CANCELLED CARD_BRAND_NOT_SUPPORTED CARD_EXPIRED COMPLIANCE_VIOLATION
    DECLINED_DUE_TO_RELATED_TXN DOMESTIC_TRANSACTION_REQUIRED INSTRUMENT_DECLINED
    MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED PAYEE_BLOCKED_TRANSACTION PAYER_ACCOUNT_LOCKED_OR_CLOSED
    PAYER_ACCOUNT_RESTRICTED PAYER_ACTION_REQUIRED PAYER_CANNOT_PAY PAYMENT_SOURCE_CANNOT_BE_USED
    PAYMENT_SOURCE_DECLINED_BY_PROCESSOR REDIRECT_PAYER_FOR_ALTERNATE_FUNDING TRANSACTION_BLOCKED_BY_PAYEE
    TRANSACTION_LIMIT_EXCEEDED TRANSACTION_REFUSED""".split()
)
CAPTURED_ALREADY = frozenset({"ORDER_ALREADY_CAPTURED", "ORDER_COMPLETION_IN_PROGRESS"})
NOT_APPROVED = frozenset({"ORDER_NOT_APPROVED"})
UNKNOWN_ORDER = frozenset({"RESOURCE_NOT_FOUND"})

NO_ANSWER = "PayPal gave no clear answer; what happened has to be looked up."
# Access tokens begin with A21 or A101; whoever quotes a header back to us quotes one of these.
SECRETS = re.compile(r"\b(?:Bearer|Basic)\s+\S+|\bA(?:21|101)[\w.-]{8,}")


class Refusal(Exception):
    """An answer other than 2xx: its status, the codes of what is wrong, and PayPal's sentence."""

    def __init__(self, status: int, issues: frozenset[str], said: str) -> None:
        super().__init__(f"{status} {' '.join(sorted(issues))}".strip())
        self.status, self.issues, self.said = status, issues, said


def read_refusal(status: int, body: bytes) -> Refusal:
    """The refusal in an answer; a proxy's page has a status and nothing else."""
    told = _object(body)
    details = [each for each in _listed(told.get("details")) if isinstance(each, Mapping)]
    codes = [told.get("name"), told.get("error"), *(each.get("issue") for each in details)]
    said = next((each["description"] for each in details if each.get("description")), "")
    said = said or told.get("message") or told.get("error_description") or "it gave no reason"
    return Refusal(status, frozenset(code for code in codes if isinstance(code, str)), _clean(said))


def in_our_words(refusal: Refusal) -> PaymentError:
    """Which of our errors this is. What nobody named may have moved money."""
    return BY_STATUS.get(refusal.status, _unknown)(refusal)


def issues_of(error: PaymentError) -> frozenset[str]:
    """The codes behind one of our errors; none when it did not come from an answer."""
    return error.__cause__.issues if isinstance(error.__cause__, Refusal) else frozenset()


def _refused(refusal: Refusal) -> PaymentError:
    if refusal.issues & ABOUT_MONEY:
        return AmountRefused(refusal.said)
    if refusal.issues & DECLINES:
        return Declined(refusal.said)
    return NotConfigured(f"PayPal refused the request: {refusal.said}")


def _keys(refusal: Refusal) -> PaymentError:
    return NotConfigured("PayPal does not accept the client id and secret, or they may not do this.")


def _busy(refusal: Refusal) -> PaymentError:
    return Unavailable("PayPal asks us to slow down.")


def _unknown(refusal: Refusal) -> PaymentError:
    return OutcomeUnknown(NO_ANSWER)


# 409 says that the same request is still being worked on: the outcome will show.
BY_STATUS: dict[int, Callable[[Refusal], PaymentError]] = {
    400: _refused, 401: _keys, 403: _keys, 404: _refused, 405: _refused, 415: _refused, 422: _refused, 429: _busy,
}  # fmt: skip


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _listed(thing: Any) -> list[Any]:
    return thing if isinstance(thing, list) else []


def _clean(said: Any) -> str:
    text = SECRETS.sub("the key", str(said))[:300]
    return text if text.endswith(".") else f"{text}."

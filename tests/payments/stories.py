"""Facts as a gateway would report them, for the tests of facts and of the machine."""

from datetime import UTC, datetime, timedelta
from typing import Any

from payments.facts import Fact, FactKind, Source
from payments.money import Money

START = datetime(2026, 1, 1, tzinfo=UTC)
ASKED = Money(4900, "USD")


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def fact(kind: FactKind, second: int = 0, **told: Any) -> Fact:
    at = START + timedelta(seconds=second)
    given: dict[str, Any] = {"source": Source.WEBHOOK, "live": False, "event_id": f"evt_{kind}_{second}"}
    return Fact(kind=kind, gateway="stripe", at=at, **(given | told))


K = FactKind
PAYMENT = (fact(K.OPENED), fact(K.FAILED, 5), fact(K.CAPTURED, 9, captured=ASKED), fact(K.CAPTURED, 9, captured=ASKED))
STORIES: dict[str, tuple[Fact, ...]] = {
    "paid": PAYMENT,
    "paid_then_link_dies": (*PAYMENT, fact(K.EXPIRED, 90)),
    "expired": (fact(K.OPENED), fact(K.FAILED, 5), fact(K.EXPIRED, 90)),
    "cancelled": (fact(K.OPENED), fact(K.CANCELLED, 80), fact(K.EXPIRED, 90)),
    "paid_late": (fact(K.OPENED), fact(K.EXPIRED, 90), fact(K.CAPTURED, 99, captured=ASKED)),
    "bank_debit": (fact(K.OPENED), fact(K.PROCESSING, 5), fact(K.CAPTURED, 99, captured=ASKED)),
    "bank_debit_bounced": (fact(K.OPENED), fact(K.PROCESSING, 5), fact(K.FAILED, 99)),
    "declined_then_bank_debit": (fact(K.FAILED, 3), fact(K.PROCESSING, 5)),
    "part_paid": (fact(K.CAPTURED, 9, captured=usd(1000)),),
    "paid_in_parts": (fact(K.CAPTURED, 9, captured=usd(1000)), fact(K.CAPTURED, 19, captured=ASKED)),
    "refunded_in_parts": (
        *PAYMENT,
        fact(K.REFUND_PENDING, 100),
        fact(K.REFUNDED, 100, refunded=usd(900)),
        fact(K.REFUND_PENDING, 200),
        fact(K.REFUNDED, 200, refunded=ASKED),
    ),
    "part_refunded": (*PAYMENT, fact(K.REFUND_PENDING, 100), fact(K.REFUNDED, 100, refunded=usd(900))),
    "refund_failed": (*PAYMENT, fact(K.REFUND_PENDING, 100), fact(K.REFUND_FAILED, 200, refunded=usd(0))),
    "refund_undone": (
        *PAYMENT,
        fact(K.REFUNDED, 100, refunded=ASKED),
        fact(K.REFUND_FAILED, 200, refunded=usd(0)),
    ),
    "refund_failed_then_done": (
        *PAYMENT,
        fact(K.REFUND_PENDING, 100),
        fact(K.REFUND_FAILED, 200, refunded=usd(0)),
        fact(K.REFUND_PENDING, 300),
        fact(K.REFUNDED, 400, refunded=ASKED),
    ),
    "dispute_lost": (*PAYMENT, fact(K.DISPUTED, 500), fact(K.DISPUTED, 510), fact(K.DISPUTE_LOST, 900)),
    "part_refunded_dispute_won": (
        *PAYMENT,
        fact(K.REFUNDED, 100, refunded=usd(900)),
        fact(K.DISPUTED, 500),
        fact(K.DISPUTE_WON, 900),
    ),
}

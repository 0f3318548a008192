"""PhonePe's answers as facts: the order status and the refund status, for webhooks and for polling alike."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from payments.facts import Fact, FactKind, Telling
from payments.money import Money
from payments.phonepe.codes import reference_of
from payments.phonepe.money import CURRENCY, from_phonepe

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(Telling):
    """One answer or webhook of PhonePe."""

    gateway: ClassVar[str] = "phonepe"


@dataclass(frozen=True, slots=True)
class Returned:
    """One refund as PhonePe tells it."""

    refund_id: str
    order_id: str
    amount: Money
    kind: FactKind
    at: datetime
    detail: str = ""


def moment(milliseconds: Any) -> datetime:
    """PhonePe's milliseconds as aware UTC; tokens alone count in seconds. Raises ValueError for what is not a time."""
    if type(milliseconds) is not int or milliseconds <= 0:
        raise ValueError("PhonePe's times are whole numbers of milliseconds")
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def of_order(order: Object, order_id: str, told: Told) -> Sequence[Fact]:
    """An order's status. "Trust the root state": a completed try alone is no payment, a failed one no end.

    While the order is PENDING its page is open: a failed try may be followed by a good one. FAILED is the end.
    """
    attempt, total = _last_attempt(order), from_phonepe(order["amount"])
    tried_at = moment(attempt["timestamp"]) if attempt.get("timestamp") else told.at
    about: dict[str, Any] = {
        "checkout_ref": order_id,
        "reference": reference_of(str(order.get("merchantOrderId") or order_id)),
        "asked": total,
    }
    if order["state"] == "COMPLETED":
        return (told.fact(FactKind.CAPTURED, tried_at, payment_ref=order_id, captured=total, **about),)
    facts = []
    if attempt.get("state") == "FAILED":
        why = _why(attempt, order) or "The payment did not go through."
        facts.append(told.fact(FactKind.FAILED, tried_at, detail=why, **about))
    if order["state"] == "FAILED":
        facts.append(told.fact(FactKind.EXPIRED, _ended(order, facts, told.at), detail=_why(order), **about))
    return tuple(facts)


def read_refund(answer: Object, refund_id: str, *, order_id: str, asked_at: datetime) -> Returned:
    """A refund's status. PhonePe leaves the time out of some, and the order empty: then what is given here counts.

    Raises ValueError when nobody knows the order.
    """
    attempt, order = _last_attempt(answer), answer.get("originalMerchantOrderId") or order_id
    stamp = answer.get("timestamp") or attempt.get("timestamp")
    if not isinstance(order, str) or not order:
        raise ValueError("a refund of no order")
    return Returned(
        refund_id=refund_id,
        order_id=order,
        amount=from_phonepe(answer["amount"]),
        kind=REFUND_KINDS.get(answer["state"], FactKind.REFUND_PENDING),
        at=moment(stamp) if stamp else asked_at,
        detail=_why(answer, attempt),
    )


def of_refund(refund: Returned, known: Iterable[Returned], told: Told) -> Fact:
    """One refund as a fact, with the total of its order: asked for so far while it is pending, else gone so far."""
    counted = COUNTED.get(refund.kind, frozenset({FactKind.REFUNDED}))
    others = {each.refund_id: each for each in known if each.kind in counted and each.refund_id != refund.refund_id}
    parts = [*others.values(), *([refund] if refund.kind in counted else [])]
    return told.fact(
        refund.kind,
        refund.at,
        checkout_ref=refund.order_id,
        payment_ref=refund.order_id,
        refund_ref=refund.refund_id,
        reference=reference_of(refund.order_id),
        refunded=sum((part.amount for part in parts), Money.zero(CURRENCY)),
        detail=refund.detail if refund.kind is FactKind.REFUND_FAILED else "",
    )


REFUND_KINDS = {
    "PENDING": FactKind.REFUND_PENDING,
    "CONFIRMED": FactKind.REFUND_PENDING,  # accepted, the bank has not booked it yet
    "COMPLETED": FactKind.REFUNDED,
    "FAILED": FactKind.REFUND_FAILED,
}
COUNTED = {FactKind.REFUND_PENDING: frozenset({FactKind.REFUND_PENDING, FactKind.REFUNDED})}


def _last_attempt(thing: Object) -> Object:
    """The newest try of an order or refund, which PhonePe lists last; an empty one when there was none."""
    attempts = thing.get("paymentDetails")
    return _object(attempts[-1]) if isinstance(attempts, list) and attempts else {}


def _ended(order: Object, tries: Sequence[Fact], asked_at: datetime) -> datetime:
    """When the order was over: with its last try, or when its time was up."""
    if tries:
        return tries[-1].at
    return min(asked_at, moment(order["expireAt"])) if order.get("expireAt") else asked_at


def _why(*things: Object) -> str:
    """The reason in PhonePe's words, or its code made legible; "" when there is none."""
    for thing in things:
        context = _object(thing.get("errorContext"))
        code = thing.get("detailedErrorCode") or thing.get("errorCode") or ""
        if reason := context.get("description") or code.replace("_", " ").lower():
            return str(reason)
    return ""


def _object(thing: Any) -> Object:
    return thing if isinstance(thing, Mapping) else {}

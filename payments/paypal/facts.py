"""PayPal's objects as facts. One reader for each kind of object, used for webhooks and for polling alike."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from payments.facts import Fact, FactKind, Telling
from payments.money import Money
from payments.paypal.money import from_paypal

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(Telling):
    """One answer or webhook of PayPal."""

    gateway: ClassVar[str] = "paypal"


def moment(written: str) -> datetime:
    """PayPal's RFC 3339 time as an aware one. Raises ValueError for a time without its zone."""
    read = datetime.fromisoformat(written)
    if read.tzinfo is None:
        raise ValueError("the time has no zone")
    return read


def of_order(order: Object, told: Told) -> Sequence[Fact]:
    """An order with what was captured and sent back; () while the buyer has not paid.

    An order says COMPLETED whatever became of its money, so only its captures count.
    """
    unit = _first(order.get("purchase_units"))
    payments = _object(unit.get("payments"))
    captures = _objects(payments.get("captures"))
    if captures:
        capture = max(captures, key=_weight)
        refunds = _objects(payments.get("refunds"))
        return (*_of_capture(capture, told, of_unit(order)), *of_refunds(refunds, capture, told))
    if order.get("status") == "VOIDED":
        return (told.fact(FactKind.CANCELLED, **of_unit(order)),)
    return ()


def of_unit(order: Object) -> dict[str, Any]:
    """What an order says about itself: its id, our reference, and the sum asked."""
    unit = _first(order.get("purchase_units"))
    asked = {"asked": from_paypal(unit["amount"])} if "amount" in unit else {}
    return {"checkout_ref": order["id"], "reference": unit.get("custom_id") or "", **asked}


def of_capture(capture: Object, told: Told) -> Sequence[Fact]:
    """A capture, by its status and not by the event that brought it: events come in any order."""
    related = _object(_object(capture.get("supplementary_data")).get("related_ids"))
    about = {"checkout_ref": related.get("order_id") or "", "reference": capture.get("custom_id") or ""}
    return _of_capture(capture, told, about)


def of_refund(refund: Object, told: Told) -> Sequence[Fact]:
    """One refund, or money that PayPal took back. The total sent back so far comes with it, as a rule."""
    kind = REFUND_KINDS.get(refund.get("status") or "", FactKind.REFUND_PENDING)
    return (_refund_fact(refund, kind, told, _total_back(refund)),)


def of_answered_refund(refund: Object, payment_ref: str, told: Told) -> Fact:
    """The answer to a refund we asked for; the answer need not say which capture it was."""
    kind = REFUND_KINDS.get(refund.get("status") or "", FactKind.REFUND_PENDING)
    at = _time_of(refund)
    return told.fact(kind, at=at, payment_ref=payment_ref, refund_ref=refund["id"], refunded=_total_back(refund))


def of_reversal(thing: Object, told: Told) -> Sequence[Fact]:
    """PayPal took money back. Told as a refund or as the capture itself; without a total the gateway is asked."""
    return (told.fact(FactKind.REFUNDED, payment_ref=_capture_ref(thing), refunded=_total_back(thing)),)


def of_refunds(refunds: Sequence[Object], capture: Object, told: Told) -> Sequence[Fact]:
    """All refunds of a capture as one fact: where they stand together, and how much has arrived."""
    if not refunds:
        whole = capture.get("status") == "REFUNDED"
        return _of_refunded_capture(capture, told, whole) if whole or _is_part_back(capture) else ()
    kinds = [REFUND_KINDS.get(refund.get("status") or "", FactKind.REFUND_PENDING) for refund in refunds]
    worst = min(kinds, key=(FactKind.REFUND_PENDING, FactKind.REFUND_FAILED, FactKind.REFUNDED).index)
    done = [from_paypal(refund["amount"]) for refund, kind in zip(refunds, kinds, strict=True) if kind in ARRIVED]
    total = sum(done, Money.zero(capture["amount"]["currency_code"]))
    newest = max(zip(refunds, kinds, strict=True), key=lambda each: (each[1] is worst, each[0].get("create_time", "")))
    return (
        told.fact(
            worst,
            at=_time_of(newest[0]),
            payment_ref=capture["id"],
            refund_ref=newest[0]["id"],
            refunded=total,
        ),
    )


def of_dispute(dispute: Object, told: Told) -> Sequence[Fact]:
    """A dispute, a fact for each payment it is about; resolved, its outcome says for whom."""
    outcome = _object(dispute.get("dispute_outcome")).get("outcome_code")
    kind = OUTCOMES.get(outcome or "", FactKind.DISPUTED) if dispute.get("status") == "RESOLVED" else FactKind.DISPUTED
    reason = str(dispute.get("reason") or "").replace("_", " ").lower()
    about = [each.get("seller_transaction_id") for each in _objects(dispute.get("disputed_transactions"))]
    due = dispute.get("seller_response_due_date") if kind is FactKind.DISPUTED else None
    answer_by = moment(due) if due else None
    return tuple(
        told.fact(kind, at=_time_of(dispute), payment_ref=payment, detail=reason, answer_by=answer_by)
        for payment in about
        if payment
    )


def of_lapsed_approval(thing: Object, told: Told) -> Sequence[Fact]:
    """An approved order that nobody captured in time: the buyer keeps the money."""
    why = "PayPal took the approval back before the money was collected."
    return (told.fact(FactKind.FAILED, checkout_ref=thing["order_id"], detail=why),)


CAPTURE_KINDS = {
    "COMPLETED": FactKind.CAPTURED,
    "PARTIALLY_REFUNDED": FactKind.CAPTURED,
    "REFUNDED": FactKind.CAPTURED,
    "PENDING": FactKind.PROCESSING,
    "DECLINED": FactKind.FAILED,
    "FAILED": FactKind.FAILED,
}
REFUND_KINDS = {
    "PENDING": FactKind.REFUND_PENDING,
    "COMPLETED": FactKind.REFUNDED,
    "FAILED": FactKind.REFUND_FAILED,
    "CANCELLED": FactKind.REFUND_FAILED,
}
ARRIVED = frozenset({FactKind.REFUNDED})
# A payout comes out of PayPal's own pocket: the team keeps its money. ACCEPTED: the team itself gave in.
OUTCOMES = {
    **dict.fromkeys(
        ("RESOLVED_SELLER_FAVOUR", "RESOLVED_WITH_PAYOUT", "CANCELED_BY_BUYER", "DENIED"), FactKind.DISPUTE_WON
    ),
    **dict.fromkeys(("RESOLVED_BUYER_FAVOUR", "ACCEPTED"), FactKind.DISPUTE_LOST),
}  # fmt: skip
READERS: dict[str, Callable[[Object, Told], Sequence[Fact]]] = {
    # DENIED and DECLINED: both names occur in PayPal's documents.
    **dict.fromkeys((f"PAYMENT.CAPTURE.{what}" for what in ("COMPLETED", "PENDING", "DENIED", "DECLINED")), of_capture),
    **dict.fromkeys(("PAYMENT.CAPTURE.REFUNDED", "PAYMENT.REFUND.PENDING", "PAYMENT.REFUND.FAILED"), of_refund),
    "PAYMENT.CAPTURE.REVERSED": of_reversal,
    "CHECKOUT.PAYMENT-APPROVAL.REVERSED": of_lapsed_approval,
    **dict.fromkeys((f"CUSTOMER.DISPUTE.{what}" for what in ("CREATED", "UPDATED", "RESOLVED")), of_dispute),
}
WEIGHTS = (FactKind.FAILED, FactKind.PROCESSING, FactKind.CAPTURED)


def _of_capture(capture: Object, told: Told, about: Mapping[str, Any]) -> Sequence[Fact]:
    kind = CAPTURE_KINDS.get(capture.get("status") or "")
    if kind is None:
        return ()
    captured = from_paypal(capture["amount"]) if kind is FactKind.CAPTURED else None
    fee = _object(capture.get("seller_receivable_breakdown")).get("paypal_fee") if captured else None
    # The time it was made: later changes of a capture are refunds, and those have times of their own.
    at = moment(capture["create_time"]) if kind is FactKind.CAPTURED and capture.get("create_time") else None
    return (
        told.fact(
            kind,
            at=at,
            payment_ref=capture["id"],
            captured=captured,
            fee=from_paypal(fee) if fee else None,
            detail="" if kind is FactKind.CAPTURED else _why(capture, kind),
            **about,
        ),
    )


def _refund_fact(refund: Object, kind: FactKind, told: Told, total: Money | None) -> Fact:
    # A refund that failed changes the total downwards: that one has to be asked for.
    refunded = None if kind is FactKind.REFUND_FAILED else total
    ref = _capture_ref(refund)
    return told.fact(kind, at=_time_of(refund), payment_ref=ref, refund_ref=refund["id"], refunded=refunded)


def _of_refunded_capture(capture: Object, told: Told, whole: bool) -> Sequence[Fact]:
    total = from_paypal(capture["amount"]) if whole else None
    return (told.fact(FactKind.REFUNDED, payment_ref=capture["id"], refunded=total),)


def _is_part_back(capture: Object) -> bool:
    return capture.get("status") == "PARTIALLY_REFUNDED"


def _total_back(refund: Object) -> Money | None:
    total = _object(refund.get("seller_payable_breakdown")).get("total_refunded_amount")
    return from_paypal(total) if total else None


def _capture_ref(thing: Object) -> str:
    """The capture that a refund belongs to, as its link `up` names it; the thing itself when it is a capture."""
    ups = (str(link.get("href")) for link in _objects(thing.get("links")) if link.get("rel") == "up")
    return next((up.rpartition("/")[2] for up in ups if "/captures/" in up), str(thing["id"]))


def _weight(capture: Object) -> int:
    """Which of an order's captures tells where it stands: money before money on its way before a try that failed."""
    kind = CAPTURE_KINDS.get(capture.get("status") or "")
    return WEIGHTS.index(kind) if kind else -1


def _why(capture: Object, kind: FactKind) -> str:
    reason = _object(capture.get("status_details")).get("reason")
    known = str(reason).replace("_", " ").lower() if reason else ""
    return known or ("The payment was declined." if kind is FactKind.FAILED else "")


def _time_of(thing: Object) -> datetime | None:
    written = thing.get("update_time") or thing.get("create_time")
    return moment(written) if written else None


def _object(thing: Any) -> Object:
    """The object when it came along, else an empty one."""
    return thing if isinstance(thing, Mapping) else {}


def _objects(things: Any) -> list[Object]:
    return [thing for thing in things if isinstance(thing, Mapping)] if isinstance(things, Iterable) else []


def _first(things: Any) -> Object:
    return next(iter(_objects(things)), {})

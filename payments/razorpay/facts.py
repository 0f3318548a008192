"""Razorpay's entities as facts. One reader for each kind of entity, used for webhooks and for polling alike."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from payments.errors import OutcomeUnknown
from payments.facts import Fact, FactKind, Telling
from payments.money import Money

Object = Mapping[str, Any]
ODD_SHAPE = (AttributeError, LookupError, TypeError, ValueError, OverflowError)
"""What reading raises where something is not in the shape that Razorpay documents."""
REFERENCE = "reference"
"""The note that holds our reference. Notes flow from a link or a code to its payments, `reference_id` does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(Telling):
    """One answer or webhook of Razorpay."""

    gateway: ClassVar[str] = "razorpay"

    def when(self, unix: int) -> "Told":
        """The same, at a time that an entity names."""
        return replace(self, at=moment(unix))


@contextmanager
def readable() -> Iterator[None]:
    """Raise OutcomeUnknown for an answer in no documented shape: it came after something was done."""
    try:
        yield
    except ODD_SHAPE as error:
        raise OutcomeUnknown("Razorpay's answer cannot be read; what happened has to be looked up.") from error


def moment(unix: int | float) -> datetime:
    """Razorpay's seconds as aware UTC."""
    return datetime.fromtimestamp(unix, UTC)


def of_event(event: Object, told: Told) -> Sequence[Fact]:
    """What an event says; () for types that do not concern us."""
    read = READERS.get(event.get("event", ""))
    return read(event["payload"], told) if read else ()


def live_of(event: Object, *, otherwise: bool) -> bool:
    """Whether an event is about real money: only its order's public key tells, and not every event has an order."""
    payload = event.get("payload")
    order = entity(payload, "order") if isinstance(payload, Mapping) else {}
    key = str(order.get("public_key") or "")
    return key.startswith("rzp_live_") if key.startswith(("rzp_live_", "rzp_test_")) else otherwise


def of_link(link: Object, told: Told, payment: Object) -> Sequence[Fact]:
    """A Payment Link, by its status: its events are stamped with when the link was made, so it tells the times.

    `payment`: the one that paid it, an empty one where there is none.
    """
    kind = LINK_KINDS.get(link.get("status") or "")
    if kind is None:
        return ()
    currency = link["currency"]
    extra = _on_top(payment) if link["amount_paid"] > link["amount"] else 0
    return (
        told.fact(
            kind,
            at=_time_of(link, kind),
            checkout_ref=link["id"],
            payment_ref=payment.get("id") or "",
            reference=link.get("reference_id") or noted(link),
            asked=Money(link["amount"], currency),
            captured=Money(link["amount_paid"] - extra, currency) if kind is FactKind.CAPTURED else None,
            fee=_fee(payment) if kind is FactKind.CAPTURED else None,
        ),
    )


def paid_by(link: Object) -> str:
    """The payment that has paid a link, "" where there is none: a link lists those that were captured."""
    paid = payments_of(link)
    return paid[-1]["payment_id"] if paid else ""


def of_payment(payment: Object, told: Told, checkout_ref: str = "") -> Sequence[Fact]:
    """A payment, by its status: the same money as its link, told as a total so that it cannot count twice."""
    kind = PAYMENT_KINDS.get(payment.get("status") or "")
    if kind is None:
        return ()
    return (
        told.fact(
            kind,
            checkout_ref=checkout_ref,
            payment_ref=payment["id"],
            reference=noted(payment),
            captured=_for_the_team(payment) if kind is FactKind.CAPTURED else None,
            fee=_fee(payment) if kind is FactKind.CAPTURED else None,
            detail=_why(payment) if kind is FactKind.FAILED else "",
        ),
    )


def of_refund(refund: Object, told: Told, sent_back: Money | None, reference: str = "") -> Sequence[Fact]:
    """One refund, with the total sent back so far where it is known."""
    kind = _refund_kind(refund)
    return (
        told.fact(
            kind,
            payment_ref=refund["payment_id"],
            refund_ref=refund["id"],
            reference=reference,
            refunded=sent_back,
            detail="Razorpay could not send the money back." if kind is FactKind.REFUND_FAILED else "",
        ),
    )


def of_refunds(refunds: Sequence[Object], told: Told) -> Sequence[Fact]:
    """All refunds of a payment as one fact: where they stand together, and how much has gone back."""
    if not refunds:
        return ()
    order = (FactKind.REFUND_PENDING, FactKind.REFUND_FAILED, FactKind.REFUNDED)
    worst = min(refunds, key=lambda refund: order.index(_refund_kind(refund)))
    return of_refund(worst, told, total_of(refunds, FactKind.REFUNDED))


def total_of(refunds: Sequence[Object], *kinds: FactKind) -> Money:
    """The sum of those refunds that stand so."""
    counted = (refund["amount"] for refund in refunds if _refund_kind(refund) in kinds)
    return Money(sum(counted), refunds[0]["currency"])


def of_dispute(dispute: Object, told: Told, reference: str = "") -> Sequence[Fact]:
    """A dispute, by its status and not by the event that brought it: events come in any order."""
    kind = DISPUTE_KINDS.get(dispute.get("status") or "", FactKind.DISPUTED)
    reason = (dispute.get("reason_code") or "").replace("_", " ")
    due = dispute.get("respond_by") if kind is FactKind.DISPUTED else None
    answer_by = moment(due) if due else None
    about = {"payment_ref": dispute["payment_id"], "reference": reference, "detail": reason}
    return (told.fact(kind, answer_by=answer_by, **about),)


def of_code(code: Object, told: Told) -> Sequence[Fact]:
    """A QR code that was closed: by hand, or because its time was over. One that was paid is told by its payment."""
    if code.get("status") != "closed" or code.get("close_reason") == "paid":
        return ()
    kind = FactKind.CANCELLED if code.get("close_reason") == "on_demand" else FactKind.EXPIRED
    closed = moment(code["closed_at"]) if code.get("closed_at") else None
    return (told.fact(kind, at=closed, checkout_ref=code["id"], reference=noted(code)),)


def of_polled_code(code: Object, payments: Iterable[Object], told: Told) -> Sequence[Fact]:
    """A QR code asked about: it takes one payment and then closes."""
    tried = [fact for each in payments for fact in of_payment(each, told.when(each["created_at"]), code["id"])]
    captured = [fact for fact in tried if fact.kind is FactKind.CAPTURED]
    return captured or of_code(code, told) or tried[:1]


def payments_of(link: Object) -> Sequence[Object]:
    """The captured payments of a link, the oldest first; Razorpay writes none as null or []."""
    return sorted(link.get("payments") or (), key=lambda payment: payment["created_at"])


def entity(payload: Object, name: str) -> Object:
    """The entity of that name in an event, or an empty one."""
    inner = (payload.get(name) or {}).get("entity")
    return inner if isinstance(inner, Mapping) else {}


def noted(thing: Object) -> str:
    """Our reference in the notes; Razorpay writes empty notes as null or []."""
    notes = thing.get("notes")
    return str(notes.get(REFERENCE) or "") if isinstance(notes, Mapping) else ""


def _link_event(payload: Object, told: Told) -> Sequence[Fact]:
    return of_link(payload["payment_link"]["entity"], told, entity(payload, "payment"))


def _payment_event(payload: Object, told: Told) -> Sequence[Fact]:
    return of_payment(payload["payment"]["entity"], told)


def _refund_event(payload: Object, told: Told) -> Sequence[Fact]:
    refund, payment = payload["refund"]["entity"], entity(payload, "payment")
    # Whether a failed refund is still counted there is not documented, so its total has to be asked for.
    known = payment if _refund_kind(refund) is FactKind.REFUNDED else {}
    total = Money(known["amount_refunded"], known["currency"]) if "amount_refunded" in known else None
    return of_refund(refund, told, total, noted(payment))


def _dispute_event(payload: Object, told: Told) -> Sequence[Fact]:
    return of_dispute(payload["dispute"]["entity"], told, noted(entity(payload, "payment")))


def _code_event(payload: Object, told: Told) -> Sequence[Fact]:
    return of_code(payload["qr_code"]["entity"], told)


def _credit_event(payload: Object, told: Told) -> Sequence[Fact]:
    return of_payment(payload["payment"]["entity"], told, payload["qr_code"]["entity"]["id"])


LINK_KINDS = {
    "paid": FactKind.CAPTURED,
    "partially_paid": FactKind.CAPTURED,
    "expired": FactKind.EXPIRED,
    "cancelled": FactKind.CANCELLED,
}
PAYMENT_KINDS = {
    "authorized": FactKind.PROCESSING,
    "captured": FactKind.CAPTURED,
    "refunded": FactKind.CAPTURED,
    "failed": FactKind.FAILED,
}
REFUND_KINDS = {"processed": FactKind.REFUNDED, "failed": FactKind.REFUND_FAILED}
# Closed is what a suspected fraud becomes when it was explained, or paid back by an ordinary refund.
DISPUTE_KINDS = {"won": FactKind.DISPUTE_WON, "closed": FactKind.DISPUTE_WON, "lost": FactKind.DISPUTE_LOST}
DISPUTE_EVENTS = ("created", "under_review", "action_required", "won", "lost", "closed")
READERS: dict[str, Callable[[Object, Told], Sequence[Fact]]] = {
    **dict.fromkeys((f"payment_link.{what}" for what in LINK_KINDS), _link_event),
    **dict.fromkeys(("payment.authorized", "payment.captured", "payment.failed", "order.paid"), _payment_event),
    **dict.fromkeys(("refund.created", "refund.processed", "refund.failed", "refund.speed_changed"), _refund_event),
    **dict.fromkeys((f"payment.dispute.{what}" for what in DISPUTE_EVENTS), _dispute_event),
    "qr_code.credited": _credit_event,
    "qr_code.closed": _code_event,
}  # fmt: skip


def _on_top(payment: Object) -> int:
    """The fee where the payer bears it: they pay it on top of what was asked, and it is in the payment's amount."""
    return payment.get("fee") or 0 if payment.get("fee_bearer") == "customer" else 0


def _for_the_team(payment: Object) -> Money:
    return Money(payment["amount"] - _on_top(payment), payment["currency"])


def _fee(payment: Object) -> Money | None:
    """What Razorpay keeps of what the team was paid, its tax with it; None until the money is captured."""
    fee = payment.get("fee")
    return Money(fee - _on_top(payment), payment["currency"]) if fee is not None else None


def _time_of(link: Object, kind: FactKind) -> datetime | None:
    """When a link became what it is; zero stands for never."""
    if kind is FactKind.CAPTURED:
        paid = payments_of(link)
        told = paid[-1]["created_at"] if paid else link.get("updated_at")
    else:
        told = link.get(f"{kind}_at")
    return moment(told) if told else None


def _refund_kind(refund: Object) -> FactKind:
    return REFUND_KINDS.get(refund.get("status") or "", FactKind.REFUND_PENDING)


def _why(payment: Object) -> str:
    return str(payment.get("error_description") or "The payment was declined.")

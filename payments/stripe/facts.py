"""Stripe's objects as facts. One reader for each kind of object, used for webhooks and for polling alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from payments.facts import Fact, FactKind, Source, Telling
from payments.money import Money
from payments.stripe.money import from_stripe

Object = Mapping[str, Any]
REFERENCE = "reference"
"""The metadata key of our reference; sessions also have `client_reference_id`, intents and charges only this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(Telling):
    """One answer or webhook of Stripe."""

    gateway: ClassVar[str] = "stripe"


def moment(unix: int | float) -> datetime:
    """Stripe's seconds as aware UTC."""
    return datetime.fromtimestamp(unix, UTC)


def of_event(event: Object, *, now: datetime) -> Sequence[Fact]:
    """What an event says; () for types that do not concern us."""
    read = READERS.get(event.get("type", ""))
    if read is None:
        return ()
    told = Told(
        at=moment(event["created"]) if "created" in event else now,
        source=Source.WEBHOOK,
        live=bool(event.get("livemode")),
        account=event.get("account") or "",
        event_id=event.get("id", ""),
    )
    return read(event["data"]["object"], told)


def of_session(session: Object, told: Told) -> Sequence[Fact]:
    """A Checkout Session: paid only if `payment_status` says so; complete but unpaid is a slow method on its way."""
    total = from_stripe(session["amount_total"], session["currency"])
    about = {
        "checkout_ref": session["id"],
        "payment_ref": _id(session.get("payment_intent")),
        "reference": session.get("client_reference_id") or _reference(session),
        "asked": total,
    }
    if session.get("payment_status") in ("paid", "no_payment_required"):
        return (told.fact(FactKind.CAPTURED, captured=total, **about),)
    kind = {"complete": FactKind.PROCESSING, "expired": FactKind.EXPIRED}.get(session.get("status", ""))
    return (told.fact(kind, **about),) if kind else ()


def of_polled_session(session: Object, told: Told) -> Sequence[Fact]:
    """A session asked about, its intent, charge and refunds expanded: everything but disputes."""
    intent = _object(session.get("payment_intent"))
    charge = _object(intent.get("latest_charge"))
    known = of_session(session, told)
    if known and known[0].kind is FactKind.CAPTURED:
        paid_at = moment(charge["created"]) if charge else told.at
        refunds = _object(charge.get("refunds")).get("data", ())
        return (replace(known[0], at=paid_at, receipt_url=_receipt(charge)), *of_refunds(refunds, charge, told))
    if known and known[0].kind is FactKind.EXPIRED:
        return (replace(known[0], at=min(told.at, moment(session["expires_at"]))),)
    failed = [fact for fact in of_intent(intent, told) if fact.kind is FactKind.FAILED]
    return tuple(replace(fact, checkout_ref=session["id"]) for fact in failed) or known


def of_bounced_session(session: Object, told: Told) -> Sequence[Fact]:
    """A slow method that failed: the session stays complete and unpaid, so only the event's type tells."""
    facts = of_session({**session, "payment_status": "unpaid", "status": "complete"}, told)
    return tuple(
        replace(fact, kind=FactKind.FAILED, detail="The bank did not let the payment through.") for fact in facts
    )


def of_intent(intent: Object, told: Told) -> Sequence[Fact]:
    """A PaymentIntent: the same money as its session, told as a total so that it cannot count twice."""
    kind = _intent_kind(intent)
    if kind is None:
        return ()
    captured = from_stripe(intent["amount_received"], intent["currency"]) if kind is FactKind.CAPTURED else None
    return (
        told.fact(
            kind,
            payment_ref=intent["id"],
            reference=_reference(intent),
            asked=from_stripe(intent["amount"], intent["currency"]),
            captured=captured,
            detail=_why(intent) if kind is FactKind.FAILED else "",
            receipt_url=_receipt(intent.get("latest_charge")),
        ),
    )


def of_charge(charge: Object, told: Told) -> Sequence[Fact]:
    """A refunded charge, with the total sent back so far."""
    return (
        told.fact(
            FactKind.REFUNDED,
            payment_ref=_id(charge.get("payment_intent")),
            reference=_reference(charge),
            captured=from_stripe(charge.get("amount_captured", charge["amount"]), charge["currency"]),
            refunded=from_stripe(charge["amount_refunded"], charge["currency"]),
            receipt_url=_receipt(charge),
        ),
    )


def of_refund(refund: Object, told: Told) -> Sequence[Fact]:
    """One refund. It knows the total only when its charge came along (`expand`)."""
    charge = _object(refund.get("charge"))
    refunded = from_stripe(charge["amount_refunded"], charge["currency"]) if charge else None
    return (
        told.fact(
            REFUND_KINDS.get(refund.get("status") or "", FactKind.REFUND_PENDING),
            payment_ref=_id(refund.get("payment_intent")),
            refund_ref=refund["id"],
            refunded=refunded,
            detail=(refund.get("failure_reason") or "").replace("_", " "),
        ),
    )


def of_refunds(refunds: Sequence[Object], charge: Object, told: Told) -> Sequence[Fact]:
    """All refunds of a charge as one fact: where they stand together."""
    if not refunds:
        return ()
    kinds = [REFUND_KINDS.get(refund.get("status") or "", FactKind.REFUND_PENDING) for refund in refunds]
    worst = min(kinds, key=(FactKind.REFUND_PENDING, FactKind.REFUND_FAILED, FactKind.REFUNDED).index)
    (fact,) = of_refund(refunds[kinds.index(worst)], told)
    # `amount_refunded` counts what is still pending; it leaves failed ones out.
    pending = sum(
        refund["amount"] for refund, kind in zip(refunds, kinds, strict=True) if kind is FactKind.REFUND_PENDING
    )
    return (replace(fact, refunded=_sent_back(charge, pending)),)


def of_dispute(dispute: Object, told: Told) -> Sequence[Fact]:
    """A dispute, by its status and not by the event that brought it: events come in any order."""
    kind = DISPUTE_KINDS.get(dispute.get("status", ""), FactKind.DISPUTED)
    reason = (dispute.get("reason") or "").replace("_", " ")
    due = _object(dispute.get("evidence_details")).get("due_by") if kind is FactKind.DISPUTED else None
    until = moment(due) if due else None
    return (told.fact(kind, payment_ref=_id(dispute.get("payment_intent")), detail=reason, answer_by=until),)


def balance_ref(session: Object) -> str:
    """The line in the account's balance that the money of an expanded session has come in by; "" before that."""
    return _id(_object(_object(session.get("payment_intent")).get("latest_charge")).get("balance_transaction"))


def is_disputed(session: Object) -> bool:
    """Whether an expanded session's charge was ever disputed."""
    return bool(_object(_object(session.get("payment_intent")).get("latest_charge")).get("disputed"))


REFUND_KINDS = {
    "pending": FactKind.REFUND_PENDING,
    "requires_action": FactKind.REFUND_PENDING,
    "succeeded": FactKind.REFUNDED,
    "failed": FactKind.REFUND_FAILED,
    "canceled": FactKind.REFUND_FAILED,
}
# A warning is an inquiry before a dispute; closed, the money stays with the team.
DISPUTE_KINDS = {
    "won": FactKind.DISPUTE_WON,
    "warning_closed": FactKind.DISPUTE_WON,
    "prevented": FactKind.DISPUTE_WON,
    "lost": FactKind.DISPUTE_LOST,
}
READERS: dict[str, Callable[[Object, Told], Sequence[Fact]]] = {
    "checkout.session.completed": of_session,
    "checkout.session.async_payment_succeeded": of_session,
    "checkout.session.async_payment_failed": of_bounced_session,
    "checkout.session.expired": of_session,
    **dict.fromkeys(
        (f"payment_intent.{what}" for what in ("processing", "succeeded", "payment_failed", "canceled")), of_intent
    ),
    "charge.refunded": of_charge,
    **dict.fromkeys(("refund.created", "refund.updated", "refund.failed", "charge.refund.updated"), of_refund),
    **dict.fromkeys(
        (f"charge.dispute.{what}" for what in ("created", "updated", "closed", "funds_withdrawn", "funds_reinstated")),
        of_dispute,
    ),
}  # fmt: skip


def _intent_kind(intent: Object) -> FactKind | None:
    status = intent.get("status")
    if status == "requires_payment_method" and intent.get("last_payment_error"):
        return FactKind.FAILED
    # Stripe cancels the intent of an expired session by itself; only a person's reason makes it a cancellation.
    if status == "canceled" and intent.get("cancellation_reason") == "requested_by_customer":
        return FactKind.CANCELLED
    known = {"succeeded": FactKind.CAPTURED, "processing": FactKind.PROCESSING, "canceled": FactKind.EXPIRED}
    return known.get(status or "")


def _why(intent: Object) -> str:
    return str((intent.get("last_payment_error") or {}).get("message") or "The payment was declined.")


def _sent_back(charge: Object, pending: int) -> Money:
    return from_stripe(charge["amount_refunded"] - pending, charge["currency"])


def _object(thing: Any) -> Object:
    """The object when it came along, else an empty one."""
    return thing if isinstance(thing, Mapping) else {}


def _id(thing: Any) -> str:
    """An id, whether the object came along or not."""
    return str(thing["id"]) if isinstance(thing, Mapping) else thing or ""


def _reference(thing: Object) -> str:
    return str((thing.get("metadata") or {}).get(REFERENCE, ""))


def _receipt(charge: Any) -> str:
    return str(_object(charge).get("receipt_url") or "")

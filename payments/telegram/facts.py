"""Telegram's updates and its list of Stars, read as facts. Pure: JSON goes in, facts come out.

https://core.telegram.org/bots/api, "PreCheckoutQuery", "SuccessfulPayment", "RefundedPayment" and "StarTransaction".
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from payments.facts import Fact, FactKind, Source
from payments.money import Money
from payments.telegram.money import STARS, from_telegram

NAME = "telegram"
MISSHAPEN = (AttributeError, LookupError, TypeError, ValueError, OverflowError)
"""What reading an answer that is not in a documented shape raises."""
LONGEST_ID = 110
"""Telegram names no longest charge id, and those of Stars are long; a longer one goes by its digest."""


@dataclass(frozen=True, slots=True)
class StarPayment:
    """A payment in Stars as Telegram's list has it; `back` is when it was given back, None while it was not."""

    charge: str
    payer: int
    stars: int
    payload: str
    at: datetime
    back: datetime | None = None

    @property
    def amount(self) -> Money:
        """The Stars as money."""
        return Money(self.stars, STARS)


def of_update(update: Mapping[str, Any], *, live: bool) -> tuple[Fact, ...]:
    """What an update tells of money; () for any other. Raises what `MISSHAPEN` lists."""
    message = update.get("message") or {}
    if paid := message.get("successful_payment"):
        return (_told(FactKind.CAPTURED, message, paid, live=live),)
    if gone := message.get("refunded_payment"):
        return (_told(FactKind.REFUNDED, message, gone, live=live),)
    return ()


def of_question(update: Mapping[str, Any], *, now: datetime, live: bool) -> Fact | None:
    """Telegram's question whether a checkout may be paid, with the payer in `detail`; None when it asks nothing.

    Raises what `MISSHAPEN` lists.
    """
    asked = update.get("pre_checkout_query")
    if not asked:
        return None
    return Fact(
        kind=FactKind.OPENED, gateway=NAME, at=now, source=Source.WEBHOOK, live=live, event_id=f"asked:{asked['id']}",
        reference=_text(asked["invoice_payload"]), asked=from_telegram(asked["total_amount"], asked["currency"]),
        detail=f"payer {asked['from']['id']}",
    )  # fmt: skip


def of_payments(paid: Sequence[StarPayment], told_at: datetime, *, live: bool) -> tuple[Fact, ...]:
    """What Telegram's list knows of one checkout's payments, in cumulative totals; () while there is none."""
    if not paid:
        return ()
    first, back = paid[0], [one for one in paid if one.back]
    captured = Fact(
        kind=FactKind.CAPTURED, gateway=NAME, at=first.at, source=Source.POLL, live=live, reference=first.payload,
        checkout_ref=checkout_ref(STARS, first.payload), payment_ref=short(first.charge),
        captured=Money(sum(one.stars for one in paid), STARS),
    )  # fmt: skip
    return (captured, of_return(back, told_at, live=live)) if back else (captured,)


def of_return(back: Sequence[StarPayment], told_at: datetime, *, live: bool) -> Fact:
    """Stars of one checkout that were given back."""
    first = back[0]
    return Fact(
        kind=FactKind.REFUNDED, gateway=NAME, at=first.back or told_at, source=Source.POLL, live=live,
        reference=first.payload, checkout_ref=checkout_ref(STARS, first.payload), payment_ref=short(first.charge),
        refund_ref=short(first.charge), refunded=Money(sum(one.stars for one in back), STARS),
    )  # fmt: skip


def checkout_ref(currency: str, reference: str) -> str:
    """Telegram has no name for an invoice but our own; the currency tells whether it can be looked up."""
    return f"{currency}:{reference}"


def short(charge: str) -> str:
    """A charge id that fits where ids are kept."""
    return charge if len(charge) <= LONGEST_ID else f"sha256:{hashlib.sha256(charge.encode()).hexdigest()}"


def _told(kind: FactKind, message: Mapping[str, Any], payment: Mapping[str, Any], *, live: bool) -> Fact:
    total = from_telegram(payment["total_amount"], payment["currency"])
    reference = _text(payment["invoice_payload"])
    charge = _text(payment["telegram_payment_charge_id"])
    # Stars go back under Telegram's id, other money at the provider under the provider's.
    elsewhere = "" if total.currency == STARS else payment.get("provider_payment_charge_id") or ""
    gone = kind is FactKind.REFUNDED
    return Fact(
        kind=kind,
        gateway=NAME,
        at=datetime.fromtimestamp(message["date"], UTC),
        source=Source.WEBHOOK,
        live=live,
        event_id=f"{kind}:{short(charge)}",
        checkout_ref=checkout_ref(total.currency, reference),
        payment_ref=short(_text(elsewhere or charge)),
        refund_ref=short(charge) if gone else "",
        reference=reference,
        captured=None if gone else total,
        refunded=total if gone else None,
    )


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("Telegram's references are texts")
    return value

"""What a gateway reports, in our words, and whether it fits what we asked for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from payments.money import Money


class FactKind(StrEnum):
    """What happened; the order is the one in which things of the same second are told."""

    OPENED = "opened"
    PROCESSING = "processing"
    CAPTURED = "captured"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REFUND_PENDING = "refund_pending"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    DISPUTED = "disputed"
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"


class Source(StrEnum):
    """How we came to know."""

    WEBHOOK = "webhook"
    POLL = "poll"
    RETURN_PAGE = "return_page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing a gateway says. Sums are cumulative totals, so a repeat or a late arrival cannot double anything.

    `event_id` is unique at the gateway and "" when polled; references the gateway did not send are "".
    A total the gateway did not send is None. `at` is the gateway's own time, aware UTC. `payment_ref` is what a refund
    is asked for by; `detail` is why, for people to read.
    """

    kind: FactKind
    gateway: str
    at: datetime
    source: Source
    live: bool
    event_id: str = ""
    checkout_ref: str = ""
    payment_ref: str = ""
    refund_ref: str = ""
    reference: str = ""
    account: str = ""
    asked: Money | None = None
    captured: Money | None = None
    refunded: Money | None = None
    detail: str = ""
    receipt_url: str = ""
    fee: Money | None = None
    """What the gateway keeps for itself, in the currency it pays out in."""
    answer_by: datetime | None = None
    """Until when a dispute can be answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What is the same for every fact of one answer or webhook; each gateway has its own, which names it.

    `at` is the moment of the answer, aware UTC, for facts that bear no time of their own.
    """

    gateway: ClassVar[str]
    at: datetime
    source: Source
    live: bool
    account: str = ""
    event_id: str = ""

    def fact(self, kind: FactKind, at: datetime | None = None, **told: Any) -> Fact:
        """A fact of this answer; `at` where the gateway knows better when it happened."""
        return Fact(
            kind=kind,
            gateway=self.gateway,
            at=at or self.at,
            source=self.source,
            live=self.live,
            account=self.account,
            event_id=self.event_id,
            **told,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What we stored when we opened the checkout, for facts to be held against."""

    reference: str
    asked: Money
    live: bool
    account: str = ""


def misfit(fact: Fact, expected: Expected) -> str | None:
    """The first thing about a fact that does not fit what we asked for, as a sentence; None when all fits.

    What the gateway left out cannot contradict us: many events name the payment only.
    """
    sums = (fact.asked, fact.captured, fact.refunded)
    if fact.live != expected.live:
        return f"It is {_mode(fact.live)} money, and the request was for {_mode(expected.live)} money."
    if fact.account != expected.account:
        return "It belongs to another payment account than the request."
    if fact.reference and fact.reference != expected.reference:
        return f"It names reference {fact.reference}, and the request is {expected.reference}."
    if wrong := next((m for m in sums if m and m.currency != expected.asked.currency), None):
        return f"It is in {wrong.currency}, and the request was in {expected.asked.currency}."
    if fact.asked and fact.asked != expected.asked:
        return f"It is for {fact.asked}, and the request was for {expected.asked}."
    if fact.captured and fact.captured > expected.asked:
        return f"It reports {fact.captured} paid, more than the {expected.asked} asked."
    return None


def _mode(live: bool) -> str:
    return "live" if live else "test"

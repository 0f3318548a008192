"""A gateway in memory whose own books are the truth: sessions, payments, refunds, webhooks that wait to be sent."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import ClassVar, Self

from pydantic import TypeAdapter

from payments.errors import AmountRefused, BadSignature, OutcomeUnknown, PaymentError, Unavailable
from payments.facts import Fact, FactKind, Source
from payments.gateway import AccountState, Capability, CheckoutLink, CheckoutOrder, Clock, Limits, utc_now
from payments.money import Money

FACT: TypeAdapter[Fact] = TypeAdapter(Fact)
SIGNATURE = "x-till-signature"


@dataclass
class Session:
    """One page to pay on. Sums in minor units; `kinds` is what happened, with when."""

    ref: str
    order: CheckoutOrder
    opened_at: datetime
    status: str = "open"
    captured: int = 0
    refunded: int = 0
    story: list[Fact] = field(default_factory=list)

    @property
    def payment_ref(self) -> str:
        return f"pay_{self.ref}"


@dataclass
class Till:
    """The books of the gateway, and its face to us. `breaks`: the errors of the next calls, each before or after."""

    name: ClassVar[str] = "till"
    title: ClassVar[str] = "Till"
    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.REFUND, Capability.EXPIRE})

    now: Clock = utc_now
    sessions: dict[str, Session] = field(default_factory=dict)
    webhooks: list[Fact] = field(default_factory=list)
    refunds: dict[str, Fact] = field(default_factory=dict)
    meanwhile: Callable[[], Awaitable[None]] | None = None
    """What happens elsewhere while a page is being made."""
    breaks: list[str] = field(default_factory=list)
    """For each coming call: `before` (it never left), `after` (done, and no answer), or empty."""

    @property
    def live(self) -> bool:
        return False

    @property
    def account(self) -> str:
        return ""

    @classmethod
    def from_settings(cls, section: Mapping[str, str], *, now: Clock = utc_now) -> Self:
        return cls(now=now)

    async def open_checkout(self, order: CheckoutOrder) -> CheckoutLink:
        broken = self._break()
        ref = f"cs_{order.key}"
        known = self.sessions.get(ref)
        if known is not None and known.order != order:
            raise AssertionError("a repeat carries the very same order")
        session = self.sessions.setdefault(ref, Session(ref, order, self.now()))
        if self.meanwhile is not None:
            await self.meanwhile()
        self._answer(broken)
        return CheckoutLink(session.ref, f"https://till.invalid/{ref}", order.expires_at)

    async def look_up(self, checkout_ref: str) -> Sequence[Fact]:
        self._answer(self._break())
        session = self._session(checkout_ref)
        # Like Stripe, it knows its objects and not its events: what it tells is how things stand, without event ids.
        return [replace(fact, event_id="") for fact in session.story]

    async def expire(self, checkout_ref: str) -> None:
        broken = self._break()
        session = self._session(checkout_ref)
        if session.status == "open":
            self._end(session)
        self._answer(broken)

    async def refund(self, payment_ref: str, amount: Money, *, key: str, reason: str) -> Fact:
        broken = self._break()
        if key not in self.refunds:
            session = next(one for one in self.sessions.values() if one.payment_ref == payment_ref)
            self.refunds[key] = self._give_back(session, amount.minor, key)
        self._answer(broken)
        return replace(self.refunds[key], event_id="")

    async def read_webhook(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Sequence[Fact]:
        if headers.get(SIGNATURE) != "right":
            raise BadSignature("The signature does not belong to this body.")
        try:
            return [FACT.validate_python(one) for one in json.loads(body)]
        except ValueError as error:
            raise BadSignature("The signed body is not an event.") from error

    def limits(self, currency: str) -> Limits | None:
        span = timedelta(minutes=30), timedelta(hours=24)
        return Limits(Money(50, currency), Money(99999999, currency), *span) if currency == "USD" else None

    async def check(self) -> AccountState:
        return AccountState(name="Till", live=False, country="DE", currency="USD", faults=())

    async def aclose(self) -> None:
        """Nothing is open."""

    # What happens at the gateway without us.

    def pay(self, ref: str) -> bool:
        """The customer pays; False when the page takes no money any more."""
        session = self._session(ref)
        if session.status != "open":
            return False
        session.status, session.captured = "paid", session.order.amount.minor
        self._tell(session, FactKind.CAPTURED)
        return True

    def begin_slow(self, ref: str) -> None:
        """The customer pays by a way that takes days."""
        session = self._session(ref)
        if session.status == "open":
            session.status = "slow"
            self._tell(session, FactKind.PROCESSING)

    def finish_slow(self, ref: str, *, well: bool) -> None:
        """The slow payment arrives, or does not."""
        session = self._session(ref)
        if session.status == "slow":
            session.status = "paid" if well else "over"
            session.captured = session.order.amount.minor if well else 0
            self._tell(session, FactKind.CAPTURED if well else FactKind.FAILED)

    def decline(self, ref: str) -> None:
        """The bank says no; the page stays open."""
        session = self._session(ref)
        if session.status == "open":
            self._tell(session, FactKind.FAILED, detail="The card was declined.")

    def close_page(self, ref: str) -> None:
        """Somebody of the team closes the page at the gateway itself."""
        if self._session(ref).status == "open":
            self._end(self._session(ref))

    def pay_late(self, ref: str) -> None:
        """Money arrives for a page that was over."""
        session = self._session(ref)
        if session.status == "over" and not session.captured:
            session.status, session.captured = "paid", session.order.amount.minor
            self._tell(session, FactKind.CAPTURED)

    def lapse(self) -> None:
        """Pages whose time is over take no more money."""
        for session in self.sessions.values():
            if session.status == "open" and session.order.expires_at <= self.now():
                self._end(session)

    def refund_in_dashboard(self, ref: str, minor: int) -> None:
        """Somebody of the team gives money back at the gateway itself."""
        session = self._session(ref)
        left = min(minor, session.captured - session.refunded)
        if left > 0:
            self._give_back(session, left, f"dashboard{len(session.story)}")

    def forget(self) -> None:
        """Begin anew, with empty books."""
        for kept in (self.sessions, self.webhooks, self.refunds, self.breaks):
            kept.clear()

    @property
    def kept(self) -> int:
        """The money it holds for the team."""
        return sum(session.captured - session.refunded for session in self.sessions.values())

    def _session(self, ref: str) -> Session:
        return self.sessions[ref]

    def _end(self, session: Session) -> None:
        session.status = "over"
        self._tell(session, FactKind.EXPIRED)

    def _give_back(self, session: Session, minor: int, key: str) -> Fact:
        if session.refunded + minor > session.captured:
            raise AmountRefused("More than is left.")
        session.refunded += minor
        return self._tell(session, FactKind.REFUNDED, refund_ref=f"re_{key}")

    def _tell(self, session: Session, kind: FactKind, *, detail: str = "", refund_ref: str = "") -> Fact:
        currency = session.order.amount.currency
        money = kind in {FactKind.CAPTURED, FactKind.REFUNDED}
        fact = Fact(
            kind=kind, gateway=self.name, at=self.now(), source=Source.WEBHOOK, live=False,
            event_id=f"evt_{session.ref}_{len(session.story)}", checkout_ref=session.ref,
            payment_ref=session.payment_ref if money else "", refund_ref=refund_ref,
            reference=session.order.reference, asked=session.order.amount,
            captured=Money(session.captured, currency) if money else None,
            refunded=Money(session.refunded, currency) if kind is FactKind.REFUNDED else None, detail=detail,
        )  # fmt: skip
        session.story.append(fact)
        self.webhooks.append(fact)
        return fact

    def _break(self) -> str:
        broken = self.breaks.pop(0) if self.breaks else ""
        if broken == "before":
            raise Unavailable("Till cannot be reached.")
        return broken

    @staticmethod
    def _answer(broken: str) -> None:
        if broken == "after":
            raise OutcomeUnknown("Till gave no clear answer.")


UNSURE: tuple[type[PaymentError], ...] = (Unavailable, OutcomeUnknown)

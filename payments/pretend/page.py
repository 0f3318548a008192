"""How one page stands after all that its lines say: pure arithmetic over the journal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from payments.errors import AmountRefused
from payments.facts import Fact, FactKind, Source
from payments.gateway import CheckoutOrder
from payments.money import Money
from payments.pretend.journal import Deed, Entry

NAME = "pretend"
KINDS = {
    Deed.PAID: FactKind.CAPTURED,
    Deed.DECLINED: FactKind.FAILED,
    Deed.ENDED: FactKind.EXPIRED,
    Deed.REFUNDED: FactKind.REFUNDED,
}
DECLINED = "The pretend card was declined."
PAYMENT = "pay_"


@dataclass(frozen=True, slots=True)
class Page:
    """One page to pay on, as its lines tell it."""

    ref: str
    order: CheckoutOrder
    entries: tuple[Entry, ...]

    @property
    def paid(self) -> bool:
        """Whether the pretended money came."""
        return any(entry.deed is Deed.PAID for entry in self.entries)

    @property
    def ended(self) -> bool:
        """Whether it was closed."""
        return any(entry.deed is Deed.ENDED for entry in self.entries)

    @property
    def refunded(self) -> Money:
        """What went back so far."""
        return self._refunded_until(len(self.entries))

    @property
    def left(self) -> Money:
        """What could still go back."""
        return (self.order.amount if self.paid else Money.zero(self.order.amount.currency)) - self.refunded

    @property
    def declined(self) -> bool:
        """Whether the last try was declined, and none came after it."""
        return self.entries[-1].deed is Deed.DECLINED

    def is_open(self, now: datetime) -> bool:
        """Whether it takes money."""
        return not (self.paid or self.ended or self.order.expires_at <= now)

    def refund(self, key: str) -> int | None:
        """The number of the line that was written for that key."""
        return next((number for number, entry in enumerate(self.entries) if entry.key == key), None)

    def give_back(self, amount: Money, key: str, now: datetime) -> Entry:
        """The line for a refund. Raises AmountRefused when more is asked than is left."""
        if not 0 < amount.minor or self.left < amount:
            raise AmountRefused(f"Of this payment {self.left} can still go back, so {amount} cannot.")
        return Entry(deed=Deed.REFUNDED, at=now, minor=amount.minor, key=key)

    def facts(self, source: Source, now: datetime) -> list[Fact]:
        """Everything that happened; a page that nobody paid in time has ended by itself."""
        told = [self.fact(number, source) for number, entry in enumerate(self.entries) if entry.deed in KINDS]
        lapsed = not self.paid and not self.ended and self.order.expires_at <= now
        return [*told, self._fact(FactKind.EXPIRED, self.order.expires_at, source)] if lapsed else told

    def fact(self, number: int, source: Source, event_id: str = "") -> Fact:
        """What line `number` says."""
        entry = self.entries[number]
        kind = KINDS[entry.deed]
        moved = kind in {FactKind.CAPTURED, FactKind.REFUNDED}
        return self._fact(
            kind, entry.at, source, event_id=event_id,
            payment_ref=f"{PAYMENT}{self.ref}" if moved else "",
            refund_ref=f"re_{self.ref}_{number}" if kind is FactKind.REFUNDED else "",
            captured=self.order.amount if moved else None,
            refunded=self._refunded_until(number + 1) if kind is FactKind.REFUNDED else None,
            detail=DECLINED if kind is FactKind.FAILED else "",
        )  # fmt: skip

    def _fact(
        self, kind: FactKind, at: datetime, source: Source, *, event_id: str = "", payment_ref: str = "",
        refund_ref: str = "", captured: Money | None = None, refunded: Money | None = None, detail: str = "",
    ) -> Fact:  # fmt: skip
        return Fact(
            kind=kind, gateway=NAME, at=at, source=source, live=False, event_id=event_id, checkout_ref=self.ref,
            payment_ref=payment_ref, refund_ref=refund_ref, reference=self.order.reference, asked=self.order.amount,
            captured=captured, refunded=refunded, detail=detail,
        )  # fmt: skip

    def _refunded_until(self, number: int) -> Money:
        back = sum(entry.minor for entry in self.entries[:number] if entry.deed is Deed.REFUNDED)
        return Money(back, self.order.amount.currency)


def page_of(ref: str, entries: Sequence[Entry]) -> Page | None:
    """The page that these lines tell of; None when there are none."""
    first = entries[0].order if entries else None
    return Page(ref, first, tuple(entries)) if first is not None else None

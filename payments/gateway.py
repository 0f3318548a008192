"""What Bellhop needs of a gateway: our words into its HTTP, and its HTTP into facts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Protocol, Self

from payments.facts import Fact
from payments.money import Money

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time, aware UTC."""
    return datetime.now(UTC)


class Capability(StrEnum):
    """What a gateway can do beyond opening a checkout; what is not declared is never offered."""

    REFUND = "refund"
    PARTIAL_REFUND = "partial_refund"
    EXPIRE = "expire"
    DISPUTES = "disputes"
    RECEIPT_LINK = "receipt_link"
    CONNECTED_ACCOUNTS = "connected_accounts"
    UPI_QR = "upi_qr"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutOrder:
    """One attempt to pay one request. `key` makes a repeat safe, and a repeat must carry the very same order."""

    reference: str
    amount: Money
    description: str
    payee: str
    return_url: str
    cancel_url: str
    expires_at: datetime
    key: str
    customer_email: str | None = None
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class CheckoutLink:
    """Where the customer pays, until when (UTC), and what the gateway calls it."""

    checkout_ref: str
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class QrCode:
    """A code to scan and pay: what the gateway calls it, its picture's address, and until when it works (UTC)."""

    checkout_ref: str
    image_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Limits:
    """What a gateway takes in one currency, and how long a checkout may stay open from the moment it is made."""

    minimum: Money
    maximum: Money
    shortest: timedelta
    longest: timedelta

    def expiry(self, wanted: datetime, *, now: datetime) -> datetime:
        """The nearest moment the gateway accepts; work it out once per checkout: a retry must not differ."""
        return min(max(wanted, now + self.shortest), now + self.longest)


@dataclass(frozen=True, slots=True)
class AccountState:
    """Whose account it is, test or live, and what is wrong with it, a sentence each."""

    name: str
    live: bool
    country: str
    currency: str
    faults: tuple[str, ...]


def refund_key(reference: str, number: int) -> str:
    """The key of the refund `number`, from 1 on, of a checkout.

    Not every gateway lists a checkout's refunds (PhonePe does not): with keys that can be counted they are found again.
    """
    return f"{reference}-refund-{number}"


class Gateway(Protocol):
    """A gateway holds no database, no request and no chat. Every method raises only the errors of `payments.errors`."""

    name: ClassVar[str]
    title: ClassVar[str]

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What it can do as it is set up."""
        ...

    @property
    def live(self) -> bool:
        """True when the key moves real money."""
        ...

    @property
    def account(self) -> str:
        """The connected account acted for, "" for our own."""
        ...

    @classmethod
    def from_settings(cls, section: Mapping[str, str], *, now: Clock = utc_now) -> Self:
        """A gateway from its own settings section; raises NotConfigured naming the setting that is wrong."""
        ...

    async def open_checkout(self, order: CheckoutOrder) -> CheckoutLink:
        """A page to pay on. Raises AmountRefused, NotConfigured, Unavailable, OutcomeUnknown."""
        ...

    async def look_up(self, checkout_ref: str) -> Sequence[Fact]:
        """Everything the gateway knows about a checkout now, refunds made elsewhere too; () while nothing happened."""
        ...

    async def expire(self, checkout_ref: str) -> None:
        """The page takes no more money; nothing happens when it is already paid or expired."""
        ...

    async def refund(self, payment_ref: str, amount: Money, *, key: str, reason: str) -> Fact:
        """Send money back. Raises AmountRefused when more is asked than is left."""
        ...

    async def read_webhook(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Sequence[Fact]:
        """Verify the raw bytes, then read them; () for what does not concern us.

        Raises BadSignature; Unavailable when what is needed to verify cannot be had, so that the sender tries again.
        """
        ...

    def limits(self, currency: str) -> Limits | None:
        """What may be asked in this currency; None when the gateway does not take it."""
        ...

    async def check(self) -> AccountState:
        """A harmless call that tells whether the keys work."""
        ...

    async def aclose(self) -> None:
        """Let go of connections."""
        ...


class QrGateway(Protocol):
    """A gateway with `Capability.UPI_QR`. What becomes of a code is told, looked up and ended as for any checkout."""

    async def open_upi_qr(self, order: CheckoutOrder) -> QrCode:
        """A code for one payment of this sum. Raises what `open_checkout` raises, AmountRefused for all but INR."""
        ...

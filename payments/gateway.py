"""What Bellhop needs of a gateway: our words into its HTTP, and its HTTP into facts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Protocol, Self, runtime_checkable

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
    # By account, not by gateway: Razorpay enables codes on request, Stripe's form wants a publishable key.
    UPI_QR = "upi_qr"
    EMBEDDED = "embedded"
    PRETENDS = "pretends"
    """It moves no money at all: refused to a team that is live, and never offered unless the team names it."""


class CheckoutKind(StrEnum):
    """Where a checkout is paid: on the gateway's page, by a UPI code, or in the gateway's form inside our page."""

    PAGE = "page"
    UPI_QR = "upi_qr"
    EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutOrder:
    """One attempt to pay one request. `key` makes a repeat safe, and a repeat must carry the very same order.

    `reference` is ours and new for each attempt: at most 40 letters, digits, `_` and `-`, which every gateway takes.
    `expires_at` is aware UTC, within the gateway's `limits`. `payee` is the team's name, `locale` a BCP 47 tag.
    """

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
    """A code to scan and pay: what the gateway calls it, and until when it works (UTC).

    `says` is what it says (`upi://pay?...`), for us to draw, where that is told; else its picture is at `image_url`.
    """

    checkout_ref: str
    expires_at: datetime
    says: str = ""
    image_url: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a browser takes it."""

    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class EmbeddedForm:
    """The gateway's own form, to be mounted in a page of ours by its script.

    `client_secret` lets its holder pay this one checkout and nothing else; `publishable_key` is no secret at all.
    """

    checkout_ref: str
    client_secret: str = field(repr=False)
    publishable_key: str
    script_url: str
    account: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PageSources:
    """What a page has to allow for a gateway's script, as sources of a Content-Security-Policy."""

    scripts: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    connections: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Returned:
    """What the browser brought back from the gateway's page: a reason to ask, never a proof of payment."""

    checkout_ref: str
    reference: str
    status: str
    payment_ref: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What a gateway takes in one currency, and how long a checkout may stay open from the moment it is made.

    The smallest and the largest sum are taken too. Time is cut into what the gateway allows, a sum never is.
    """

    minimum: Money
    maximum: Money
    shortest: timedelta
    longest: timedelta

    def expiry(self, wanted: datetime, *, now: datetime) -> datetime:
        """The nearest moment the gateway accepts; work it out once per checkout: a retry must not differ."""
        return min(max(wanted, now + self.shortest), now + self.longest)


@dataclass(frozen=True, slots=True)
class AccountState:
    """Whose account it is, test or live, and what is wrong with it, a sentence each.

    `id`: by which the same account is known again when its keys are others. `country` and `currency` are ISO codes.
    What the gateway does not tell is "".
    """

    name: str
    live: bool
    country: str
    currency: str
    faults: tuple[str, ...]
    id: str = ""


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

    async def open_checkout(self, order: CheckoutOrder) -> CheckoutLink:
        """A page to pay on. Raises AmountRefused, NotConfigured, Unavailable, OutcomeUnknown, PageLost."""
        ...

    async def look_up(self, checkout_ref: str) -> Sequence[Fact]:
        """Everything the gateway knows about a checkout now, refunds made elsewhere too; () while nothing happened."""
        ...

    async def expire(self, checkout_ref: str) -> None:
        """The page takes no more money; nothing happens when it is already paid or expired.

        A gateway without `Capability.EXPIRE` does nothing here: its page lapses by itself, and late money goes back.
        """
        ...

    async def refund(self, payment_ref: str, amount: Money, *, key: str, reason: str) -> Fact:
        """Send money back, once for each `key` (`refund_key`). Raises AmountRefused when more is asked than is left.

        The fact says how far it has come: many a refund is pending for days, and fails after all.
        """
        ...

    async def read_webhook(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Sequence[Fact]:
        """Verify the raw bytes, then read them; () for what does not concern us.

        Header names come in any case. `now`, aware UTC, is what a signature's age is held against, where it has one.
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


class AccountGateway(Gateway, Protocol):
    """A gateway with an account of its own, whose keys are settings."""

    @classmethod
    def from_settings(cls, section: Mapping[str, str], *, now: Clock = utc_now) -> Self:
        """A gateway from its own settings section; raises NotConfigured naming the setting that is wrong."""
        ...


@runtime_checkable
class ConnectGateway(Protocol):
    """A gateway with `Capability.CONNECTED_ACCOUNTS`: accounts of others may be connected to ours, and may leave."""

    def left(self, body: bytes) -> str:
        """The account that has left, as a verified webhook says; "" for every other webhook."""
        ...


@runtime_checkable
class QrGateway(Protocol):
    """A gateway with `Capability.UPI_QR`. What becomes of a code is told, looked up and ended as for any checkout."""

    async def open_upi_qr(self, order: CheckoutOrder) -> QrCode:
        """A code for one payment of this sum. Raises what `open_checkout` raises, AmountRefused for all but INR."""
        ...


@runtime_checkable
class PictureGateway(Protocol):
    """A gateway that tells the address of a code's picture, and not what the code says."""

    async def qr_picture(self, image_url: str) -> Picture:
        """The picture at that address. Raises Unavailable."""
        ...


@runtime_checkable
class EmbeddedGateway(Protocol):
    """A gateway with `Capability.EMBEDDED`. What becomes of a form is told, looked up and ended as for any checkout."""

    @property
    def page_sources(self) -> PageSources:
        """What a page has to allow to show the form."""
        ...

    async def open_embedded(self, order: CheckoutOrder) -> EmbeddedForm:
        """A form for one payment. Raises what `open_checkout` raises."""
        ...

    async def embedded(self, checkout_ref: str) -> EmbeddedForm:
        """The form that was opened before. Raises NotConfigured when it takes no money any more."""
        ...


@runtime_checkable
class ReturningGateway(Protocol):
    """A gateway that signs what a browser brings back from its page."""

    def returned(self, params: Mapping[str, str]) -> Returned:
        """What the address of the return page says. Raises BadSignature."""
        ...

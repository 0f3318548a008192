"""What was asked for, how it was paid, and what the gateways said. Sums are integers in minor units."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from payments.facts import FactKind, Source
from payments.gateway import CheckoutKind
from payments.machine import State
from storage.types import LongText, UtcDateTime, words


class PaymentRequest(SQLModel, table=True):
    """A sum asked for. `code` is the public word in its pay link; only the state table changes `state`."""

    __table_args__ = (Index("ix_paymentrequest_unpaid", "state", "expires_at"),)

    id: int = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=43)
    team_id: int = Field(foreign_key="team.id", index=True)
    conversation_id: int = Field(foreign_key="conversation.id", index=True)
    service_id: int | None = Field(default=None, foreign_key="service.id")
    asked_by_id: int = Field(foreign_key="person.id")
    approved_by_id: int | None = Field(default=None, foreign_key="person.id")
    """Who gave the second yes to a sum above the team's limit."""
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was put before the customer; until then it is the agent's preview."""
    amount_minor: int = Field(sa_type=BigInteger)
    """What is asked for now: the lines, less the discount, or the deposit or the rest of them; and the tip."""
    tip_minor: int = Field(default=0, sa_type=BigInteger)
    discount_minor: int = Field(default=0, sa_type=BigInteger)
    coupon_id: int | None = Field(default=None, foreign_key="coupon.id")
    coupon_tries: int = 0
    """How many codes were tried: they are not to be guessed."""
    deposit_percent: int | None = None
    """In hundredths of a percent: so much of the lines is asked for now and the rest later."""
    deposit_minor: int | None = Field(default=None, sa_type=BigInteger)
    """The same as a sum."""
    rest_of_id: int | None = Field(default=None, foreign_key="paymentrequest.id", index=True)
    """The request whose deposit was paid and whose rest this is."""
    booking_id: int | None = Field(default=None, foreign_key="booking.id")
    rest_due_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    """When the rest of a paid deposit is asked for by itself: at the booking's end, which is read anew then."""
    currency: str = Field(max_length=3)
    description: str = Field(max_length=255)
    state: State = Field(default=State.REQUESTED, sa_type=words(State))
    gateway: str = Field(max_length=32)
    """The likeliest one, until it is paid: then the one that was paid at."""
    live: bool = False
    captured_minor: int = Field(default=0, sa_type=BigInteger)
    refunded_minor: int = Field(default=0, sa_type=BigInteger)
    payment_ref: str = Field(default="", max_length=128)
    fee_minor: int | None = Field(default=None, sa_type=BigInteger)
    """What the gateway keeps for itself, in `fee_currency`, which need not be the customer's."""
    fee_currency: str = Field(default="", max_length=3)
    answer_by: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Until when the customer's bank takes an answer to its dispute."""
    paid_checkout_id: int | None = None
    """The first checkout that brought money; a second one's money goes back."""
    receipt_url: str = Field(default="", max_length=500)
    detail: str = Field(default="", max_length=300)
    known_by: Source | None = Field(default=None, sa_type=words(Source))
    fulfilled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    taken_back_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    paid_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    made_at: datetime = Field(sa_type=UtcDateTime)


class Checkout(SQLModel, table=True):
    """One attempt to pay a request at one gateway. `reference` is our word for it, echoed by the gateway.

    `url` is the address of the gateway's page; of a UPI code what it says, or the address of its picture; "" of a form
    inside our own page.
    """

    __table_args__ = (
        UniqueConstraint("gateway", "account", "checkout_ref"),
        Index("ix_checkout_ref", "checkout_ref", "gateway"),
    )

    id: int = Field(default=None, primary_key=True)
    request_id: int = Field(foreign_key="paymentrequest.id", index=True)
    gateway: str = Field(max_length=32)
    account: str = Field(default="", max_length=64)
    reference: str = Field(unique=True, max_length=40)
    checkout_ref: str | None = Field(default=None, max_length=128)
    url: str = Field(default="", max_length=2000)
    kind: CheckoutKind = Field(default=CheckoutKind.PAGE, sa_type=words(CheckoutKind))
    state: State = Field(default=State.REQUESTED, sa_type=words(State))
    payment_ref: str = Field(default="", max_length=128, index=True)
    amount_minor: int | None = Field(default=None, sa_type=BigInteger)
    """The sum its gateway was asked for; None: the request's, from before a request's sum could change."""
    agreed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the customer agreed to that sum on the pay page."""
    captured_minor: int = Field(default=0, sa_type=BigInteger)
    refunded_minor: int = Field(default=0, sa_type=BigInteger)
    poll_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    polls: int = 0
    expires_at: datetime = Field(sa_type=UtcDateTime)
    made_at: datetime = Field(sa_type=UtcDateTime)


class GatewayFact(SQLModel, table=True):
    """What a gateway reported, kept whether it was applied or not. `misfit` says why it was not."""

    __table_args__ = (UniqueConstraint("gateway", "event_key"),)

    id: int = Field(default=None, primary_key=True)
    gateway: str = Field(max_length=32)
    event_key: str = Field(max_length=160)
    """The gateway's event id and the fact's place in it; a polled fact is keyed by what it says."""
    checkout_id: int | None = Field(default=None, foreign_key="checkout.id", index=True)
    """None: it speaks of something we never asked for."""
    kind: FactKind = Field(sa_type=words(FactKind))
    source: Source = Field(sa_type=words(Source))
    body: str = Field(sa_type=LongText)
    misfit: str = Field(default="", max_length=300)
    heard_at: datetime = Field(sa_type=UtcDateTime)


class Refund(SQLModel, table=True):
    """Money to give back. `reference` is the idempotency key of the call to the gateway."""

    id: int = Field(default=None, primary_key=True)
    request_id: int = Field(foreign_key="paymentrequest.id", index=True)
    reference: str = Field(unique=True, max_length=40)
    gateway: str = Field(max_length=32)
    payment_ref: str = Field(max_length=128, index=True)
    amount_minor: int = Field(sa_type=BigInteger)
    reason: str = Field(default="", max_length=255)
    asked_by_id: int | None = Field(default=None, foreign_key="person.id")
    """None: Bellhop itself, for money that came too late or twice."""
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """The yes; until then nothing is sent."""
    approved_by_id: int | None = Field(default=None, foreign_key="person.id")
    """Who gave the second yes to a sum above the team's limit."""
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    problem: str = Field(default="", max_length=300)
    made_at: datetime = Field(sa_type=UtcDateTime)

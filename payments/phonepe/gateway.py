"""The PhonePe gateway: our words into Standard Checkout's calls, and its answers into facts."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from payments.errors import (
    AmountRefused,
    BadSignature,
    NotConfigured,
    OutcomeUnknown,
    PageLost,
    PaymentError,
    Unavailable,
)
from payments.facts import Fact, FactKind, Source
from payments.gateway import (
    AccountState,
    Capability,
    CheckoutLink,
    CheckoutOrder,
    Clock,
    Limits,
    QrCode,
    refund_key,
    utc_now,
)
from payments.money import Money
from payments.phonepe.codes import PAY as PAY_BY_CODE
from payments.phonepe.codes import as_code, reference_of, said, status_path
from payments.phonepe.errors import Refusal
from payments.phonepe.facts import Object, Returned, Told, moment, of_order, of_refund, read_refund
from payments.phonepe.money import CURRENCY, from_phonepe, limits, to_phonepe
from payments.phonepe.orders import address, identifier, pay_body
from payments.phonepe.webhook import Notice, proof, verified

if TYPE_CHECKING:
    from payments.phonepe.calls import Line

API_URL = "https://api.phonepe.com/apis/pg"
OAUTH_URL = "https://api.phonepe.com/apis/identity-manager"
PAY, REFUND = "/checkout/v2/pay", "/payments/v2/refund"
GAP = 3
"""Numbers of refunds that may be missing in a row, because PhonePe refused them, before there are no more."""
MISSHAPEN = (AttributeError, LookupError, TypeError, ValueError, OverflowError)


@dataclass(frozen=True, slots=True)
class PhonePeKeys:
    """The settings section. Username and password are those set with the webhook; `timeout` is in seconds.

    `upi_qr`: PhonePe has enabled its Custom Checkout for the account, to which UPI codes belong.
    """

    client_id: str
    client_secret: str = field(repr=False)
    client_version: str = "1"
    webhook_username: str = ""
    webhook_password: str = field(default="", repr=False)
    api_url: str = API_URL
    timeout: float = 10.0
    upi_qr: bool = False


def oauth_url(api_url: str) -> str:
    """Where tokens come from: in production another place than payments, in PhonePe's sandbox and elsewhere the same.

    The base addresses of PhonePe's own SDK, phonepe-pg-sdk-python 3.0.1.
    """
    return OAUTH_URL if api_url == API_URL else api_url


class PhonePe:
    """Standard Checkout orders; see `payments.gateway.Gateway` for what each method promises.

    The merchant order id is our reference. Checkouts and payments have the same name: every call wants that id.
    """

    name: ClassVar[str] = "phonepe"
    title: ClassVar[str] = "PhonePe"
    capabilities: frozenset[Capability] = frozenset({Capability.REFUND, Capability.PARTIAL_REFUND})

    def __init__(self, keys: PhonePeKeys, *, now: Clock = utc_now) -> None:
        missing = [name for name in ("client_id", "client_secret") if not getattr(keys, name)]
        if missing:
            raise NotConfigured(f"PhonePe needs its {missing[0].replace('_', ' ')}.")
        if not keys.client_version.isdecimal():
            raise NotConfigured("The PhonePe client version has to be a whole number, as PhonePe gives it with the id.")
        if keys.upi_qr:
            self.capabilities = self.capabilities | {Capability.UPI_QR}
        self._keys, self._now = keys, now
        self._api_url = keys.api_url.rstrip("/")
        self._line: Line | None = None

    @classmethod
    def from_settings(cls, section: Mapping[str, str], *, now: Clock = utc_now) -> Self:
        """A gateway from `client_id`, `client_secret`, the webhook's two words and, when set, the others."""
        keys = PhonePeKeys(
            client_id=section.get("client_id", ""),
            client_secret=section.get("client_secret", ""),
            client_version=section.get("client_version") or "1",
            webhook_username=section.get("webhook_username", ""),
            webhook_password=section.get("webhook_password", ""),
            upi_qr=section.get("upi_qr", "").lower() == "true",
            api_url=section.get("api_url") or API_URL,
        )
        return cls(keys, now=now)

    @property
    def live(self) -> bool:
        """True at PhonePe's production address: the keys do not show it."""
        return self._api_url == API_URL

    @property
    def account(self) -> str:
        """Always our own."""
        return ""

    async def open_checkout(self, order: CheckoutOrder) -> CheckoutLink:
        """A hosted page for one order. PageLost when the order exists and PhonePe does not repeat its page."""
        body = pay_body(order, self._now())
        try:
            answer: Object = await self._connected().send(PAY, body)
        except (Refusal, AmountRefused) as refusal:
            answer = await self._opened_before(order, refusal)
        with _legible(OutcomeUnknown):
            return CheckoutLink(order.reference, address(answer["redirectUrl"]), moment(answer["expireAt"]))

    async def open_upi_qr(self, order: CheckoutOrder) -> QrCode:
        """A UPI code for one order. PageLost when the order exists: PhonePe does not repeat its code."""
        body = as_code(pay_body(order, self._now()))
        try:
            answer = await self._connected().send(PAY_BY_CODE, body)
        except Refusal as refusal:
            raise await self._why_refused(body["merchantOrderId"], refusal) from refusal
        with _legible(OutcomeUnknown):
            return QrCode(body["merchantOrderId"], moment(answer["expireAt"]), says=said(answer))

    async def look_up(self, checkout_ref: str) -> Sequence[Fact]:
        """The order and the refunds asked for with `refund_key`; PhonePe tells of others by webhook alone."""
        told = self._told(self._now())
        facts = await self._order_facts(Notice("", identifier(checkout_ref)), told)
        if not any(fact.kind is FactKind.CAPTURED for fact in facts):
            return facts
        refunds = await self._refunds_of(checkout_ref)
        return *facts, *(of_refund(each, refunds, told) for each in refunds)

    async def expire(self, checkout_ref: str) -> None:
        """Nothing: PhonePe has no such call, its page closes by itself when its time is up."""

    async def refund(self, payment_ref: str, amount: Money, *, key: str, reason: str) -> Fact:
        """Ask for money to be sent back under the id `key`; PhonePe has no place for the reason."""
        told, asked = self._told(self._now()), from_phonepe(to_phonepe(amount))
        wanted = Returned(identifier(key), identifier(payment_ref), asked, FactKind.REFUND_PENDING, told.at)
        others = await self._refunds_of(payment_ref)
        return of_refund(await self._asked_back(wanted), others, told)

    async def read_webhook(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Sequence[Fact]:
        """What PhonePe says, when asked, about the order or refund that a proven webhook speaks of."""
        if not self._keys.webhook_username or not self._keys.webhook_password:
            raise NotConfigured("The PhonePe webhook username or password is missing, so it cannot be verified.")
        # The header is the same each time and signs no body: what the body says is only a reason to ask PhonePe.
        notice = verified(body, headers, proof(self._keys.webhook_username, self._keys.webhook_password))
        return await self._confirmed(notice, now) if notice else ()

    def limits(self, currency: str) -> Limits | None:
        """The smallest and largest payment."""
        return limits(currency)

    async def check(self) -> AccountState:
        """Whether PhonePe gives a token for the keys; it does not tell whose they are."""
        await self._connected().renew()
        who = self._keys.client_id
        return AccountState(name=who, live=self.live, country="IN", currency=CURRENCY, faults=(), id=who)

    async def aclose(self) -> None:
        """Close the connections."""
        line, self._line = self._line, None
        if line is not None:
            await line.aclose()

    async def _opened_before(self, order: CheckoutOrder, refusal: PaymentError) -> Object:
        """The order that makes a second one of its reference impossible. Raises `refusal` when that is not why."""
        try:
            known = await self._order(order.reference)
        except Refusal:
            raise refusal from None
        with _legible(OutcomeUnknown):
            if from_phonepe(known["amount"]) != order.amount:
                raise refusal
        if "redirectUrl" not in known:
            # No document shows an answer that names the page again, so it is gone with the answer that did.
            raise PageLost("PhonePe has opened this order before and does not name its page again.", order.reference)
        return known

    async def _why_refused(self, order_id: str, refusal: PaymentError) -> PaymentError:
        try:
            await self._order(order_id)
        except Refusal:
            return refusal
        return PageLost("PhonePe has opened this code before and does not show it again.", order_id)

    async def _confirmed(self, notice: Notice, now: datetime) -> Sequence[Fact]:
        told = Told(at=now, source=Source.WEBHOOK, live=self.live, event_id=notice.event_id)
        try:
            facts = await (self._refund_facts if notice.refund_id else self._order_facts)(notice, told)
        except Refusal as error:
            raise BadSignature("PhonePe does not know what this webhook speaks of.") from error
        if not facts:
            # The order is still open for the one who is asked. The webhook comes again, and by then it may be known.
            raise Unavailable("PhonePe does not confirm yet what it tells.")
        return facts

    async def _refund_facts(self, notice: Notice, told: Told) -> Sequence[Fact]:
        # Of which order it is has to be PhonePe's own answer.
        refund = await self._refund(notice.refund_id, order_id="")
        return (of_refund(refund, await self._refunds_of(identifier(refund.order_id)), told),)

    async def _order(self, order_id: str) -> Object:
        return await self._connected().read(status_path(order_id), details="false", errorContext="true")

    async def _order_facts(self, about: Notice, told: Told) -> Sequence[Fact]:
        order = await self._order(about.order_id)
        with _legible(Unavailable):
            return of_order(order, about.order_id, told)

    async def _refund(self, refund_id: str, *, order_id: str) -> Returned:
        asked_at = self._now()
        answer = await self._connected().read(f"{REFUND}/{refund_id}/status")
        with _legible(Unavailable):
            return read_refund(answer, refund_id, order_id=order_id, asked_at=asked_at)

    async def _refunds_of(self, order_id: str) -> list[Returned]:
        """The order's refunds that have a number, in its order."""
        found, number, missing = [], 0, 0
        while missing < GAP:
            number += 1
            try:
                found.append(await self._refund(refund_key(reference_of(order_id), number), order_id=order_id))
                missing = 0
            except Refusal:
                missing += 1
        return found

    async def _asked_back(self, wanted: Returned) -> Returned:
        """Make the refund, or find it made; it is looked up right after, as only its status tells PhonePe's time."""
        body = {
            "merchantRefundId": wanted.refund_id,
            "originalMerchantOrderId": wanted.order_id,
            "amount": wanted.amount.minor,
        }
        try:
            await self._connected().send(REFUND, body)
        except (Refusal, AmountRefused) as refusal:
            return await self._made_before(wanted, refusal)
        try:
            return await self._refund(wanted.refund_id, order_id=wanted.order_id)
        except (Refusal, Unavailable):
            return wanted

    async def _made_before(self, wanted: Returned, refusal: PaymentError) -> Returned:
        """The refund that makes a second one of its id impossible. Raises `refusal` when that is not why."""
        # No document says what a repeated id is answered: the refund itself tells whether this was one.
        try:
            made = await self._refund(wanted.refund_id, order_id=wanted.order_id)
        except Refusal:
            raise refusal from None
        if (made.order_id, made.amount) != (wanted.order_id, wanted.amount):
            raise refusal
        return made

    def _connected(self) -> "Line":
        """The connection, made at the first call."""
        if self._line is None:
            # Here and not above: httpx2 takes longer to import than `bellhop --help` may take to answer.
            from payments.phonepe.calls import Credentials, Line

            who = Credentials(
                client_id=self._keys.client_id,
                client_secret=self._keys.client_secret,
                client_version=self._keys.client_version,
            )
            self._line = Line(
                who, pg=self._api_url, oauth=oauth_url(self._api_url), timeout=self._keys.timeout, now=self._now
            )
        return self._line

    def _told(self, at: datetime) -> Told:
        return Told(at=at, source=Source.POLL, live=self.live)


@contextmanager
def _legible(unless: type[PaymentError]) -> Iterator[None]:
    """Reads an answer; raises `unless` when it is not in a shape that PhonePe documents."""
    try:
        yield
    except MISSHAPEN as error:
        raise unless("PhonePe's answer cannot be read.") from error

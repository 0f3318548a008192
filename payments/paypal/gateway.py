"""The PayPal gateway: our words into Orders v2 calls, and PayPal's answers into facts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self
from urllib.parse import quote, urlencode

from payments.errors import BadSignature, Declined, NotConfigured, OutcomeUnknown, PaymentError, Unavailable
from payments.facts import Fact, FactKind, Source
from payments.gateway import AccountState, Capability, CheckoutLink, CheckoutOrder, Clock, Limits, utc_now
from payments.money import Money
from payments.paypal.certificates import LIVE_HOSTS, Certificates, host_of, may_serve
from payments.paypal.facts import READERS, Object, Told, moment, of_answered_refund, of_dispute, of_order, of_unit
from payments.paypal.money import limits, to_paypal
from payments.paypal.orders import DISPUTES, capture_key, is_order_id, order_body, order_path
from payments.paypal.refusals import CAPTURED_ALREADY, NO_ANSWER, NOT_APPROVED, UNKNOWN_ORDER, issues_of
from payments.paypal.webhook import Transmission, is_signed, read_event

if TYPE_CHECKING:
    from payments.paypal.calls import Caller

API_URL = "https://api-m.paypal.com"
ASKED_FOR = frozenset({"CHECKOUT.ORDER.APPROVED", "CHECKOUT.ORDER.COMPLETED"})
"""Events that tell of an order and not of its money: the order is looked up."""
NEEDED = frozenset(
    """CHECKOUT.ORDER.APPROVED CUSTOMER.DISPUTE.CREATED CUSTOMER.DISPUTE.RESOLVED PAYMENT.CAPTURE.COMPLETED
    PAYMENT.CAPTURE.DENIED PAYMENT.CAPTURE.PENDING PAYMENT.CAPTURE.REFUNDED PAYMENT.CAPTURE.REVERSED""".split()
)
"""What the webhook has to be subscribed to, so that nothing is found by asking alone."""
UNREADABLE = (AttributeError, LookupError, TypeError, ValueError, OverflowError)
"""What reading an object raises that is in no shape PayPal documents."""


@dataclass(frozen=True, slots=True)
class PayPalKeys:
    """The settings section. `timeout` is in seconds; keys do not show their mode, so `live` None asks `api_url`."""

    client_id: str
    client_secret: str = field(repr=False)
    webhook_id: str = ""
    api_url: str = API_URL
    timeout: float = 10.0
    live: bool | None = None


class PayPal:
    """Orders that the buyer approves at PayPal and we capture; see `payments.gateway.Gateway` for what each promises.

    An order cannot be closed by us, so EXPIRE is not among the capabilities: a page that nobody approves lapses by
    itself, and money that comes too late is sent back like any other.
    """

    name: ClassVar[str] = "paypal"
    title: ClassVar[str] = "PayPal"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.REFUND, Capability.PARTIAL_REFUND, Capability.DISPUTES}
    )

    def __init__(self, keys: PayPalKeys, *, now: Clock = utc_now) -> None:
        if not keys.client_id or not keys.client_secret:
            raise NotConfigured("PayPal needs a client id and a client secret.")
        self._keys, self._now = keys, now
        self._caller: Caller | None = None
        self._certificates = Certificates(self._fetch)

    @classmethod
    def from_settings(cls, section: Mapping[str, str], *, now: Clock = utc_now) -> Self:
        """A gateway from `client_id`, `client_secret` and, when set, `webhook_id` and `api_url`."""
        keys = PayPalKeys(
            client_id=section.get("client_id", ""),
            client_secret=section.get("client_secret", ""),
            webhook_id=section.get("webhook_id", ""),
            api_url=section.get("api_url") or API_URL,
        )
        return cls(keys, now=now)

    @property
    def live(self) -> bool:
        """True at PayPal's live API root; a stand-in is a test unless the keys say otherwise."""
        return host_of(self._keys.api_url) in LIVE_HOSTS if self._keys.live is None else self._keys.live

    @property
    def account(self) -> str:
        """Always our own."""
        return ""

    async def open_checkout(self, order: CheckoutOrder) -> CheckoutLink:
        """A page at PayPal where the buyer approves the order."""
        made = await self._ask("POST", "/v2/checkout/orders", order_body(order), key=order.key)
        # `payer-action` with a payment source, `approve` without one: both names occur.
        pages = {link.get("rel"): link.get("href") for link in made.get("links", ())}
        page = pages.get("payer-action") or pages.get("approve")
        if not page or not made.get("id"):
            raise OutcomeUnknown("PayPal made an order without a page to pay on.")
        return CheckoutLink(made["id"], page, order.expires_at)

    async def look_up(self, checkout_ref: str) -> Sequence[Fact]:
        """What became of an order, its money and what went back. Looking an APPROVED order up captures it.

        The buyer only approves; the money moves when we ask for it, and whoever finds the approval asks: a webhook, the
        return page or a poll. That is safe to repeat: an order is captured once at most, and each approval is captured
        under a `PayPal-Request-Id` of its own that is the same for whoever finds it. An order that nobody approved in
        time is not there any more, and so it has expired.
        """
        told = self._told(self._now())
        try:
            order = await self._ask("GET", order_path(checkout_ref))
        except NotConfigured as error:
            if issues_of(error) & UNKNOWN_ORDER and is_order_id(checkout_ref):
                return (told.fact(FactKind.EXPIRED, checkout_ref=checkout_ref),)
            raise
        try:
            facts = await self._captured(order, told) if order.get("status") == "APPROVED" else of_order(order, told)
        except UNREADABLE as error:
            raise OutcomeUnknown(NO_ANSWER) from error
        return *facts, *await self._disputes(facts, told)

    async def expire(self, checkout_ref: str) -> None:
        """PayPal offers no way to close an order; it lapses by itself."""

    async def refund(self, payment_ref: str, amount: Money, *, key: str, reason: str) -> Fact:
        """Send money back; PayPal's answer knows the total sent back so far."""
        # Not `note_to_payer`: the reason is the team's own note. `invoice_id` is a second wall against a repeat.
        body: dict[str, Any] = {"amount": to_paypal(amount), "invoice_id": key[:127]}
        body |= {"custom_id": reason[:127]} if reason else {}
        path = f"/v2/payments/captures/{quote(payment_ref, safe='')}/refund"
        refund = await self._ask("POST", path, body, key=key, full=True)
        try:
            return of_answered_refund(refund, payment_ref, self._told(self._now()))
        except UNREADABLE as error:
            raise OutcomeUnknown(NO_ANSWER) from error

    async def read_webhook(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Sequence[Fact]:
        """Facts of a signed event; BadSignature when it is not PayPal's or not in a shape PayPal sends.

        An approved order is captured at once. When that gets no answer, the payment is on its way, and the next poll
        captures it.
        """
        event = await self._verified(body, headers, now=now)
        try:
            told = replace(self._told(_time_of(event, now), Source.WEBHOOK), event_id=event["id"])
            kind, resource = str(event.get("event_type")), event.get("resource", {})
            if kind in ASKED_FOR:
                return await self._asked_for(resource, told)
            return READERS[kind](resource, told) if kind in READERS else ()
        except UNREADABLE as error:
            raise BadSignature("The signed event is not in a shape that PayPal sends.") from error

    def limits(self, currency: str) -> Limits | None:
        """The smallest and largest charge in a currency."""
        return limits(currency)

    async def check(self) -> AccountState:
        """The app behind the keys, and whether its webhook tells all that is needed. PayPal names no owner."""
        token = await self._connected().token()
        faults = await self._webhook_faults() if self._keys.webhook_id else ()
        who = self._keys.client_id
        return AccountState(f"app {token.app}".strip(), live=self.live, country="", currency="", faults=faults, id=who)

    async def aclose(self) -> None:
        """Close the connections."""
        if self._caller is not None:
            await self._caller.aclose()
        self._caller = None

    async def _captured(self, order: Object, told: Told) -> Sequence[Fact]:
        path = f"{order_path(order['id'])}/capture"
        try:
            return of_order(await self._ask("POST", path, {}, key=capture_key(order), full=True), told)
        except Declined as error:
            return (told.fact(FactKind.FAILED, **of_unit(order), detail=str(error)),)
        except NotConfigured as error:
            if issues_of(error) & CAPTURED_ALREADY:
                return of_order(await self._ask("GET", order_path(order["id"])), told)
            if issues_of(error) & NOT_APPROVED:
                return ()
            raise

    async def _asked_for(self, order: Object, told: Told) -> Sequence[Fact]:
        try:
            facts = await self.look_up(order["id"])
        except PaymentError:
            return (told.fact(FactKind.PROCESSING, **of_unit(order)),)
        # The same event, sent again, may find the order in another state: that is another thing to know.
        return [
            replace(fact, source=told.source, event_id=f"{told.event_id}:{fact.kind}:{fact.payment_ref}")
            for fact in facts
        ]

    async def _disputes(self, facts: Sequence[Fact], told: Told) -> Sequence[Fact]:
        """Disputes about what was captured. Many apps may not ask for them; then only webhooks tell."""
        paid = next((fact.payment_ref for fact in facts if fact.kind is FactKind.CAPTURED), "")
        try:
            found = await self._ask("GET", f"{DISPUTES}?{urlencode({'disputed_transaction_id': paid})}") if paid else {}
            # The list leaves the outcome out.
            told_of = [await self._ask("GET", f"{DISPUTES}/{item['dispute_id']}") for item in found.get("items") or ()]
            return tuple(fact for item in told_of for fact in of_dispute(item, told))
        except (PaymentError, *UNREADABLE):
            return ()

    async def _verified(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> dict[str, Any]:
        """The event in a signed body: by PayPal's certificate, or by asking PayPal when that cannot be had."""
        if not self._keys.webhook_id:
            raise NotConfigured("The PayPal webhook id is missing, so its webhooks cannot be verified.")
        transmission = Transmission.read(headers)
        if not may_serve(transmission.cert_url, self._keys.api_url):
            raise BadSignature("The certificate is not at an address of PayPal's.")
        event, text = read_event(body)
        try:
            certificate = await self._certificates.get(transmission.cert_url, now=now)
        except (Unavailable, OutcomeUnknown):
            good = await self._vouched(transmission.question(text, self._keys.webhook_id))
        else:
            good = is_signed(transmission, body, self._keys.webhook_id, certificate)
        if not good:
            raise BadSignature("The signature does not belong to this body.")
        return event

    async def _vouched(self, question: bytes) -> bool:
        try:
            caller = self._connected()
            answer = await caller.ask("POST", "/v1/notifications/verify-webhook-signature", question)
        except PaymentError as error:
            raise Unavailable("PayPal cannot be asked whether the webhook is its own.") from error
        return answer.get("verification_status") == "SUCCESS"

    async def _webhook_faults(self) -> tuple[str, ...]:
        try:
            told = await self._ask("GET", f"/v1/notifications/webhooks/{quote(self._keys.webhook_id, safe='')}")
        except NotConfigured:
            return ("PayPal knows no webhook with this id.",)
        names = {str(kind.get("name")) for kind in told.get("event_types") or () if isinstance(kind, Mapping)}
        missing = sorted(NEEDED - names) if "*" not in names else []
        return (f"The webhook is not subscribed to {', '.join(missing)}.",) if missing else ()

    async def _fetch(self, url: str) -> bytes:
        return await self._connected().fetch(url)

    async def _ask(
        self, method: str, path: str, body: Object | None = None, *, key: str = "", full: bool = False
    ) -> dict[str, Any]:
        content = b"" if body is None else json.dumps(body).encode()
        return await self._connected().ask(method, path, content, key=key, full=full)

    def _connected(self) -> "Caller":
        """The connections, made at the first call."""
        if self._caller is None:
            # Here and not above: the client takes longer to import than `bellhop --help` may take to answer.
            from payments.paypal.calls import Caller

            keys = self._keys
            self._caller = Caller(keys.client_id, keys.client_secret, keys.api_url, timeout=keys.timeout, now=self._now)
        return self._caller

    def _told(self, at: datetime, source: Source = Source.POLL) -> Told:
        return Told(at=at, source=source, live=self.live)


def _time_of(event: Object, now: datetime) -> datetime:
    return moment(event["create_time"]) if event.get("create_time") else now

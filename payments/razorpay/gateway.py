"""The Razorpay gateway: our words into the official SDK's calls, and its answers into facts."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

from payments.errors import BadSignature, NotConfigured, PaymentError
from payments.facts import Fact, FactKind, Source
from payments.gateway import (
    AccountState,
    Capability,
    CheckoutLink,
    CheckoutOrder,
    Clock,
    Limits,
    Picture,
    QrCode,
    Returned,
    utc_now,
)
from payments.money import Money
from payments.razorpay.facts import (
    ODD_SHAPE,
    Object,
    Told,
    live_of,
    moment,
    noted,
    of_dispute,
    of_event,
    of_link,
    of_polled_code,
    of_refund,
    of_refunds,
    paid_by,
    readable,
    total_of,
)
from payments.razorpay.money import QR_LONGEST, limits, to_razorpay
from payments.razorpay.orders import code_params, link_params, refund_key
from payments.razorpay.signatures import verified, verified_return

if TYPE_CHECKING:
    from payments.razorpay.calls import Call, Exchange

API_URL = "https://api.razorpay.com"
LIVE, TEST = "rzp_live_", "rzp_test_"
QR = "qr_"
"""How the ids of QR codes begin; those of Payment Links begin with plink_."""
MOST = {"count": 100}
"""The longest page of a list."""
_UNREFUSED = (FactKind.REFUNDED, FactKind.REFUND_PENDING)


@dataclass(frozen=True, slots=True)
class RazorpayKeys:
    """The settings section. `webhook_secret` may be several, comma-separated, newest first; `timeout` is in seconds.

    `account` is the id (acc_...) of the one merchant whose webhooks are believed; "" believes all that are signed.
    `upi_qr`: Razorpay has enabled QR codes for the account, which it does on request.
    """

    key_id: str
    key_secret: str = field(repr=False)
    webhook_secret: str = field(default="", repr=False)
    api_url: str = API_URL
    account: str = ""
    timeout: float = 10.0
    upi_qr: bool = False


class Razorpay:
    """Payment Links and UPI QR codes; see `payments.gateway` for what each method promises."""

    name: ClassVar[str] = "razorpay"
    title: ClassVar[str] = "Razorpay"
    capabilities: frozenset[Capability] = frozenset(
        {Capability.REFUND, Capability.PARTIAL_REFUND, Capability.EXPIRE, Capability.DISPUTES}
    )

    def __init__(self, keys: RazorpayKeys, *, now: Clock = utc_now) -> None:
        if not keys.key_id.startswith((LIVE, TEST)):
            raise NotConfigured("The Razorpay key id has to begin with rzp_test_ or rzp_live_.")
        if not keys.key_secret:
            raise NotConfigured("The Razorpay key secret is missing.")
        if keys.upi_qr:
            self.capabilities = self.capabilities | {Capability.UPI_QR}
        self._keys, self._now = keys, now
        # After a change, what Razorpay tries again still bears the old signature. razorpay.com/docs/webhooks
        self._secrets = tuple(secret for part in keys.webhook_secret.split(",") if (secret := part.strip()))
        self._exchange: Exchange | None = None

    @classmethod
    def from_settings(cls, section: Mapping[str, str], *, now: Clock = utc_now) -> Self:
        """A gateway from `key_id`, `key_secret`, `webhook_secret` and, when set, the others."""
        keys = RazorpayKeys(
            key_id=section.get("key_id", ""),
            key_secret=section.get("key_secret", ""),
            webhook_secret=section.get("webhook_secret", ""),
            api_url=section.get("api_url") or API_URL,
            account=section.get("account", ""),
            upi_qr=section.get("upi_qr", "").lower() == "true",
        )
        return cls(keys, now=now)

    @property
    def live(self) -> bool:
        """True for a live key."""
        return self._keys.key_id.startswith(LIVE)

    @property
    def account(self) -> str:
        """The merchant whose webhooks are believed, "" for whoever holds the secret."""
        return self._keys.account

    async def open_checkout(self, order: CheckoutOrder) -> CheckoutLink:
        """A Payment Link. There is no idempotency key, but a reference is taken only once: a repeat finds its link."""
        params = link_params(order)
        link: Object
        try:
            link = await self._ask(lambda api: api.payment_link.create(params))
        except NotConfigured:
            # Whatever it said: when our link is there, the reference was taken by an earlier try.
            link = await self._link_of(order)
            if not link:
                raise
        with readable():
            return CheckoutLink(link["id"], link["short_url"], moment(link["expire_by"]))

    async def open_upi_qr(self, order: CheckoutOrder) -> QrCode:
        """A UPI QR code for one payment in INR. Nothing keeps Razorpay from making two, so it is asked before."""
        params = code_params(order, self._now())
        code = await self._code_of(order) or await self._ask(lambda api: api.qrcode.create(params), safe=False)
        with readable():
            return QrCode(code["id"], moment(code["close_by"]), image_url=code["image_url"])

    async def qr_picture(self, image_url: str) -> Picture:
        """The picture of a code; Razorpay's keys are not shown for it."""
        from payments.razorpay.pictures import fetch

        return await asyncio.to_thread(fetch, image_url, timeout=self._keys.timeout)

    async def look_up(self, checkout_ref: str) -> Sequence[Fact]:
        """The link or code, its payment, and what became of the money since. Declines are told by webhooks alone."""
        told = Told(at=self._now(), source=Source.POLL, live=self.live, account=self.account)
        with readable():
            return await self._know(checkout_ref, told)

    async def expire(self, checkout_ref: str) -> None:
        """Close the page; Razorpay answers 400 when it is not open any more, which is what we wanted."""
        try:
            if checkout_ref.startswith(QR):
                await self._ask(lambda api: api.qrcode.close(checkout_ref))
            else:
                await self._ask(lambda api: api.payment_link.cancel(checkout_ref))
        except NotConfigured:
            if (await self._page(checkout_ref)).get("status") in ("created", "active"):
                raise

    async def refund(self, payment_ref: str, amount: Money, *, key: str, reason: str) -> Fact:
        """Send money back. The answer names this refund alone, so the others are added up for the total."""
        body = {"amount": to_razorpay(amount), "speed": "normal", "notes": {"reason": reason[:255]}}
        headers = {"X-Refund-Idempotency": refund_key(key)}
        refund = await self._ask(lambda api: api.payment.refund(payment_ref, body, headers=dict(headers)))
        with readable():
            told = Told(at=moment(refund["created_at"]), source=Source.POLL, live=self.live, account=self.account)
            (fact,) = of_refund(refund, told, await self._sent_back(payment_ref))
        return fact

    async def read_webhook(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Sequence[Fact]:
        """Facts of a signed event; BadSignature when it is not Razorpay's or not in a shape Razorpay sends."""
        if not self._secrets:
            raise NotConfigured("The Razorpay webhook secret is missing, so its webhooks cannot be verified.")
        event, event_id = verified(body, headers, self._secrets)
        try:
            return of_event(event, self._told_by(event, event_id, now))
        except ODD_SHAPE as error:
            raise BadSignature("The signed event is not in a shape that Razorpay sends.") from error

    def returned(self, params: Mapping[str, str]) -> Returned:
        """What the browser brought back, verified; see `verified_return`."""
        return verified_return(params, self._keys.key_secret)

    def limits(self, currency: str) -> Limits | None:
        """The smallest and largest payment in a currency."""
        return limits(currency)

    async def check(self) -> AccountState:
        """Whether the keys work. Razorpay does not tell whose they are, nor in which country."""
        await self._ask(lambda api: api.payment_link.all({"count": 1}))
        return AccountState(name=f"key {self._keys.key_id}", live=self.live, country="", currency="", faults=())

    async def aclose(self) -> None:
        """Close the connections."""
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            await exchange.aclose()

    async def _know(self, checkout_ref: str, told: Told) -> Sequence[Fact]:
        page = await self._page(checkout_ref)
        if checkout_ref.startswith(QR):
            paid = await self._ask(lambda api: api.qrcode.fetch_all_payments(checkout_ref, MOST))
            known = of_polled_code(page, paid["items"], told)
        else:
            known = of_link(page, told, await self._payment(paid_by(page)))
        captured = [fact.payment_ref for fact in known if fact.kind is FactKind.CAPTURED and fact.payment_ref]
        return (*known, *[fact for payment in captured for fact in await self._afterwards(payment, told)])

    async def _payment(self, payment_ref: str) -> Object:
        """A payment with its fee, which a link's list leaves out; its id alone when it cannot be had."""
        try:
            return await self._ask(lambda api: api.payment.fetch(payment_ref)) if payment_ref else {}
        except PaymentError:
            return {"id": payment_ref}

    async def _page(self, checkout_ref: str) -> Object:
        """The link or the QR code."""
        if checkout_ref.startswith(QR):
            return await self._ask(lambda api: api.qrcode.fetch(checkout_ref))
        return await self._ask(lambda api: api.payment_link.fetch(checkout_ref))

    async def _link_of(self, order: CheckoutOrder) -> Object:
        """The link that an earlier try has made for this very order, or an empty one."""
        found = await self._ask(lambda api: api.payment_link.all({"reference_id": order.reference}))
        wanted = (order.reference, order.amount.minor, order.amount.currency)
        with readable():
            links = found.get("payment_links") or ()
            return next((a for a in links if (a["reference_id"], a["amount"], a["currency"]) == wanted), {})

    async def _code_of(self, order: CheckoutOrder) -> Object:
        """The code that an earlier try has made for this very order, or an empty one."""
        since = int((self._now() - QR_LONGEST).timestamp())
        found = await self._ask(lambda api: api.qrcode.all({"from": since, **MOST}))
        with readable():
            codes = [code for code in found["items"] if noted(code) == order.reference]
            return next((code for code in codes if code.get("payment_amount") == order.amount.minor), {})

    async def _afterwards(self, payment_ref: str, told: Told) -> Sequence[Fact]:
        """What came after the money: refunds, and disputes as far as the key may see them."""
        refunds, disputes = await asyncio.gather(self._refunds(payment_ref), self._disputes())
        disputed = [fact for each in disputes for fact in of_dispute(each, told) if fact.payment_ref == payment_ref]
        return (*of_refunds(refunds, told), *disputed)

    async def _refunds(self, payment_ref: str) -> Sequence[Object]:
        found = await self._ask(lambda api: api.payment.fetch_multiple_refund(payment_ref, MOST))
        return tuple(found["items"])

    async def _disputes(self) -> Sequence[Object]:
        """The latest disputes of the account: they cannot be asked for by payment."""
        try:
            return tuple((await self._ask(lambda api: api.dispute.all(MOST)))["items"])
        except NotConfigured:
            return ()

    async def _sent_back(self, payment_ref: str) -> Money | None:
        """The total of all refunds that were not refused; None when it cannot be had: this refund is made by then."""
        try:
            with readable():
                return total_of(await self._refunds(payment_ref), *_UNREFUSED)
        except PaymentError:
            return None

    async def _ask(self, call: "Call", *, safe: bool = True) -> dict[str, Any]:
        # Here and not above: the SDK and requests take longer to import than `bellhop --help` may take to answer.
        from payments.razorpay.calls import Exchange

        if self._exchange is None:
            keys = self._keys
            self._exchange = Exchange(keys.key_id, keys.key_secret, keys.api_url, keys.timeout)
        return await self._exchange.ask(call, safe=safe)

    def _told_by(self, event: Object, event_id: str, now: datetime) -> Told:
        sender = event.get("account_id") or ""
        return Told(
            at=moment(event["created_at"]) if "created_at" in event else now,
            source=Source.WEBHOOK,
            live=live_of(event, otherwise=self.live),
            account=sender if self.account else "",
            event_id=event_id,
        )

"""The Stripe gateway: our words into the official SDK's calls, and its answers into facts."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

from payments.errors import BadSignature, NotConfigured
from payments.facts import Fact, Source
from payments.gateway import AccountState, Capability, CheckoutLink, CheckoutOrder, Clock, Limits, utc_now
from payments.money import Money
from payments.stripe.facts import (
    REFERENCE,
    Object,
    Told,
    is_disputed,
    moment,
    of_dispute,
    of_event,
    of_polled_session,
    of_refund,
)
from payments.stripe.money import limits, to_stripe
from payments.stripe.webhook import verified

if TYPE_CHECKING:
    from stripe import AIOHTTPClient, RequestOptions, StripeClient, StripeObject
    from stripe.params import DisputeListParams, RefundCreateParams
    from stripe.params.checkout import (
        SessionCreateParams,
        SessionCreateParamsLineItemPriceData,
        SessionRetrieveParams,
    )

API_URL = "https://api.stripe.com"
LIVE = ("sk_live_", "rk_live_")
TEST = ("sk_test_", "rk_test_")
# What Checkout speaks; anything else is left to the browser.
LOCALES = frozenset(
    """bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru sk sl
    sv th tr vi zh zh-HK zh-TW""".split()
)


@dataclass(frozen=True, slots=True)
class StripeKeys:
    """The settings section. `webhook_secret` may be several, comma-separated, newest first; `timeout` is in seconds."""

    api_key: str = field(repr=False)
    webhook_secret: str = field(default="", repr=False)
    api_url: str = API_URL
    account: str = ""
    timeout: float = 10.0


class Stripe:
    """Hosted Checkout Sessions; see `payments.gateway.Gateway` for what each method promises."""

    name: ClassVar[str] = "stripe"
    title: ClassVar[str] = "Stripe"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(Capability) - {Capability.UPI_QR}

    def __init__(self, keys: StripeKeys, *, now: Clock = utc_now) -> None:
        if not keys.api_key.startswith(LIVE + TEST):
            raise NotConfigured("The Stripe API key has to begin with sk_test_, sk_live_, rk_test_ or rk_live_.")
        self._keys, self._now = keys, now
        self._secrets = tuple(secret for part in keys.webhook_secret.split(",") if (secret := part.strip()))
        self._http: AIOHTTPClient | None = None
        self._client: StripeClient | None = None

    @classmethod
    def from_settings(cls, section: Mapping[str, str], *, now: Clock = utc_now) -> Self:
        """A gateway from `api_key`, `webhook_secret` and, when set, `api_url` and `account`."""
        keys = StripeKeys(
            api_key=section.get("api_key", ""),
            webhook_secret=section.get("webhook_secret", ""),
            api_url=section.get("api_url") or API_URL,
            account=section.get("account", ""),
        )
        return cls(keys, now=now)

    @property
    def live(self) -> bool:
        """True for a live key."""
        return self._keys.api_key.startswith(LIVE)

    @property
    def account(self) -> str:
        """The connected account acted for, "" for our own."""
        return self._keys.account

    async def open_checkout(self, order: CheckoutOrder) -> CheckoutLink:
        """A hosted page for one payment."""
        params = _session_params(order)
        session = await self._ask(lambda api: api.v1.checkout.sessions.create_async(params, self._options(order.key)))
        return CheckoutLink(session["id"], session["url"], moment(session["expires_at"]))

    async def look_up(self, checkout_ref: str) -> Sequence[Fact]:
        """The session, its payment, and what became of the money since."""
        asked_at = self._now()
        session = await self._session(checkout_ref)
        told = self._told(asked_at, live=session.get("livemode", self.live))
        return *of_polled_session(session, told), *await self._disputes(session, told)

    async def expire(self, checkout_ref: str) -> None:
        """Close the page; Stripe answers 400 when it is not open any more, which is what we wanted."""
        try:
            await self._ask(lambda api: api.v1.checkout.sessions.expire_async(checkout_ref, None, self._options()))
        except NotConfigured:
            if (await self._session(checkout_ref))["status"] == "open":
                raise

    async def refund(self, payment_ref: str, amount: Money, *, key: str, reason: str) -> Fact:
        """Send money back; the charge comes along in the answer, so the fact knows the total."""
        params: RefundCreateParams = {
            "payment_intent": payment_ref,
            "amount": to_stripe(amount),
            "reason": "requested_by_customer",
            "metadata": {"reason": reason[:500]},
            "expand": ["charge"],
        }
        refund = await self._ask(lambda api: api.v1.refunds.create_async(params, self._options(key)))
        (fact,) = of_refund(refund, self._told(self._now(), live=self.live))
        return fact

    async def read_webhook(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Sequence[Fact]:
        """Facts of a signed event; BadSignature when it is not Stripe's or not in a shape Stripe sends."""
        if not self._secrets:
            raise NotConfigured("The Stripe webhook secret is missing, so its webhooks cannot be verified.")
        event = verified(body, headers, self._secrets, now=now)
        try:
            return of_event(event, now=now)
        except (AttributeError, LookupError, TypeError, ValueError, OverflowError) as error:
            raise BadSignature("The signed event is not in a shape that Stripe sends.") from error

    def limits(self, currency: str) -> Limits | None:
        """The smallest and largest charge in a currency."""
        return limits(currency)

    async def check(self) -> AccountState:
        """The account behind the key, and what keeps it from being paid."""
        account = await self._ask(lambda api: api.v1.accounts.retrieve_current_async(None, self._options()))
        return _account_state(account, live=self.live)

    async def aclose(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.close_async()  # type: ignore[no-untyped-call]
        self._http = self._client = None

    async def _session(self, checkout_ref: str) -> dict[str, Any]:
        params: SessionRetrieveParams = {"expand": ["payment_intent.latest_charge.refunds"]}
        return await self._ask(
            lambda api: api.v1.checkout.sessions.retrieve_async(checkout_ref, params, self._options())
        )

    async def _disputes(self, session: Object, told: Told) -> Sequence[Fact]:
        if not is_disputed(session):
            return ()
        params: DisputeListParams = {"payment_intent": session["payment_intent"]["id"]}
        found = await self._ask(lambda api: api.v1.disputes.list_async(params, self._options()))
        return tuple(fact for dispute in found["data"] for fact in of_dispute(dispute, told))

    async def _ask(self, send: Callable[["StripeClient"], Awaitable["StripeObject"]]) -> dict[str, Any]:
        # Here and not above: the SDK and aiohttp take longer to import than `bellhop --help` may take to answer.
        from payments.stripe.calls import ask

        client = self._connected()
        return (await ask(lambda: send(client))).to_dict()

    def _connected(self) -> "StripeClient":
        """The SDK's client, made at the first call."""
        if self._client is None:
            from payments.stripe.calls import connect

            self._client, self._http = connect(self._keys.api_key, self._keys.api_url, self._keys.timeout)
        return self._client

    def _options(self, key: str = "") -> "RequestOptions":
        options: RequestOptions = {"stripe_account": self.account} if self.account else {}
        return {**options, "idempotency_key": key} if key else options

    def _told(self, at: datetime, *, live: bool) -> Told:
        return Told(at=at, source=Source.POLL, live=live, account=self.account)


def _session_params(order: CheckoutOrder) -> "SessionCreateParams":
    # Metadata does not flow from the session to the payment: it is set on both, or refunds could not be matched.
    metadata = {REFERENCE: order.reference}
    params: SessionCreateParams = {
        "mode": "payment",
        "line_items": [{"quantity": 1, "price_data": _price(order)}],
        "client_reference_id": order.reference,
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata, "description": f"{order.payee}: {order.description}"[:1000]},
        "success_url": order.return_url,
        "cancel_url": order.cancel_url,
        "expires_at": int(order.expires_at.timestamp()),
        "locale": _spoken(order.locale),
    }
    return {**params, "customer_email": order.customer_email} if order.customer_email else params


def _price(order: CheckoutOrder) -> "SessionCreateParamsLineItemPriceData":
    return {
        "currency": order.amount.currency.lower(),
        "unit_amount": to_stripe(order.amount),
        "product_data": {"name": (order.description or order.payee)[:250]},
    }


def _spoken(locale: str) -> Any:
    """The nearest language Checkout speaks; "auto" leaves it to the browser."""
    tag = locale.replace("_", "-")
    language = tag.split("-")[0].lower()
    return next((known for known in (tag, language) if known in LOCALES), "auto")


def _account_state(account: dict[str, Any], *, live: bool) -> AccountState:
    profile = account.get("business_profile") or {}
    settings = (account.get("settings") or {}).get("dashboard") or {}
    faults = [] if account.get("charges_enabled") else ["Stripe does not let this account take payments yet."]
    if live and not account.get("payouts_enabled"):
        faults.append("Stripe does not pay out to this account yet.")
    return AccountState(
        name=profile.get("name") or settings.get("display_name") or account["id"],
        live=live,
        country=account.get("country") or "",
        currency=(account.get("default_currency") or "").upper(),
        faults=tuple(faults),
    )

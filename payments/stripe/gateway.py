"""The Stripe gateway: our words into the official SDK's calls, and its answers into facts."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Self

from payments.errors import BadSignature, NotConfigured, PaymentError
from payments.facts import Fact, Source
from payments.gateway import (
    AccountState,
    Capability,
    CheckoutLink,
    CheckoutOrder,
    Clock,
    EmbeddedForm,
    Limits,
    PageSources,
    utc_now,
)
from payments.money import Money
from payments.stripe.connect import who_left
from payments.stripe.embedded import JS_URL, inside, is_vendors, sources
from payments.stripe.facts import (
    Object,
    Told,
    balance_ref,
    is_disputed,
    moment,
    of_dispute,
    of_event,
    of_polled_session,
    of_refund,
)
from payments.stripe.money import from_stripe, limits, to_stripe
from payments.stripe.sessions import session_params
from payments.stripe.webhook import verified

if TYPE_CHECKING:
    from stripe import AIOHTTPClient, RequestOptions, StripeClient, StripeObject
    from stripe.params import DisputeListParams, RefundCreateParams
    from stripe.params.checkout import SessionRetrieveParams

API_URL = "https://api.stripe.com"
LIVE = ("sk_live_", "rk_live_")
TEST = ("sk_test_", "rk_test_")


@dataclass(frozen=True, slots=True)
class StripeKeys:
    """The settings section. `webhook_secret` may be several, comma-separated, newest first; `timeout` is in seconds."""

    api_key: str = field(repr=False)
    webhook_secret: str = field(default="", repr=False)
    api_url: str = API_URL
    account: str = ""
    timeout: float = 10.0
    publishable_key: str = ""
    js_url: str = JS_URL


class Stripe:
    """Checkout Sessions; see `payments.gateway` for what each method promises. Embedded ones want a publishable key."""

    name: ClassVar[str] = "stripe"
    title: ClassVar[str] = "Stripe"
    capabilities: frozenset[Capability] = frozenset(
        {Capability.REFUND, Capability.PARTIAL_REFUND, Capability.EXPIRE, Capability.DISPUTES,
         Capability.RECEIPT_LINK, Capability.CONNECTED_ACCOUNTS}
    )  # fmt: skip

    def __init__(self, keys: StripeKeys, *, now: Clock = utc_now) -> None:
        if not keys.api_key.startswith(LIVE + TEST):
            raise NotConfigured("The Stripe API key has to begin with sk_test_, sk_live_, rk_test_ or rk_live_.")
        _must_match(keys)
        if keys.publishable_key:
            self.capabilities = self.capabilities | {Capability.EMBEDDED}
        self._keys, self._now = keys, now
        # While a secret is rolled, Stripe signs with the old and the new one; an operator may name both meanwhile.
        self._secrets = tuple(secret for part in keys.webhook_secret.split(",") if (secret := part.strip()))
        self._http: AIOHTTPClient | None = None
        self._client: StripeClient | None = None

    @classmethod
    def from_settings(cls, section: Mapping[str, str], *, now: Clock = utc_now) -> Self:
        """A gateway from `api_key`, `webhook_secret` and, when set, the others."""
        keys = StripeKeys(
            api_key=section.get("api_key", ""),
            webhook_secret=section.get("webhook_secret", ""),
            api_url=section.get("api_url") or API_URL,
            account=section.get("account", ""),
            publishable_key=section.get("publishable_key", ""),
            js_url=section.get("js_url") or JS_URL,
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
        params = session_params(order)
        session = await self._ask(lambda api: api.v1.checkout.sessions.create_async(params, self._options(order.key)))
        return CheckoutLink(session["id"], session["url"], moment(session["expires_at"]))

    @property
    def page_sources(self) -> PageSources:
        """What Stripe documents for Stripe.js and Checkout."""
        return sources(self._keys.js_url)

    async def open_embedded(self, order: CheckoutOrder) -> EmbeddedForm:
        """Checkout's form, to be mounted by Stripe.js."""
        params = inside(session_params(order))
        return self._form(
            await self._ask(lambda api: api.v1.checkout.sessions.create_async(params, self._options(order.key)))
        )

    async def embedded(self, checkout_ref: str) -> EmbeddedForm:
        """The form that was opened before; NotConfigured when it is paid or over."""
        session = await self._session(checkout_ref)
        if session["status"] != "open":
            raise NotConfigured("This form of Stripe's takes no money any more.")
        return self._form(session)

    async def look_up(self, checkout_ref: str) -> Sequence[Fact]:
        """The session, its payment, and what became of the money since."""
        asked_at = self._now()
        session = await self._session(checkout_ref)
        told = self._told(asked_at, live=session.get("livemode", self.live))
        fee = await self._fee(session)
        known = [replace(fact, fee=fee) if fact.captured else fact for fact in of_polled_session(session, told)]
        return *known, *await self._disputes(session, told)

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

    def left(self, body: bytes) -> str:
        """The account whose owner has disconnected our platform."""
        return who_left(json.loads(body), live=self.live)

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

    def _form(self, session: Object) -> EmbeddedForm:
        return EmbeddedForm(
            checkout_ref=session["id"],
            client_secret=session["client_secret"],
            publishable_key=self._keys.publishable_key,
            script_url=self._keys.js_url,
            account=self.account,
            expires_at=moment(session["expires_at"]),
        )

    async def _session(self, checkout_ref: str) -> dict[str, Any]:
        params: SessionRetrieveParams = {"expand": ["payment_intent.latest_charge.refunds"]}
        return await self._ask(
            lambda api: api.v1.checkout.sessions.retrieve_async(checkout_ref, params, self._options())
        )

    async def _fee(self, session: Object) -> Money | None:
        """What Stripe keeps of a payment, in the currency it pays out in; None before it is known.

        Asked for by itself: a restricted key need not have the right to, and must know of payments all the same.
        """
        ref = balance_ref(session)
        if not ref:
            return None
        try:
            booked = await self._ask(lambda api: api.v1.balance_transactions.retrieve_async(ref, {}, self._options()))
        except PaymentError:
            return None
        return from_stripe(booked["fee"], booked["currency"])

    async def _disputes(self, session: Object, told: Told) -> Sequence[Fact]:
        if not is_disputed(session):
            return ()
        params: DisputeListParams = {"payment_intent": session["payment_intent"]["id"]}
        found = await self._ask(lambda api: api.v1.disputes.list_async(params, self._options()))
        return tuple(fact for dispute in found["data"] for fact in of_dispute(dispute, told))

    async def _ask(self, send: Callable[["StripeClient"], Awaitable["StripeObject"]]) -> dict[str, Any]:
        # Here and not above: the SDK and aiohttp take longer to import than `bellhop --help` may take to answer.
        if self._client is None:
            # Whoever else is served meanwhile has no second to wait either.
            await asyncio.to_thread(import_module, "payments.stripe.calls")
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


def _must_match(keys: StripeKeys) -> None:
    """Raise NotConfigured where the key for browsers is not one, or not of the API key's mode."""
    live = keys.api_key.startswith(LIVE)
    if keys.publishable_key and not keys.publishable_key.startswith("pk_live_" if live else "pk_test_"):
        wanted = "pk_live_, as the API key is a live one" if live else "pk_test_, as the API key is a test one"
        raise NotConfigured(f"The Stripe publishable key has to begin with {wanted}.")
    if live and keys.publishable_key and not is_vendors(keys.js_url):
        raise NotConfigured("Where real money moves, Stripe.js has to come from https://js.stripe.com.")


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
        id=account["id"],
    )

"""Telegram's own invoices as a gateway: a link that opens in Telegram, and money that its updates report.

Stars need nothing but the bot; other money goes through a payment provider, whose token @BotFather gives. Telegram asks
the bot before each payment and tells it afterwards: `question` and `report` read those updates for whoever hears them.
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self
from urllib.parse import urlsplit

from payments.errors import AmountRefused, BadSignature, NotConfigured
from payments.facts import Fact
from payments.gateway import AccountState, Capability, CheckoutLink, CheckoutOrder, Clock, Limits, utc_now
from payments.money import Money, format_money
from payments.telegram.facts import MISSHAPEN, checkout_ref, of_payments, of_question, of_return, of_update
from payments.telegram.money import STARS, limits, to_telegram
from payments.telegram.stars import Entry, Statement

if TYPE_CHECKING:
    from payments.telegram.calls import Line

API_URL = "https://api.telegram.org"
SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the name of a header
TEST_PROVIDER = ":TEST:"
"""In the middle of a provider's test token."""
STAND_INS = frozenset({"127.0.0.1", "localhost", "::1"})
LONGEST_TITLE, LONGEST_DESCRIPTION, LONGEST_PAYLOAD = 32, 255, 128
"""In characters, the payload in bytes."""


@dataclass(frozen=True, slots=True)
class TelegramKeys:
    """The settings section. `stars` sells for Stars, `provider_token` for other money; `timeout` is in seconds."""

    token: str = field(repr=False)
    provider_token: str = field(default="", repr=False)
    stars: bool = False
    webhook_secret: str = field(default="", repr=False)
    api_url: str = API_URL
    timeout: float = 10.0


class Telegram:
    """Invoice links; see `payments.gateway.Gateway` for what each method promises."""

    name: ClassVar[str] = "telegram"
    title: ClassVar[str] = "Telegram"
    # Stars go back whole or not at all; other money is the provider's to give back.
    capabilities: frozenset[Capability] = frozenset({Capability.REFUND})

    def __init__(self, keys: TelegramKeys, *, now: Clock = utc_now) -> None:
        """Raises NotConfigured when nothing can be sold, or test money for real Stars."""
        self.live = _live(keys)
        if not keys.stars:
            self.capabilities = frozenset()
        self._keys, self._now = keys, now
        self._line: Line | None = None
        self._statement = Statement(self._entries)

    @classmethod
    def from_settings(cls, section: Mapping[str, str], *, now: Clock = utc_now) -> Self:
        """A gateway from `token` and `stars`, `provider_token` or both; when set, `webhook_secret` and `api_url`."""
        keys = TelegramKeys(
            token=section.get("token", ""),
            provider_token=section.get("provider_token", ""),
            stars=section.get("stars", "").lower() == "true",
            webhook_secret=section.get("webhook_secret", ""),
            api_url=(section.get("api_url") or API_URL).rstrip("/"),
        )
        return cls(keys, now=now)

    @property
    def account(self) -> str:
        """Always our own bot."""
        return ""

    async def open_checkout(self, order: CheckoutOrder) -> CheckoutLink:
        """A link to an invoice. A repeat makes another link, and paying by either is the same payment."""
        currency = order.amount.currency
        if self.limits(currency) is None:
            raise AmountRefused(f"Telegram takes no {currency} here.")
        if not 0 < len(order.reference.encode()) <= LONGEST_PAYLOAD:
            raise NotConfigured(f"Telegram's payloads have 1 to {LONGEST_PAYLOAD} bytes.")
        link = await self._connected().invoice(
            title=(order.description or order.payee)[:LONGEST_TITLE],
            description=f"{order.payee}: {order.description}"[:LONGEST_DESCRIPTION],
            payload=order.reference,
            currency=currency,
            total=to_telegram(order.amount),
            provider_token="" if currency == STARS else self._keys.provider_token,
        )
        return CheckoutLink(checkout_ref(currency, order.reference), link, order.expires_at)

    async def look_up(self, checkout_ref: str) -> Sequence[Fact]:
        """What Telegram's list of Stars knows. Other money has no list: () always, its updates are all there is."""
        currency, _, reference = checkout_ref.partition(":")
        if currency != STARS or not reference:
            return ()
        paid = await self._statement.payments_for(reference)
        return of_payments(paid, self._now(), live=self.live)

    async def expire(self, checkout_ref: str) -> None:
        """Nothing: an invoice has no end at Telegram; the question before the payment is answered with no."""

    async def refund(self, payment_ref: str, amount: Money, *, key: str, reason: str) -> Fact:
        """Stars go back, all of a payment or none of it; no key is needed, for they go back once."""
        if amount.currency != STARS:
            raise AmountRefused(
                f"Telegram gives back nothing but Stars. Refund it at the payment provider, as charge {payment_ref}."
            )
        paid = await self._statement.payment(payment_ref)
        if paid is None:
            raise NotConfigured("Telegram knows no such payment of Stars to this bot.")
        if amount != paid.amount:
            raise AmountRefused(f"Telegram gives Stars back whole: {format_money(paid.amount)} and no other sum.")
        await self._connected().give_back(paid)
        return of_return([paid], self._now(), live=self.live)

    async def read_webhook(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Sequence[Fact]:
        """The facts of an update that bears the webhook's secret, which is all that Telegram proves itself by."""
        shown = {name.lower(): value for name, value in headers.items()}.get(SECRET_HEADER, "")
        if not self._keys.webhook_secret:
            raise NotConfigured("Telegram's webhook secret is missing, so its updates cannot be verified.")
        if not hmac.compare_digest(shown.encode(), self._keys.webhook_secret.encode()):
            raise BadSignature("The secret token is missing or wrong.")
        try:
            return self.report(json.loads(body))
        except (*MISSHAPEN, RecursionError) as error:
            raise BadSignature("This is not an update of Telegram.") from error

    def report(self, update: Mapping[str, Any]) -> Sequence[Fact]:
        """What an update that is known to be Telegram's reports; () for what is not about money.

        Raises what `payments.telegram.facts.MISSHAPEN` lists.
        """
        return of_update(update, live=self.live)

    def question(self, update: Mapping[str, Any]) -> Fact | None:
        """The checkout that an update asks about before it is paid; None when it asks nothing. Raises like `report`."""
        return of_question(update, now=self._now(), live=self.live)

    def limits(self, currency: str) -> Limits | None:
        """What may be asked: Stars where they are switched on, other money where there is a provider."""
        sold = self._keys.stars if currency == STARS else bool(self._keys.provider_token)
        return limits(currency) if sold else None

    async def check(self) -> AccountState:
        """Whose bot it is. A provider's token is tried by an invoice that nobody gets."""
        line = self._connected()
        username = await line.username()
        if self._keys.provider_token:
            # A provider that takes no dollars has understood its token all the same.
            with suppress(AmountRefused):
                await line.invoice(
                    title="Check", description="Check", payload="check", currency="USD", total=100,
                    provider_token=self._keys.provider_token,
                )  # fmt: skip
        return AccountState(f"@{username}", live=self.live, country="", currency="", faults=())

    async def aclose(self) -> None:
        """Close the connections."""
        if self._line is not None:
            await self._line.aclose()
        self._line = None

    async def _entries(self, place: int) -> Sequence[Entry]:
        return await self._connected().entries(place)

    def _connected(self) -> "Line":
        """The connection, made at the first call."""
        if self._line is None:
            # Here and not above: the library takes longer to import than `bellhop --help` may take to answer.
            from payments.telegram.calls import Line

            self._line = Line(self._keys.token, self._keys.api_url, self._keys.timeout)
        return self._line


def _live(keys: TelegramKeys) -> bool:
    """Whether the money is real. Stars are, but for a stand-in on this machine; the provider's token says its own."""
    modes = set()
    if keys.stars:
        modes.add(urlsplit(keys.api_url).hostname not in STAND_INS)
    if keys.provider_token:
        modes.add(TEST_PROVIDER not in keys.provider_token)
    if not modes:
        raise NotConfigured("Telegram takes no money without STARS or a PROVIDER_TOKEN.")
    if len(modes) > 1:
        raise NotConfigured("Stars and the provider token are not both real money or both a test: use one of them.")
    return modes.pop()

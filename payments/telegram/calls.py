"""The way to the Bot API and back through python-telegram-bot: its calls, and its errors in our words."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import stamina
from telegram import Bot, LabeledPrice, StarTransaction, TransactionPartnerUser
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from payments.errors import AmountRefused, NotConfigured, OutcomeUnknown, PaymentError, Unavailable
from payments.telegram.facts import StarPayment
from payments.telegram.stars import PAGE, Entry

T = TypeVar("T")

# Raised while the connection was being made: nothing of the request was sent. By name, for the HTTP client is the
# library's own choice.
NEVER_LEFT = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout"})
ABOUT_MONEY = ("currency", "amount", "price")
PROVIDER = "payment_provider_invalid"


class AlreadyGivenBack(PaymentError):
    """The Stars went back before: what was wanted is so."""


class Line:
    """A bot's line to the Bot API. Whatever is asked may be asked again: a second invoice leads to the same payment."""

    def __init__(self, token: str, api_url: str, timeout: float) -> None:
        # The HTTP client logs every address it calls, and the Bot API's addresses contain the token.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._http = HTTPXRequest(
            read_timeout=timeout, write_timeout=timeout, connect_timeout=timeout, pool_timeout=timeout
        )
        self._bot = Bot(token, base_url=f"{api_url}/bot", request=self._http, get_updates_request=self._http)

    async def username(self) -> str:
        """The bot's name, without @."""
        return (await _ask(self._bot.get_me)).username or ""

    async def invoice(self, *, title: str, description: str, payload: str, currency: str, total: int,
                      provider_token: str) -> str:  # fmt: skip
        """A link to an invoice of one price."""
        price = [LabeledPrice(title, total)]
        return await _ask(
            lambda: self._bot.create_invoice_link(
                title, description, payload, currency, price, provider_token=provider_token
            )
        )

    async def give_back(self, paid: StarPayment) -> None:
        """Send the Stars of a payment back; nothing happens when they went back before."""
        with suppress(AlreadyGivenBack):
            await _ask(lambda: self._bot.refund_star_payment(paid.payer, paid.charge))

    async def entries(self, place: int) -> Sequence[Entry]:
        """A page of the list of Stars."""
        page = await _ask(lambda: self._bot.get_star_transactions(offset=place, limit=PAGE))
        return [_entry(each) for each in page.transactions]

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.shutdown()


def _entry(told: StarTransaction) -> Entry:
    payer = told.source
    if not isinstance(payer, TransactionPartnerUser) or payer.invoice_payload is None:
        return Entry(told.id, told.date)
    return Entry(told.id, told.date, StarPayment(told.id, payer.user.id, told.amount, payer.invoice_payload, told.date))


async def _ask(send: Callable[[], Awaitable[T]]) -> T:
    """Send, up to three times. Raises only our errors."""
    reached = False

    async def once() -> T:
        nonlocal reached
        try:
            return await send()
        except (TelegramError, KeyError, TypeError, ValueError) as error:
            failure = in_our_words(error)
            reached = reached or isinstance(failure, OutcomeUnknown)
            raise (_unknown() if reached and isinstance(failure, Unavailable) else failure) from error

    return await stamina.AsyncRetryingCaller(attempts=3, wait_initial=0.2, wait_max=2, wait_jitter=0.2)(
        _worth_repeating, once
    )


def in_our_words(error: Exception) -> PaymentError:
    """Which of our errors this is. No text of the library's is passed on unread: some hold the token."""
    if isinstance(error, RetryAfter):
        return Unavailable("Telegram asks us to slow down.")
    if isinstance(error, BadRequest):
        return _refused(error.message)
    if isinstance(error, InvalidToken | Forbidden | Conflict):
        return NotConfigured("Telegram does not accept the bot's token, or the bot may not do this.")
    never_left = type(error.__cause__).__name__ in NEVER_LEFT
    return Unavailable("Telegram cannot be reached.") if never_left else _unknown()


def _refused(message: str) -> PaymentError:
    reason = message.lower()
    if "charge_already_refunded" in reason:
        return AlreadyGivenBack("These Stars went back before.")
    if PROVIDER in reason:
        return NotConfigured("Telegram does not accept the provider token: take it anew from @BotFather, Payments.")
    if any(word in reason for word in ABOUT_MONEY):
        return AmountRefused(f"Telegram does not take this sum, or not in this currency ({message}).")
    return NotConfigured(f"Telegram refused the request: {message}.")


def _worth_repeating(error: Exception) -> bool:
    busy: Any = error.__cause__
    return isinstance(error, Unavailable | OutcomeUnknown) and not isinstance(busy, RetryAfter)


def _unknown() -> PaymentError:
    return OutcomeUnknown("Telegram gave no clear answer; what happened has to be looked up.")

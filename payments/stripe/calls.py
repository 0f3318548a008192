"""The way to the SDK and back: connecting, repeating what is safe to repeat, and its errors in our words."""

import re
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
import stamina
import stripe

from payments.errors import AmountRefused, Declined, NotConfigured, OutcomeUnknown, PaymentError, Unavailable

T = TypeVar("T")

# Raised while the connection was being made: nothing of the request was sent.
NEVER_LEFT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
TRANSPORT = (stripe.StripeError, aiohttp.ClientError, TimeoutError)

_ABOUT_MONEY = re.compile(r"\b(amount|unit_amount|currency)\]?$")
_AMOUNT_CODES = re.compile(r"amount|charge_already_refunded|charge_disputed|currency")
_SECRET = re.compile(r"\b(sk|rk|pk|whsec)_\w+")


def connect(api_key: str, api_url: str, timeout: float) -> tuple[stripe.StripeClient, stripe.AIOHTTPClient]:
    """The SDK's client for one account, and the connections to close in the end."""
    patience = aiohttp.ClientTimeout(total=None, connect=timeout, sock_connect=timeout, sock_read=timeout)
    # aiohttp and not httpx: `stripe.HTTPXClient` warns that it is going away. `ask` repeats, so the SDK does not.
    http = stripe.AIOHTTPClient(timeout=patience)
    return stripe.StripeClient(
        api_key, http_client=http, base_addresses={"api": api_url.rstrip("/")}, max_network_retries=0
    ), http


async def ask(send: Callable[[], Awaitable[T]]) -> T:
    """Send, up to three times, with the same idempotency key. Raises only our errors.

    The SDK's own retries forget what went before: no answer, then no connection, would look as if nothing ever left.
    """
    reached = False

    async def once() -> T:
        nonlocal reached
        try:
            return await send()
        except TRANSPORT as error:
            failure = in_our_words(error)
            reached = reached or isinstance(failure, OutcomeUnknown)
            raise (_unknown(error) if reached and isinstance(failure, Unavailable) else failure) from error

    return await stamina.AsyncRetryingCaller(attempts=3, wait_initial=0.2, wait_max=2, wait_jitter=0.2)(
        _worth_repeating, once
    )


def in_our_words(error: Exception) -> PaymentError:
    """Which of our errors this is."""
    return next(make(error) for kind, make in _TABLE if isinstance(error, kind))


def _worth_repeating(error: Exception) -> bool:
    # Stripe says in a header when trying again is of no use, or is wanted after all.
    advice = getattr(error.__cause__, "headers", None) or {}
    wanted = {"true": True, "false": False}.get(advice.get("stripe-should-retry", ""))
    busy = isinstance(error.__cause__, stripe.RateLimitError)
    return isinstance(error, Unavailable | OutcomeUnknown) and (not busy if wanted is None else wanted)


def _connection(error: Exception) -> PaymentError:
    return Unavailable("Stripe cannot be reached.") if isinstance(error.__cause__, NEVER_LEFT) else _unknown(error)


def _refused(error: Exception) -> PaymentError:
    param, code = getattr(error, "param", None) or "", getattr(error, "code", None) or ""
    if _ABOUT_MONEY.search(param) or _AMOUNT_CODES.search(code):
        return AmountRefused(_message(error))
    return NotConfigured(f"Stripe refused the request: {_message(error)}")


def _declined(error: Exception) -> PaymentError:
    return Declined(_message(error))


def _keys(error: Exception) -> PaymentError:
    return NotConfigured("Stripe does not accept the API key, or the key may not do this.")


def _busy(error: Exception) -> PaymentError:
    return Unavailable("Stripe asks us to slow down.")


def _unknown(error: Exception) -> PaymentError:
    return OutcomeUnknown("Stripe gave no clear answer; what happened has to be looked up.")


def _message(error: Exception) -> str:
    return _SECRET.sub("the key", str(getattr(error, "user_message", None) or "it gave no reason."))


# The first row that fits decides; what nobody named may have moved money.
_TABLE: tuple[tuple[type[Exception], Callable[[Exception], PaymentError]], ...] = (
    (stripe.APIConnectionError, _connection),
    (stripe.CardError, _declined),
    (stripe.InvalidRequestError, _refused),
    (stripe.AuthenticationError, _keys),
    (stripe.PermissionError, _keys),
    (stripe.RateLimitError, _busy),
    (Exception, _unknown),
)

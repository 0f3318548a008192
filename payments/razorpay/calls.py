"""The way to the SDK and back: threads for its blocking calls, time limits, repeats, and its errors in our words."""

import asyncio
import re
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import razorpay
import requests
import stamina
from razorpay.errors import BadRequestError
from requests.adapters import NewConnectionError  # type: ignore[attr-defined]  # urllib3's own

from payments.errors import AmountRefused, NotConfigured, OutcomeUnknown, PaymentError, Unavailable

Call = Callable[[Any], Any]
AT_ONCE = 8
"""So many calls run at the same time, on threads of their own: a slow Razorpay holds up nobody else's."""

# https://razorpay.com/docs/api/refunds: "greater than amount captured", "has been fully refunded already".
_ABOUT_MONEY = re.compile(r"\bamount\b|\bcurrency\b|refunded", re.IGNORECASE)


class Line:
    """The session that the SDK sends through: no call without a time limit (seconds), no silence without its error.

    The SDK knows neither: it waits for ever, prints to standard output when a connection fails, and drops the status.
    """

    def __init__(self, timeout: float) -> None:
        self._session, self._timeout = requests.Session(), timeout

    def get(self, url: str, **given: Any) -> Any:
        """The answer to a GET. Raises what `_send` raises."""
        return self._send("GET", url, given)

    def post(self, url: str, **given: Any) -> Any:
        """The answer to a POST. Raises what `_send` raises."""
        return self._send("POST", url, given)

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def _send(self, method: str, url: str, given: dict[str, Any]) -> Any:
        """An answer in JSON whose status leaves the verdict to the SDK. Raises PaymentError for any other."""
        try:
            answer = self._session.request(method, url, timeout=self._timeout, **given)
            _judge(answer.status_code)
            answer.json()
        except requests.RequestException as error:
            raise _silence(error) from error
        return answer


class Exchange:
    """Carries calls to Razorpay and back, a client and its session for each that is under way."""

    def __init__(self, key_id: str, key_secret: str, api_url: str, timeout: float) -> None:
        self._auth, self._url, self._timeout = (key_id, key_secret), api_url.rstrip("/"), timeout
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="razorpay")
        # One for each call and not one for all: requests does not promise that threads may share a session.
        self._idle: deque[Any] = deque()

    async def ask(self, call: Call, *, safe: bool = True) -> dict[str, Any]:
        """Carry out, up to three times, but what is not `safe` never again after silence. Raises only our errors."""
        reached = False

        async def once() -> dict[str, Any]:
            nonlocal reached
            try:
                return await asyncio.get_running_loop().run_in_executor(self._threads, self._carry_out, call)
            except OutcomeUnknown:
                reached = True
                raise
            except Unavailable as error:
                # No answer, then no connection: that the last try never left says nothing about the first.
                raise (_unknown() if reached else error) from error

        def worth_repeating(error: Exception) -> bool:
            return isinstance(error, Unavailable) or (safe and isinstance(error, OutcomeUnknown))

        again = stamina.AsyncRetryingCaller(attempts=3, wait_initial=0.2, wait_max=2, wait_jitter=0.2)
        return await again(worth_repeating, once)

    async def aclose(self) -> None:
        """Wait for what is under way, which the time limit ends, and close the connections."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        while self._idle:
            self._idle.pop().session.close()

    def _carry_out(self, call: Call) -> dict[str, Any]:
        client = self._client()
        try:
            answer = call(client)
        except PaymentError:
            raise
        except Exception as error:
            raise in_our_words(error, hidden=self._auth) from error
        finally:
            self._idle.append(client)
        if not isinstance(answer, dict):
            raise _unknown()
        return answer

    def _client(self) -> Any:
        try:
            return self._idle.pop()
        except IndexError:
            return razorpay.Client(session=Line(self._timeout), auth=self._auth, base_url=self._url)


def in_our_words(error: Exception, *, hidden: Iterable[str] = ()) -> PaymentError:
    """Which of our errors an SDK's error is, without the words to hide; what it does not name may have moved money."""
    if not isinstance(error, BadRequestError):
        return _unknown()
    told = str(error) or "it gave no reason."
    for word in hidden:
        told = told.replace(word, "the key")
    return AmountRefused(told) if _ABOUT_MONEY.search(told) else NotConfigured(f"Razorpay refused the request: {told}")


def _judge(status: int) -> None:
    """Raise for a status that decides by itself, whatever the body says."""
    if status in (401, 403):
        raise NotConfigured("Razorpay does not accept the API key, or the key may not do this.")
    if status == 429:
        raise Unavailable("Razorpay asks us to slow down.")
    # 409: the same refund is being carried out at this moment.
    if status == 409 or status >= 500:
        raise _unknown()


def _silence(error: Exception) -> PaymentError:
    return Unavailable("Razorpay cannot be reached.") if _never_left(error) else _unknown()


def _never_left(error: Exception) -> bool:
    """Whether the connection was never made, so that nothing of the request was sent."""
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.ConnectTimeout) or isinstance(cause, NewConnectionError)


def _unknown() -> OutcomeUnknown:
    return OutcomeUnknown("Razorpay gave no clear answer; what happened has to be looked up.")

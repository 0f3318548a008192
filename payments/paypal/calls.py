"""The way to PayPal's API and back: connections, the access token, and repeating what is safe to repeat."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import httpx2
import stamina

from payments.errors import OutcomeUnknown, Unavailable
from payments.gateway import Clock
from payments.paypal.refusals import NO_ANSWER, Refusal, in_our_words, read_refusal

T = TypeVar("T")
Json = dict[str, Any]

# Raised while the connection was being made: nothing of the request was sent.
NEVER_LEFT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
MARGIN = timedelta(minutes=1)
"""A token is renewed this long before PayPal would refuse it."""


@dataclass(frozen=True, slots=True)
class Token:
    """What opens the API until `ends` (UTC), and the app it was given to."""

    value: str
    ends: datetime
    app: str


class Caller:
    """One account's connections. `timeout` is in seconds, for connecting and for each read."""

    def __init__(self, client_id: str, client_secret: str, api_url: str, *, timeout: float, now: Clock) -> None:
        self._root, self._now = api_url.rstrip("/"), now
        self._basic = httpx2.BasicAuth(client_id, client_secret)
        # Without redirects: neither keys nor certificates are looked for anywhere else.
        self._http = httpx2.AsyncClient(timeout=timeout, follow_redirects=False)
        self._token: Token | None = None
        self._renewing = asyncio.Lock()

    async def ask(self, method: str, path: str, content: bytes = b"", *, key: str = "", full: bool = False) -> Json:
        """PayPal's answer, asked for up to three times with the same `PayPal-Request-Id`. Raises only our errors.

        `full` asks for the whole object instead of its id and links.
        """
        headers = {"Content-Type": "application/json"} | ({"Prefer": "return=representation"} if full else {})
        headers |= {"PayPal-Request-Id": key} if key else {}
        return await _insist(lambda: self._authorized(method, path, content, headers))

    async def token(self) -> Token:
        """A token that is still good, a new one when there is none.

        Raises NotConfigured, or Unavailable: whatever happened to this call, the one it is for never left.
        """
        async with self._renewing:
            if self._token is None or self._token.ends <= self._now():
                self._token = await self._fresh_token()
            return self._token

    async def fetch(self, url: str) -> bytes:
        """A document that needs no token. Raises OutcomeUnknown or Unavailable when it cannot be had."""
        response = await self._send(self._http.build_request("GET", url))
        if response.status_code != httpx2.codes.OK:
            raise Unavailable("PayPal does not hand out the document.")
        return response.content

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _authorized(self, method: str, path: str, content: bytes, headers: dict[str, str]) -> Json:
        token = await self.token()
        response = await self._request(method, path, content, headers, token)
        if response.status_code == httpx2.codes.UNAUTHORIZED:
            # PayPal may take a token back before its time: the same request once more, with a new one.
            self._forget(token)
            response = await self._request(method, path, content, headers, await self.token())
        return _read(response)

    async def _request(
        self, method: str, path: str, content: bytes, headers: dict[str, str], token: Token
    ) -> httpx2.Response:
        head = headers | {"Authorization": f"Bearer {token.value}"}
        return await self._send(
            self._http.build_request(method, f"{self._root}{path}", content=content or None, headers=head)
        )

    async def _send(self, request: httpx2.Request, auth: httpx2.Auth | None = None) -> httpx2.Response:
        try:
            return await self._http.send(request, auth=auth)
        except NEVER_LEFT as error:
            raise Unavailable("PayPal cannot be reached.") from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise OutcomeUnknown(NO_ANSWER) from error

    async def _fresh_token(self) -> Token:
        asked_at = self._now()
        request = self._http.build_request(
            "POST", f"{self._root}/v1/oauth2/token", data={"grant_type": "client_credentials"}
        )
        try:
            told = _read(await self._send(request, self._basic))
            ends = asked_at + timedelta(seconds=int(told["expires_in"])) - MARGIN
            return Token(str(told["access_token"]), ends, str(told.get("app_id") or ""))
        except (OutcomeUnknown, LookupError, TypeError, ValueError, OverflowError) as error:
            raise Unavailable("PayPal gives us no access token at the moment.") from error

    def _forget(self, token: Token) -> None:
        if self._token is token:
            self._token = None


async def _insist(send: Callable[[], Awaitable[T]]) -> T:
    """Send up to three times. No answer, then no connection, is still no answer: something may have arrived."""
    reached = False

    async def once() -> T:
        nonlocal reached
        try:
            return await send()
        except OutcomeUnknown:
            reached = True
            raise
        except Unavailable as error:
            raise (OutcomeUnknown(NO_ANSWER) if reached else error) from error.__cause__

    return await stamina.AsyncRetryingCaller(attempts=3, wait_initial=0.2, wait_max=2, wait_jitter=0.2)(
        _worth_repeating, once
    )


def _worth_repeating(error: Exception) -> bool:
    busy = isinstance(error.__cause__, Refusal) and error.__cause__.status == httpx2.codes.TOO_MANY_REQUESTS
    return isinstance(error, Unavailable | OutcomeUnknown) and not busy


def _read(response: httpx2.Response) -> Json:
    """The object in a 2xx answer. Raises our errors for every other one."""
    if not response.is_success:
        refusal = read_refusal(response.status_code, response.content)
        raise in_our_words(refusal) from refusal
    try:
        told = response.json()
    except (ValueError, RecursionError) as error:
        raise OutcomeUnknown(NO_ANSWER) from error
    if not isinstance(told, dict):
        raise OutcomeUnknown(NO_ANSWER)
    return told

"""The way to PhonePe and back: its token, repeating what is safe to repeat, and its refusals in our words."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx2
import stamina

from payments.errors import AmountRefused, NotConfigured, OutcomeUnknown, PaymentError, Unavailable
from payments.gateway import Clock
from payments.phonepe.errors import Busy, Refusal

# Raised while the connection was being made: nothing of the request was sent.
NEVER_LEFT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
TOKEN_PATH = "/v1/oauth/token"  # noqa: S105  # a path
RENEWED_BEFORE = timedelta(minutes=5)
"""PhonePe's checklist asks for a new token three to five minutes before the old one ends, and not for every call."""
_ABOUT_MONEY = re.compile(r"amount", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Access:
    """A token as it stands in the header, and when to fetch the next one."""

    header: str
    renew_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Who we are for PhonePe."""

    client_id: str
    client_secret: str
    client_version: str


class Line:
    """A connection to one PhonePe account: `pg` and `oauth` are the addresses before the vendor's own paths."""

    def __init__(self, credentials: Credentials, *, pg: str, oauth: str, timeout: float, now: Clock) -> None:
        self._credentials, self._pg, self._oauth, self._now = credentials, pg, oauth, now
        self._http = httpx2.AsyncClient(timeout=timeout)
        self._access: Access | None = None
        self._renewing = asyncio.Lock()

    async def read(self, path: str, **query: str) -> dict[str, Any]:
        """Ask. Raises Refusal for what PhonePe does not know; Unavailable without an answer: asking moves nothing."""
        try:
            return await _repeated(lambda: self._once("GET", path, params=query))
        except OutcomeUnknown as error:
            raise Unavailable("PhonePe does not answer.") from error

    async def send(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Ask for something to be done, with the same ids at every try. Raises only our errors."""
        return await _repeated(lambda: self._once("POST", path, json=dict(body)))

    async def renew(self) -> None:
        """Fetch a fresh token. Raises NotConfigured when the keys are wrong, Unavailable without an answer."""
        form = {
            "client_id": self._credentials.client_id,
            "client_version": self._credentials.client_version,
            "client_secret": self._credentials.client_secret,
            "grant_type": "client_credentials",
        }
        try:
            told = self._told(await self._call("POST", self._oauth + TOKEN_PATH, data=form))
        except OutcomeUnknown as error:
            # Whatever was to be done has not left yet.
            raise Unavailable("PhonePe gives no access token at the moment.") from error
        except Refusal as error:
            raise NotConfigured("PhonePe does not accept the client id, its version or the client secret.") from error
        self._access = _access(told, self._now())

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _once(self, method: str, path: str, **given: Any) -> dict[str, Any]:
        used = await self._header()
        answer = await self._call(method, self._pg + path, headers={"Authorization": used}, **given)
        if answer.status_code == httpx2.codes.UNAUTHORIZED:
            # A token may be withdrawn before its time: the answer says that nothing was done.
            used = await self._header(stale=used)
            answer = await self._call(method, self._pg + path, headers={"Authorization": used}, **given)
        return self._told(answer)

    async def _header(self, stale: str = "") -> str:
        """The token in use; a new one when it is about to end or is `stale`. Callers at the same time fetch one."""
        async with self._renewing:
            known = self._access
            if known is None or known.header == stale or known.renew_at <= self._now():
                await self.renew()
            if self._access is None:
                raise Unavailable("PhonePe gives no access token at the moment.")
            return self._access.header

    async def _call(self, method: str, url: str, **given: Any) -> httpx2.Response:
        try:
            return await self._http.request(method, url, **given)
        except NEVER_LEFT as error:
            raise Unavailable("PhonePe cannot be reached.") from error
        except httpx2.HTTPError as error:
            raise _unknown() from error

    def _told(self, answer: httpx2.Response) -> dict[str, Any]:
        """The answer's object, when it is a good one. Raises the error that says what to do."""
        body = _object(answer)
        if answer.is_success and body is not None:
            return body
        raise self._failure(answer.status_code, body or {})

    def _failure(self, status: int, body: Mapping[str, Any]) -> PaymentError:
        if status in (httpx2.codes.UNAUTHORIZED, httpx2.codes.FORBIDDEN):
            return NotConfigured("PhonePe does not accept the access token, or the account may not do this.")
        if status == httpx2.codes.TOO_MANY_REQUESTS:
            return Busy("PhonePe asks us to slow down.")
        if status == httpx2.codes.REQUEST_TIMEOUT or not httpx2.codes.is_client_error(status):
            return _unknown()
        said = self._clean(str(body.get("message") or "it gave no reason."))
        if _ABOUT_MONEY.search(f"{body.get('code')} {said}"):
            return AmountRefused(f"PhonePe refused the sum: {said}")
        return Refusal(f"PhonePe refused the request: {said}")

    def _clean(self, said: str) -> str:
        token = self._access.header.partition(" ")[2] if self._access else ""
        for secret in (self._credentials.client_secret, token):
            said = said.replace(secret, "***") if secret else said
        return said[:200]


async def _repeated(once: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    """Try up to three times. No answer, then no connection, stays an unknown outcome: the first may have arrived."""
    reached = False

    async def attempt() -> dict[str, Any]:
        nonlocal reached
        try:
            return await once()
        except OutcomeUnknown:
            reached = True
            raise
        except Unavailable as error:
            if reached:
                raise _unknown() from error
            raise

    retrying = stamina.AsyncRetryingCaller(attempts=3, wait_initial=0.2, wait_max=2, wait_jitter=0.2)
    return await retrying(_worth_repeating, attempt)


def _worth_repeating(error: Exception) -> bool:
    busy = isinstance(error, Busy) or isinstance(error.__cause__, Busy)
    return isinstance(error, Unavailable | OutcomeUnknown) and not busy


def _unknown() -> OutcomeUnknown:
    return OutcomeUnknown("PhonePe gave no clear answer; what happened has to be looked up.")


def _object(answer: httpx2.Response) -> dict[str, Any] | None:
    try:
        body = answer.json()
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _access(told: Mapping[str, Any], now: datetime) -> Access:
    """Times of tokens are in seconds. A token that lives shortly is renewed after half of its life."""
    token, ends = told.get("access_token"), told.get("expires_at")
    if not isinstance(token, str) or not token or type(ends) is not int:
        raise Unavailable("PhonePe's access token cannot be read.")
    lasts = timedelta(seconds=min(max(ends - now.timestamp(), 0), 86400))
    return Access(f"{told.get('token_type') or 'O-Bearer'} {token}", now + lasts - min(RENEWED_BEFORE, lasts / 2))

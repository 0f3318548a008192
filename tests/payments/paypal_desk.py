"""A small real server where PayPal would be: hands out tokens and certificates, and answers with what it was given."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from payments.paypal import PayPal, PayPalKeys
from tests.payments.paypal_payloads import CERT_PATH, NOW, WEBHOOK_ID, certificate

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
SHORT = 0.5
"""Seconds of patience for tests in which somebody never answers."""


@dataclass(frozen=True)
class Heard:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Desk:
    """The server, the gateway before it, and what it heard. `now` is the gateway's clock."""

    answers: tuple[Answer, ...] = ()
    grants: list[Answer] = field(default_factory=list)
    papers: list[Answer] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    granted: list[Heard] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    now: datetime = NOW
    root: str = ""
    till: PayPal = field(init=False)

    async def grant(self, request: web.Request) -> web.StreamResponse:
        self.granted.append(await _heard(request))
        if self.grants:
            return await self.grants.pop(0)(request)
        token = {"access_token": f"A21AAtoken{len(self.granted)}", "token_type": "Bearer", "expires_in": 32400}
        return web.json_response(token | {"app_id": "APP-80W284485P519543T"})

    async def certify(self, request: web.Request) -> web.StreamResponse:
        self.fetched.append(request.path)
        if self.papers:
            return await self.papers.pop(0)(request)
        return web.Response(body=certificate())

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.heard.append(await _heard(request))
        return await self.answers[min(len(self.heard), len(self.answers)) - 1](request)


async def _heard(request: web.Request) -> Heard:
    return Heard(request.method, request.path_qs, dict(request.headers), await request.read())


@asynccontextmanager
async def desk(
    *answers: Answer, patience: float = 10, webhook_id: str = WEBHOOK_ID, **keys: Any
) -> AsyncIterator[Desk]:
    """A gateway before a server that gives these answers in turn, the last one for ever."""
    there, app = Desk(answers or (says({}),)), web.Application()
    app.router.add_post("/v1/oauth2/token", there.grant)
    app.router.add_get(CERT_PATH, there.certify)
    app.router.add_route("*", "/{path:.*}", there.answer)
    async with TestServer(app) as server:
        there.root = str(server.make_url("")).rstrip("/")
        given = PayPalKeys("client", "secret-of-ours", webhook_id, there.root, patience, **keys)
        there.till = PayPal(given, now=lambda: there.now)
        async with aclosing(there.till):
            yield there


def says(body: Any, status: int = 200, **headers: str) -> Answer:
    """An answer in JSON."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.json_response(body, status=status, headers=headers)

    return answer


async def never(request: web.Request) -> web.StreamResponse:
    """Take the request and say nothing."""
    await asyncio.Event().wait()
    return web.Response()


async def breaks_off(request: web.Request) -> web.StreamResponse:
    """Take the request and hang up in the middle of the answer."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"id":')
    assert request.transport is not None
    request.transport.abort()
    return response


async def babbles(request: web.Request) -> web.StreamResponse:
    """A proxy's page instead of JSON."""
    return web.Response(text="<h1>Bad gateway</h1>", status=502)

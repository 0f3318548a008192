"""Razorpay's API as a small real server that gives the answers a test names, and keeps what it was asked."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from payments.gateway import CheckoutOrder
from payments.money import Money
from payments.razorpay import Razorpay
from tests.payments.razorpay_payloads import NOW, UNPAID, Json, gateway

ORDER = CheckoutOrder(
    reference="ord_1",
    amount=Money(50000, "INR"),
    description="Consultation",
    payee="Acme",
    return_url="http://127.0.0.1/back",
    cancel_url="http://127.0.0.1/away",
    expires_at=NOW + timedelta(hours=1),
    key="key_0000001",
)
TAKEN = "payment link creation with reference ID already attempted"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    line: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """What stands in the body."""
        return json.loads(self.body)


def says(body: object, status: int = 200) -> Answer:
    """This JSON."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.json_response(body, status=status)

    return answer


def refuses(description: str, status: int = 400, code: str = "BAD_REQUEST_ERROR") -> Answer:
    """Razorpay's form of an error."""
    error = {"code": code, "description": description, "source": "NA", "step": "NA", "reason": "NA", "metadata": {}}
    return says({"error": error}, status)


def lists(*items: Json) -> Answer:
    """A collection."""
    return says({"entity": "collection", "count": len(items), "items": items})


def finds(*links: Json) -> Answer:
    """The answer to a search for links."""
    return says({"payment_links": links})


OPENED = says(UNPAID)


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


async def hangs_up(request: web.Request) -> web.StreamResponse:
    """Take the request and hang up."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def babbles(request: web.Request) -> web.StreamResponse:
    """A proxy's page instead of JSON."""
    return web.Response(text="<h1>Bad gateway</h1>", status=502)


@asynccontextmanager
async def answering(*answers: Answer, account: str = "") -> AsyncIterator[tuple[Razorpay, list[Asked]]]:
    """A gateway before a server that gives these answers in turn, the last one for ever."""
    heard: list[Asked] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        heard.append(Asked(f"{request.method} {request.path_qs}", request.headers.copy(), await request.read()))
        return await answers[min(len(heard), len(answers)) - 1](request)

    async with serving(answer) as url, aclosing(gateway(api_url=url, timeout=0.3, account=account)) as till:
        yield till, heard


@asynccontextmanager
async def routing(routes: dict[str, Answer]) -> AsyncIterator[tuple[Razorpay, list[Asked]]]:
    """A gateway before a server that answers by method and path, in whatever order it is asked."""
    heard: list[Asked] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        heard.append(Asked(f"{request.method} {request.path_qs}", request.headers.copy(), await request.read()))
        return await routes[f"{request.method} {request.path}"](request)

    async with serving(answer) as url, aclosing(gateway(api_url=url, timeout=0.3)) as till:
        yield till, heard


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[str]:
    """The server's address."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))

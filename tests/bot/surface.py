"""Bellhop's web application in the test's own process: its routes, what it takes to come in, and how to ask it."""

import asyncio
from collections.abc import Coroutine, Iterator
from copy import copy
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, APIWebSocketRoute

from bot.app import App, build
from bot.clock import Clock
from sandbox.world import World
from storage.schema import upgrade
from tests.stories.stage import settings_for

T = TypeVar("T")
ROOT = "http://127.0.0.1:9"

ANYBODY = {
    "/healthz", "/readyz", "/metrics", "/static/{version}/{name}", "/", "/privacy", "/slack/install",
}  # fmt: skip
"""Says nothing of anybody."""
SIGNED = {
    "/webhooks/{gateway}",
    "/webhooks/{gateway}/{team}",
    "/telegram",
    "/telegram/{account}",
    "/slack/events",
    "/slack/oauth_redirect",
}
"""The body's signature, a header's secret or a state of our own making says who it is."""
CODE = (
    "/room/{join_code}", "/pay/{code}", "/pretend/{ref}", "/setup/{code}", "/agree/{code}", "/buy/{code}",
)  # fmt: skip
"""A secret in the address opens one thing, here and below."""
SESSION = ("/setup",)
"""A secret code was exchanged for a cookie before."""


class InProcess:
    """The whole program, not started: nothing outside can be reached. Ask it as a browser far away would."""

    def __init__(self, folder: Path, *, now: Clock | None = None, all_gateways: bool = False) -> None:
        self.runner = asyncio.Runner()
        world = World(product_url=ROOT)
        world.public_url = f"{ROOT}/nobody"
        told = settings_for(world, folder, ROOT, polling=False, all_gateways=all_gateways)
        self.app: App = build(told.model_copy(update={"address_requests_per_minute": 1_000_000}), now=now)
        self.run(upgrade(self.app.house.database))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    async def ask(self, method: str, url: str, **more: Any) -> httpx2.Response:
        """One request, as a browser of somebody far away would send it."""
        return await self.send(httpx2.Request(method, httpx2.URL(ROOT).join(url), **more))

    async def send(self, request: httpx2.Request) -> httpx2.Response:
        """What is answered; an exception of ours comes out as it is."""
        there = httpx2.ASGITransport(self.app.web, raise_app_exceptions=True, client=("203.0.113.7", 4711))
        async with httpx2.AsyncClient(transport=there) as client:
            return await client.send(request)

    def close(self) -> None:
        self.run(self.app.house.close_gateways())
        self.run(self.app.house.database.aclose())
        self.runner.close()


def routes_of(app: App) -> list[APIRoute]:
    """Every route of ours, those that no schema shows too."""
    return [route for route in doors_of(app) if isinstance(route, APIRoute)]


def doors_of(app: App) -> list[APIRoute | APIWebSocketRoute]:
    """The routes, and the sockets beside them."""
    return list(_doors(app.web.routes))


def _doors(there: Any) -> Iterator[APIRoute | APIWebSocketRoute]:
    for route in there:
        if isinstance(route, APIRoute | APIWebSocketRoute):
            yield route
        elif (inner := getattr(route, "original_router", None)) is not None:
            yield from _doors(inner.routes)


def schema_of(app: App) -> dict[str, Any]:
    """The OpenAPI document of all of them: FastAPI makes it from the routes' own signatures."""
    shown = [copy(route) for route in routes_of(app)]
    for route in shown:
        route.include_in_schema = True
    return get_openapi(title="Bellhop", version="1", routes=shown)


def entry(path: str) -> str:
    """How one comes in at a path; empty when nobody has said."""
    if path in ANYBODY:
        return "anybody"
    if path in SIGNED:
        return "signed"
    if path.startswith(CODE):
        return "code"
    return "session" if path.startswith(SESSION) else ""

"""A stage for Slack's twin: the twin over real HTTP, and a small real Bolt app that plays the program under test."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Slack
from sandbox.world import World
from tests.serving import serving as served

Json = dict[str, Any]


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """Serve `app` on a free port of this machine; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with served(uvicorn.Config(app, log_level="error", lifespan="off"), listener):
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@dataclass
class Stage:
    """Everything a test needs: `heard` is what the Bolt app was told, `client` speaks with its token."""

    world: World
    slack: Slack
    client: AsyncWebClient
    bolt: AsyncApp
    heard: list[Json] = field(default_factory=list)

    async def hears(self, kind: str, **wanted: Any) -> Json:
        """The first thing of this type, with these fields, that the app was told; waits for it."""
        return await self.world.until(lambda: next((e for e in self.heard if fits(e, {"type": kind, **wanted})), None))

    def texts(self, user: str, channel: str) -> list[str]:
        """The texts that `user` sees in a channel, oldest first."""
        shown = next(one for one in self.slack.sees(user)["channels"] if one["id"] == channel)
        return [message["raw"] for message in shown["messages"]]


def fits(event: Json, wanted: Json) -> bool:
    """True when `event` has all that is wanted."""
    return all(event.get(name) == value for name, value in wanted.items())


def bolt_app(world: World, heard: list[Json]) -> AsyncApp:
    """A Bolt app that writes down each event; tests add what else it shall do."""
    client = AsyncWebClient(token=world.secrets.slack_bot_token, base_url=f"{world.public_url}/slack/api/")
    app = AsyncApp(signing_secret=world.secrets.slack_signing_secret, client=client, ignoring_self_events_enabled=False)

    async def listen(event: Json) -> None:
        heard.append(event)
        world.touched("heard")

    told = ("message", "app_mention", "reaction_added", "app_home_opened", "file_shared", "member_joined_channel")
    for kind in (*told, "channel_left", "group_left"):
        app.event(kind)(listen)
    app.event("app_uninstalled")(listen)
    app.event("tokens_revoked")(listen)
    return app


@asynccontextmanager
async def a_stage(world: World, slack: Slack, *, over_socket: bool = False) -> AsyncIterator[Stage]:
    """Slack, which is being served already, and the Bolt app, joined by HTTP or by Socket Mode."""
    heard: list[Json] = []
    bolt = bolt_app(world, heard)
    async with joined_by_socket(world, bolt) if over_socket else joined_by_http(world, bolt):
        yield Stage(world, slack, bolt.client, bolt, heard)


@asynccontextmanager
async def joined_by_http(world: World, bolt: AsyncApp) -> AsyncIterator[None]:
    """The app listens at /slack/events."""
    web, handler = FastAPI(), AsyncSlackRequestHandler(bolt)

    @web.post("/slack/events")
    async def events(request: Request) -> Response:
        return await handler.handle(request)

    async with serving(web) as url:
        world.product_url = url
        yield


@asynccontextmanager
async def joined_by_socket(world: World, bolt: AsyncApp) -> AsyncIterator[None]:
    """The app dials in; nobody listens at the program's address."""
    world.product_url = "http://127.0.0.1:9"
    handler = AsyncSocketModeHandler(bolt, world.secrets.slack_app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # slack_bolt leaves it unannotated
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # likewise


async def refusal(call: Any) -> str:
    """Slack's word for why it refused `call`."""
    try:
        await call
    except SlackApiError as error:
        return str(error.response["error"])
    return ""

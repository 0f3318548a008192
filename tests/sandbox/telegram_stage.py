"""A stage for Telegram's twin: the real python-telegram-bot, and a small server that takes pushed updates."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from telegram import Bot

from sandbox.world import World

Json = dict[str, Any]
MIA, ARJUN, EVE, ANA, BEN = 1001, 1002, 1003, 2001, 2002
GROUP = -1001000000001
# The smallest PNG: one transparent point.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


@asynccontextmanager
async def speaking(world: World, url: str, token: str = "") -> AsyncIterator[Bot]:
    """The bot, pointed at the sandbox."""
    api, files = f"{url}/telegram/bot", f"{url}/telegram/file/bot"
    async with Bot(token or world.secrets.telegram_token, base_url=api, base_file_url=files) as bot:
        yield bot


@dataclass
class Listener:
    """A program that takes updates: `statuses` are its next answers (then 200), `heard` what it took."""

    world: World
    url: str = ""
    statuses: list[int] = field(default_factory=list)
    heard: list[tuple[str, Json]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        """Answer one push."""
        body = await request.json()
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 200:
            self.heard.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token", ""), body))
            self.world.touched("test")
        return web.Response(status=status)


@asynccontextmanager
async def listening(world: World) -> AsyncIterator[Listener]:
    """A listener on a free port."""
    listener = Listener(world)
    app = web.Application()
    app.router.add_post("/telegram", listener.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    listener.url = f"http://127.0.0.1:{runner.addresses[0][1]}/telegram"
    yield listener
    await runner.cleanup()

"""A house with one team, a conversation and a room, its pages on a free port, and browsers to open them."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, async_playwright
from sqlmodel import SQLModel

from bot.pages.routes import page_routes
from handlers.house import House
from payments.gateway import utc_now
from storage.database import Database
from tests.pages.stage import FILES, Stage, furnish
from video.webrtc import WebRtc

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]


@asynccontextmanager
async def serving(app: FastAPI, listener: socket.socket) -> AsyncIterator[None]:
    """`app` answers on `listener` until the block ends."""
    config = uvicorn.Config(
        app, ws="websockets-sansio", lifespan="off", log_level="error", timeout_graceful_shutdown=2, access_log=False
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        async with asyncio.timeout(10):
            while not server.started:
                await asyncio.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        await running


async def fetch(file: object) -> bytes:
    """The bytes of every file sent in these tests."""
    return FILES[getattr(file, "file_id", "")]


@pytest.fixture
def listener() -> socket.socket:
    """A free port of this machine."""
    return socket.create_server(("127.0.0.1", 0))


@pytest_asyncio.fixture
async def house(tmp_path: Path, listener: socket.socket) -> AsyncIterator[House]:
    """Everything the pages need, over an empty database."""
    database = Database(f"sqlite:///{tmp_path}/pages.db", keys=["k" * 43 + "="], clock=utc_now)
    async with database.engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    yield House(database, utc_now, url, rooms={"webrtc": WebRtc()})
    await database.aclose()


@pytest_asyncio.fixture
async def stage(house: House, listener: socket.socket) -> AsyncIterator[Stage]:
    """Ana sells, Carla asks; their room is open and the pages are served."""
    app = FastAPI()
    app.include_router(page_routes(house, fetch))
    async with serving(app, listener):
        yield await furnish(house)


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium with a made-up camera and microphone."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        await running.close()

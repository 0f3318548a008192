"""A house with one team, a conversation and a room, its pages on a free port, and browsers to open them."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
import uvicorn
from axe_playwright_python.async_playwright import Axe
from fastapi import FastAPI
from sqlmodel import SQLModel

from bot.pages.routes import page_routes
from handlers.heard import HEARD
from handlers.house import House
from handlers.router import hear
from payments.gateway import Gateway, utc_now
from payments.razorpay import Razorpay, RazorpayKeys
from payments.stripe import Stripe, StripeKeys
from sandbox.app import Cast
from sandbox.server import Guest, running
from sandbox.world import World
from storage import signals
from storage.database import Database
from tests.outside import cast, world
from tests.pages.stage import FILES, LEASE, Stage, furnish
from video.jitsi import Jitsi, JitsiKeys
from video.webrtc import WebRtc

__all__ = ["cast", "world"]


@asynccontextmanager
async def serving(app: FastAPI, listener: socket.socket) -> AsyncIterator[None]:
    """`app` answers on `listener`, which is open already: who calls early waits."""
    config = uvicorn.Config(app, ws="websockets-sansio", lifespan="off", log_config=None, timeout_graceful_shutdown=2)
    server = Guest(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await task


async def hear_all(house: House) -> None:
    """Hand everything in the inbox to its handler, as the program does."""
    async with house.database.signals.listen(signals.INBOX) as woken:
        while True:
            woken.clear()
            while await _hear_some(house):
                pass
            await woken.wait()


async def _hear_some(house: House) -> int:
    async with house.database.begin() as work:
        jobs = await work.inbox.claim(10, LEASE)
        for job in jobs:
            await hear(house, work, HEARD.validate_json(job.body))
            await work.inbox.done(job)
    return len(jobs)


async def fetch(file: object) -> bytes:
    """The bytes of every file sent in these tests."""
    return FILES[getattr(file, "file_id", "")]


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A free port of this machine."""
    # Named as TCP, or asyncio leaves Nagle's algorithm on and every answer takes 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as opened:
        opened.bind(("127.0.0.1", 0))
        opened.listen()
        yield opened


@pytest_asyncio.fixture
async def house(tmp_path: Path, listener: socket.socket, world: World, cast: Cast) -> AsyncIterator[House]:
    """Everything the pages need: an empty database, Stripe and Jitsi as the sandbox plays them, our own room."""
    database = Database(f"sqlite:///{tmp_path}/pages.db", keys=["k" * 43 + "="], clock=utc_now)
    async with database.engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    async with running(world, cast) as outside:
        secrets = world.secrets
        stripe = Stripe(
            StripeKeys(
                secrets.stripe_api_key, secrets.stripe_webhook_secret, f"{outside}/stripe",
                publishable_key=secrets.stripe_publishable_key, js_url=f"{outside}/static/stripe/stripe.js",
            ),
            now=utc_now,
        )  # fmt: skip
        razorpay = Razorpay(
            RazorpayKeys(
                secrets.razorpay_key_id, secrets.razorpay_key_secret, api_url=f"{outside}/razorpay", upi_qr=True
            ),
            now=utc_now,
        )
        jitsi = Jitsi(JitsiKeys(outside, secrets.jitsi_app_id, secrets.jitsi_app_secret))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        gateways: dict[str, Gateway] = {"stripe": stripe, "razorpay": razorpay}
        house = House(database, utc_now, url, gateways=gateways, rooms={"webrtc": WebRtc(), "jitsi": jitsi})
        yield house
        await house.close_gateways()
    await database.aclose()


@pytest_asyncio.fixture
async def stage(house: House, listener: socket.socket) -> AsyncIterator[Stage]:
    """Ana sells, Carla asks; their room is open and the pages are served."""
    app = FastAPI()
    app.include_router(page_routes(house, fetch))
    furnished = await furnish(house)
    hearing = asyncio.create_task(hear_all(house))
    async with serving(app, listener):
        yield furnished
    hearing.cancel()
    await asyncio.gather(hearing, return_exceptions=True)


@pytest.fixture
def axe() -> Axe:
    """The judge of accessibility."""
    return Axe()

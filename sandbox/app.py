"""The sandbox in one application: every vendor's twin, the page that shows them, and the levers."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

from fastapi import APIRouter, FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from sandbox.controls import Receiver, controls
from sandbox.jitsi import Jitsi
from sandbox.paypal import PayPal
from sandbox.phonepe import PhonePe
from sandbox.razorpay import Razorpay
from sandbox.slack import Slack
from sandbox.stripe import Stripe
from sandbox.telegram import Telegram
from sandbox.twin import Twin
from sandbox.wire import Wire
from sandbox.world import World

HERE = Path(__file__).parent
SHOWN = frozenset({".js", ".css", ".svg", ".png", ".webp", ".woff2"})


@dataclass(frozen=True)
class Cast:
    """Everyone who plays: one twin per vendor, and the team's own system."""

    world: World
    telegram: Telegram
    slack: Slack
    stripe: Stripe
    paypal: PayPal
    jitsi: Jitsi
    receiver: Receiver
    razorpay: Razorpay
    phonepe: PhonePe

    @classmethod
    def of(cls, world: World) -> Self:
        """A fresh cast in `world`."""
        return cls(
            world,
            telegram=Telegram(world),
            slack=Slack(world),
            stripe=Stripe(world),
            razorpay=Razorpay(world),
            paypal=PayPal(world),
            phonepe=PhonePe(world),
            jitsi=Jitsi(world),
            receiver=Receiver(world),
        )

    @property
    def twins(self) -> dict[str, Twin]:
        """The vendors by name."""
        gateways = (self.stripe, self.razorpay, self.paypal, self.phonepe)
        return {twin.name: twin for twin in (self.telegram, self.slack, *gateways, self.jitsi)}


@dataclass(frozen=True)
class Later:
    """A vendor's routes at `path`, made when they are first asked for: where nobody uses Slack, it costs nothing."""

    path: str
    routes: Callable[[], APIRouter]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; a mount has cut the path off already, the bare path has to be cut here."""
        root = scope.get("root_path", "")
        below = root if root.endswith(self.path) else root + self.path
        await self.routes()({**scope, "root_path": below}, receive, send)


class Assets(StaticFiles):
    """What a browser may have of a package: pictures, styles and scripts, never its Python."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Where the file is, or nowhere."""
        return super().lookup_path(path) if Path(path).suffix in SHOWN else ("", None)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, to be asked for anew each time: the sandbox is edited while it runs."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


def create_app(world: World, cast: Cast | None = None) -> FastAPI:
    """The sandbox's ASGI application; `cast` is for tests that act in the twins directly."""
    cast = cast or Cast.of(world)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        world.spawn(cast.stripe.keep_time())
        world.spawn(cast.razorpay.keep_time())
        world.spawn(cast.phonepe.keep_time())
        yield
        await world.close()

    app = FastAPI(title="Bellhop sandbox", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.add_middleware(Wire, world=world, twins=cast.twins)
    app.include_router(controls(world, cast.receiver))
    for name, twin in cast.twins.items():
        for path, part in ((f"/ui/{name}", "ui"), (f"/{name}", "api")):
            later = Later(path, partial(getattr, twin, part))
            app.router.routes += [Route(path, later), Mount(path, later)]
        app.mount(f"/static/{name}", Assets(directory=HERE / name))
    app.mount("/static/page", Assets(directory=HERE / "page"))
    _shell(app, world)
    # Jitsi's rooms stand right below the root, so they come last.
    app.include_router(cast.jitsi.root)
    return app


def _shell(app: FastAPI, world: World) -> None:
    @app.get("/", include_in_schema=False)
    async def index() -> FileResponse:
        return FileResponse(HERE / "page" / "index.html", headers={"Cache-Control": "no-cache"})

    @app.get("/ui/world")
    async def about() -> dict[str, str]:
        """Where the program under test listens."""
        return {"product_url": world.product_url, "public_url": world.public_url}

    @app.websocket("/live")
    async def live(socket: WebSocket) -> None:
        await socket.accept()
        async with world.watch() as changes:
            # From this word on nothing is missed.
            await socket.send_text("live")
            # Whoever leaves is noticed by listening, whoever stays is told what changed.
            told, heard = asyncio.create_task(_tell(socket, changes)), asyncio.create_task(_listen(socket))
            await asyncio.wait({told, heard}, return_when=asyncio.FIRST_COMPLETED)
            told.cancel()
            heard.cancel()
            await asyncio.gather(told, heard, return_exceptions=True)


async def _tell(socket: WebSocket, changes: asyncio.Queue[str]) -> None:
    while True:
        topics = {await changes.get()}
        while not changes.empty():
            topics.add(changes.get_nowait())
        for topic in sorted(topics):
            await socket.send_text(topic)


async def _listen(socket: WebSocket) -> None:
    with suppress(WebSocketDisconnect):
        while True:
            await socket.receive_text()

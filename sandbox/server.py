"""Runs the sandbox: for people at a port they name, for tests at any free one."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sandbox.app import Cast, create_app
from sandbox.wire import DROP
from sandbox.world import World


class Droppable(HttpToolsProtocol):
    """uvicorn's HTTP, with a way for the application to cut the connection."""

    def on_message_begin(self) -> None:
        """Offer the cut to whoever handles this request."""
        super().on_message_begin()
        cut: dict[Any, Any] = {DROP: self.transport.abort}
        self.scope["extensions"] = cut


class Guest(uvicorn.Server):
    """A server inside somebody else's program: signals are not its business."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield


def serve(host: str, port: int, world: World) -> None:
    """Run until stopped."""
    uvicorn.Server(_config(create_app(world), host=host, port=port)).run()


@asynccontextmanager
async def running(world: World, cast: Cast | None = None) -> AsyncIterator[str]:
    """The sandbox on a free port of this machine for as long as the block lasts; gives its address.

    The address is written into `world.public_url` before anything is asked of it.
    """
    # Named as TCP, or asyncio leaves Nagle's algorithm on and every answer takes 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        world.public_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = Guest(_config(create_app(world, cast)))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started and not task.done():  # noqa: ASYNC110  # uvicorn offers a flag, no event
            await asyncio.sleep(0.005)
        try:
            yield world.public_url
        finally:
            world.begin_closing()
            server.should_exit = True
            await task


def _config(app: FastAPI, **given: Any) -> uvicorn.Config:
    # Open pages hold a WebSocket each; nobody waits for them when the sandbox goes.
    fixed: dict[str, Any] = {"access_log": False, "log_level": "error", "timeout_graceful_shutdown": 1}
    return uvicorn.Config(app, http=Droppable, ws="websockets-sansio", lifespan="on", **fixed, **given)

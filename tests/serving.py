"""Servers inside the tests' own loop: they end when they are asked to, not at their next tick."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import uvicorn
from websockets.exceptions import InvalidState

from sandbox.app import Cast, create_app
from sandbox.server import Droppable, Guest
from sandbox.world import World

TICK = 1.0
"""Seconds between two renewals of the `Date` header."""


class Prompt(Guest):
    """Uvicorn looks every 0.1 s whether it shall end, and sleeps as long for its connections; this one is told."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.began, self._asked = asyncio.Event(), asyncio.Event()

    async def main_loop(self) -> None:
        """Until `end`."""
        self.began.set()
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), TICK)

    def end(self) -> None:
        """Take no more requests, finish those in hand."""
        self.should_exit = True
        self._asked.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """In uvicorn's order."""
        # Whoever was let in this very moment gets a line first: asyncio loses the one for a server that has closed.
        for listening in sockets or ():
            asyncio.get_running_loop().remove_reader(listening)
        await asyncio.sleep(0)
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        for connection in list(self.server_state.connections):
            # A web socket that its other end is just leaving cannot be closed a second time.
            with suppress(InvalidState):
                connection.shutdown()
        # A transport that was closed says so in the loop's next round.
        await asyncio.sleep(0)
        try:
            await asyncio.wait_for(self._wait_tasks_to_complete(), self.config.timeout_graceful_shutdown)
        except TimeoutError:
            for task in self.server_state.tasks:
                task.cancel()
        for connection in list(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        await self.lifespan.shutdown()


@asynccontextmanager
async def serving(config: uvicorn.Config, listener: socket.socket) -> AsyncIterator[None]:
    """What `config` names, behind an open socket, for as long as the block lasts."""
    server = Prompt(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    began = asyncio.create_task(server.began.wait())
    await asyncio.wait((task, began), return_when=asyncio.FIRST_COMPLETED)
    began.cancel()
    try:
        yield
    finally:
        server.end()
        await task


@asynccontextmanager
async def running(world: World, cast: Cast | None = None) -> AsyncIterator[str]:
    """The sandbox on a free port; gives its address, which is in `world.public_url` before anything is asked of it."""
    # Named as TCP, or asyncio leaves Nagle's algorithm on and every answer takes 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        world.public_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with serving(_config(world, cast), listener):
            try:
                yield world.public_url
            finally:
                world.begin_closing()


def _config(world: World, cast: Cast | None) -> uvicorn.Config:
    # As the sandbox serves itself: open pages hold a WebSocket each, and nobody waits for them.
    fixed: dict[str, Any] = {"log_level": "error", "timeout_graceful_shutdown": 1, "ws": "websockets-sansio"}
    return uvicorn.Config(create_app(world, cast), http=Droppable, lifespan="on", **fixed)

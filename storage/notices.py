"""Signals between processes: PostgreSQL carries them with the commit that they speak of. Elsewhere processes poll."""

import asyncio
from contextlib import suppress
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from storage.signals import Signals

CHANNEL = "bellhop"
LONGEST = 7000
"""Bytes; PostgreSQL takes 8000 in one notice."""
GAP = 1.0
CHECK = 15.0
"""Seconds between looks at whether the line still stands."""

log = structlog.get_logger()


async def announce(session: AsyncSession, topics: set[str]) -> None:
    """Let the commit that follows tell the other processes; at most one notice for one transaction."""
    told = ",".join(sorted(topics))[:LONGEST]
    await session.execute(text("SELECT pg_notify(:channel, :topics)"), {"channel": CHANNEL, "topics": told})


class Notices:
    """Listens for the other processes' signals and passes them on. A broken connection is opened again."""

    def __init__(self, engine: AsyncEngine, signals: Signals) -> None:
        """Nothing is heard before `start`."""
        self._engine = engine
        self._signals = signals
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Listen in the background, where the database can carry signals."""
        if self._engine.dialect.name == "postgresql":
            self._task = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        """Listen no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _listen(self) -> None:
        while True:
            try:
                await self._hear()
            except Exception as error:
                log.warning("signals of other processes are not heard", problem=type(error).__name__)
            await asyncio.sleep(GAP)

    async def _hear(self) -> None:
        async with self._engine.connect() as connection:
            raw: Any = (await connection.get_raw_connection()).driver_connection
            closed = asyncio.Event()
            raw.add_termination_listener(lambda _: closed.set())
            await raw.add_listener(CHANNEL, self._heard)
            while not closed.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(CHECK):
                        await closed.wait()
                # A line that was cut says nothing by itself; this raises when nobody answers.
                await raw.execute("SELECT 1", timeout=GAP * 5)

    def _heard(self, _connection: object, _pid: int, _channel: str, topics: str) -> None:
        self._signals.send(topics.split(","))

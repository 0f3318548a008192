"""The engine: carries out the inbox and the outbox, each lane in order, and sweeps what falls due."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog

from handlers.channel import TryLater
from storage import signals
from storage.database import Database
from storage.queues import Claimed, Queue
from storage.work import Work

LEASE = timedelta(seconds=60)
AT_ONCE = 16
MOST_TRIES = 8
PATIENCE = 0.5
"""Seconds between looks when no signal comes: the clock may have jumped, or another process has written."""

log = structlog.get_logger()


@dataclass(slots=True)
class Pump:
    """Carries out one queue. `carry_out` does one job; `give_up` says so when it never will be done."""

    name: str
    database: Database
    queue: Callable[[Work], Queue[Any]]
    carry_out: Callable[[Claimed], Awaitable[None]]
    give_up: Callable[[Claimed, str], Awaitable[None]]
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until told to stop; then finish what is in hand."""
        async with self.database.signals.listen(self.name) as woken:
            while not stopping.is_set():
                woken.clear()
                if await self._claim() == 0:
                    await self._wait(woken)
        if self._running:
            await asyncio.wait(self._running, timeout=LEASE.total_seconds() / 2)

    async def _claim(self) -> int:
        """Take what is due and has a free hand, and begin it."""
        free = AT_ONCE - len(self._running)
        if free <= 0:
            return 0
        async with self.database.begin() as work:
            jobs = await self.queue(work).claim(free, LEASE)
        for job in jobs:
            task = asyncio.create_task(self._do(job))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return len(jobs)

    async def _wait(self, woken: asyncio.Event) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await woken.wait()

    async def _do(self, job: Claimed) -> None:
        try:
            await self.carry_out(job)
        except TryLater as later:
            await self._again(job, timedelta(seconds=later.seconds), str(later))
        except Exception as error:
            await self._stumbled(job, error)
        finally:
            # The lane's next job may begin.
            self.database.signals.send([self.name])

    async def _stumbled(self, job: Claimed, error: Exception) -> None:
        problem = f"{type(error).__name__}: {error}"
        log.warning("job failed", queue=self.name, kind=job.kind, job=job.id, tries=job.tries, exc_info=error)
        if job.tries < MOST_TRIES:
            await self._again(job, pause_after(job.tries), problem)
            return
        async with self.database.begin() as work:
            await self.queue(work).bury(job, problem)
        await self.give_up(job, problem)

    async def _again(self, job: Claimed, pause: timedelta, problem: str) -> None:
        async with self.database.begin() as work:
            await self.queue(work).retry(job, due_at=work.now + pause, problem=problem)


def pause_after(tries: int) -> timedelta:
    """Growing gaps with jitter: about 1, 2, 4 ... 64 seconds, so that many do not come back at one moment."""
    return timedelta(seconds=min(2 ** (tries - 1), 64) * random.uniform(0.8, 1.2))  # noqa: S311  # no secret


@dataclass(slots=True)
class Engine:
    """The pumps and the sweeps of one process."""

    pumps: tuple[Pump, ...]
    sweeps: tuple[Callable[[], Awaitable[None]], ...]
    every: float = 1.0
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def start(self) -> None:
        """Begin to work."""
        self._stopping.clear()
        self._tasks = [asyncio.create_task(pump.run(self._stopping)) for pump in self.pumps]
        self._tasks.append(asyncio.create_task(self._sweep()))

    async def stop(self) -> None:
        """Take nothing new, finish what is in hand."""
        self._stopping.set()
        for pump in self.pumps:
            pump.database.signals.send([pump.name])
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _sweep(self) -> None:
        while not self._stopping.is_set():
            for sweep in self.sweeps:
                try:
                    await sweep()
                except Exception as error:
                    log.warning("sweep failed", sweep=getattr(sweep, "__name__", str(sweep)), exc_info=error)
            with suppress(TimeoutError):
                async with asyncio.timeout(self.every):
                    await self._stopping.wait()


def inbox_pump(
    database: Database,
    carry_out: Callable[[Claimed], Awaitable[None]],
    give_up: Callable[[Claimed, str], Awaitable[None]],
) -> Pump:
    """The pump of what came in."""
    return Pump(signals.INBOX, database, lambda work: work.inbox, carry_out, give_up)


def outbox_pump(
    database: Database,
    carry_out: Callable[[Claimed], Awaitable[None]],
    give_up: Callable[[Claimed, str], Awaitable[None]],
) -> Pump:
    """The pump of what goes out."""
    return Pump(signals.OUTBOX, database, lambda work: work.outbox, carry_out, give_up)

"""The engine: carries out the inbox and the outbox, each lane in order, and sweeps what falls due."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from prometheus_client import Counter, Histogram
from sqlalchemy.exc import SQLAlchemyError

from handlers.channel import TryLater
from handlers.errands import NotMine
from storage import signals
from storage.database import Database, is_away
from storage.queues import Claimed, Queue
from storage.work import Work

LEASE = timedelta(seconds=10)
"""Renewed while a job runs; after a worker died, its jobs are taken up again that soon."""
# Calls in the air, 133 a second where each takes 0.12 s: docs/decisions/beyond-one-database.md.
AT_ONCE = 16
# Their gaps, 1 to 64 seconds, make two minutes; then a person is better told than left waiting.
MOST_TRIES = 8
PATIENCE = 0.5
"""Seconds between looks when no signal comes: the clock may have jumped, or another process has written."""

JOBS = Counter("bellhop_jobs_total", "Jobs by queue, kind and outcome", ["queue", "kind", "outcome"])
SECONDS = Histogram("bellhop_job_seconds", "How long a job took", ["queue", "kind"])

log = structlog.get_logger()


class LeaseLost(Exception):
    """Somebody else has the job by now; what was decided here is rolled back."""


@dataclass(slots=True)
class Pump:
    """Carries out one queue. `carry_out` does one job; `give_up` says so when it never will be done."""

    name: str
    database: Database
    queue: Callable[[Work], Queue[Any]]
    carry_out: Callable[[Claimed], Awaitable[None]]
    give_up: Callable[[Claimed, str], Awaitable[None]]
    lease: timedelta = LEASE
    patience: float = PATIENCE
    _running: dict[asyncio.Task[None], Claimed] = field(default_factory=dict)

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until told to stop; then finish what is in hand."""
        async with self.database.signals.listen(self.name) as woken:
            renewing = asyncio.create_task(self._renew())
            while not stopping.is_set():
                # Before looking, so that what comes meanwhile is not slept through.
                woken.clear()
                if await self._begin() == 0:
                    await self._wait(woken)
            renewing.cancel()
        if self._running:
            # Nothing renews the leases any more, of which two thirds are left: who is not done by then is taken over.
            await asyncio.wait(self._running, timeout=self.lease.total_seconds() / 2)

    async def _begin(self) -> int:
        """How many jobs were begun; none while the database does not answer, and then the next look is soon."""
        try:
            return await self._claim()
        except Exception as error:
            log.warning("no job could be taken", queue=self.name, **_why(error))
            return 0

    async def _claim(self) -> int:
        """Take what is due and has a free hand, and begin it."""
        free = AT_ONCE - len(self._running)
        if free <= 0:
            return 0
        async with self.database.begin() as work:
            jobs = await self.queue(work).claim(free, self.lease)
        if self.database.clock() < work.now:
            # The clock was set back meanwhile: what looked abandoned by the old one may be in hand by the new.
            # Nothing is begun, and when these leases end, somebody takes it up.
            return 0
        for job in jobs:
            task = asyncio.create_task(self._do(job))
            self._running[task] = job
            task.add_done_callback(self._let_go)
        return len(jobs)

    def _let_go(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        # The lane's next job may begin, now that there is a free hand.
        self.database.signals.send([self.name])

    async def _renew(self) -> None:
        """Keep what takes long in hand. A process that stands still renews nothing, and others take over."""
        while True:
            # Three times in a lease, so that one failure loses nothing.
            await asyncio.sleep(self.lease.total_seconds() / 3)
            with suppress(Exception):
                async with self.database.begin() as work:
                    await self.queue(work).renew(list(self._running.values()), self.lease)
                    await self.queue(work).mind_the_clock(self.lease)

    async def _wait(self, woken: asyncio.Event) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self.patience):
                await woken.wait()

    async def _do(self, job: Claimed) -> None:
        outcome = "unwritten"
        try:
            with SECONDS.labels(self.name, job.kind).time():
                outcome = await self._outcome(job)
        except Exception as error:
            # The database is away: the lease runs out, and the job is taken up again.
            log.warning("how a job went could not be written", queue=self.name, job=job.id, **_why(error))
        finally:
            JOBS.labels(self.name, job.kind, outcome).inc()

    async def _outcome(self, job: Claimed) -> str:
        """Carry a job out, or see to it that it is tried again; how it went, in a word."""
        try:
            await self.carry_out(job)
        except (LeaseLost, NotMine):
            log.info("somebody else has it by now", queue=self.name, job=job.id)
            return "lost"
        except TryLater as later:
            await self._patiently(job, later)
            return "later"
        except Exception as error:
            await self._stumbled(job, error)
            return "failed"
        return "done"

    async def _stumbled(self, job: Claimed, error: Exception) -> None:
        problem = f"{type(error).__name__}: {error}"
        log.warning("job failed", queue=self.name, kind=job.kind, job=job.id, tries=job.tries, **_why(error))
        # That the database was away, or chose this transaction to end a deadlock, says nothing against the job.
        faultless = isinstance(error, SQLAlchemyError) and is_away(error)
        if faultless or job.failures + 1 < MOST_TRIES:
            await self._again(job, pause_after(job.failures + 1), problem, failed=not faultless)
            return
        # Told before it is buried: who dies in between tells twice, and not never.
        try:
            await self.give_up(job, problem)
        except Exception as unheard:
            log.warning("nobody could be told", queue=self.name, kind=job.kind, job=job.id, exc_info=unheard)
        async with self.database.begin() as work:
            await self.queue(work).bury(job, problem)

    async def _again(self, job: Claimed, pause: timedelta, problem: str, *, failed: bool) -> None:
        async with self.database.begin() as work:
            await self.queue(work).retry(job, due_at=work.now + pause, problem=problem, failed=failed)

    async def _patiently(self, job: Claimed, later: TryLater) -> None:
        """Waiting because somebody asked for it is no failure."""
        pause = timedelta(seconds=later.seconds)
        async with self.database.begin() as work:
            due_at = work.now + pause
            await self.queue(work).retry(job, due_at=due_at, problem="", failed=False, reserved=later.reserved)
        if pause.total_seconds() < self.patience:
            # Sooner than the next look: a budget of 30 messages a second waits 33 ms for the next one.
            asyncio.get_running_loop().call_later(pause.total_seconds(), self.database.signals.send, [self.name])


def _why(error: Exception) -> dict[str, Any]:
    """What a log says of an error: in a word that the database is away, since it is said often; else all of it."""
    return {"problem": type(error).__name__} if is_away(error) else {"exc_info": error}


def pause_after(tries: int) -> timedelta:
    """Growing gaps with jitter: about 1, 2, 4 ... 64 seconds, so that many do not come back at one moment."""
    return timedelta(seconds=min(2 ** (tries - 1), 64) * random.uniform(0.8, 1.2))  # noqa: S311  # no secret


@dataclass(slots=True)
class Sweep:
    """Something to look at again `every` so often, by the clock that everything falls due by. Safe to do twice."""

    look: Callable[[], Awaitable[None]]
    every: timedelta
    _done_at: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether it is time again; also after a clock was set back."""
        return self._done_at is None or not self._done_at <= now < self._done_at + self.every

    async def run(self, now: datetime) -> None:
        """Do it; what goes wrong is told to the log, and is tried again at the next round."""
        try:
            await self.look()
            self._done_at = now
        except Exception as error:
            log.warning("a sweep failed", sweep=getattr(self.look, "__name__", str(self.look)), **_why(error))


@dataclass(slots=True)
class Engine:
    """The pumps and the sweeps of one process."""

    database: Database
    pumps: tuple[Pump, ...]
    sweeps: tuple[Sweep, ...]
    every: timedelta = timedelta(seconds=1)
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
            try:
                await self._round()
            except Exception as error:
                log.warning("no turn to sweep", **_why(error))
            with suppress(TimeoutError):
                async with asyncio.timeout(self.every.total_seconds()):
                    await self._stopping.wait()

    async def _round(self) -> None:
        """Do the sweeps, unless another process has just done them or is at it."""
        async with self.database.begin() as work:
            # A little less than a round, or a clock that ticks unevenly would skip every other one.
            if not await work.pacing.take_turn("sweeps", self.every * 0.9):
                return
        for sweep in self.sweeps:
            if sweep.is_due(now := self.database.clock()):
                await sweep.run(now)


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

"""The engine: lanes in order, trying again, giving up and saying so."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot.engine import AT_ONCE, LEASE, MOST_TRIES, Engine, LeaseLost, Sweep, outbox_pump, pause_after
from handlers.channel import TryLater, Undeliverable
from storage.database import Database
from storage.queues import Claimed, Queue
from storage.tables import Outbox
from storage.work import Work
from tests.handlers.town import START, HandClock, Town, skip_ahead, town


@dataclass
class Worker:
    """Carries out jobs as it is told to, and remembers which."""

    database: Database
    clock: HandClock
    outcomes: dict[str, list[Exception]] = field(default_factory=dict)
    begun: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    given_up: list[tuple[str, str]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    gate: asyncio.Event | None = None

    async def carry_out(self, job: Claimed) -> None:
        self.begun.append(job.body)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.gate is not None:
                await self.gate.wait()
            if errors := self.outcomes.get(job.body):
                raise errors.pop(0)
            async with self.database.begin() as work:
                await work.outbox.done(job)
            self.done.append(job.body)
        finally:
            self.at_once -= 1

    async def give_up(self, job: Claimed, problem: str) -> None:
        self.given_up.append((job.body, problem))

    async def add(self, *bodies: str) -> None:
        async with self.database.begin() as work:
            for body in bodies:
                await work.outbox.add(lane=body[0], kind="test", body=body)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        engine = Engine(self.database, pumps=(outbox_pump(self.database, self.carry_out, self.give_up),), sweeps=())
        await engine.start()
        try:
            yield
        finally:
            await engine.stop()

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait for it; while there is nothing to do, the clock goes on."""
        async with asyncio.timeout(20):
            while not happened():
                await skip_ahead(self.database, self.clock)
                await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Failures are wanted here; nobody needs to read them drawn in boxes."""
    with capture_logs():
        yield


@pytest_asyncio.fixture
async def worker(template: Path, tmp_path: Path) -> AsyncIterator[Worker]:
    clock = HandClock()
    shutil.copy(template, tmp_path / "engine.db")
    database = Database(f"sqlite:///{tmp_path}/engine.db", keys=["a key of the tests"], clock=clock)
    yield Worker(database, clock)
    await database.aclose()


async def test_each_lane_is_carried_out_in_order_and_lanes_go_side_by_side(worker: Worker) -> None:
    bodies = [f"{lane}{number}" for number in range(6) for lane in "abc"]
    await worker.add(*bodies)
    async with worker.working():
        await worker.until(lambda: len(worker.done) == len(bodies))
    for lane in "abc":
        assert [body for body in worker.done if body[0] == lane] == [f"{lane}{number}" for number in range(6)]
    assert worker.most_at_once > 1


async def test_no_more_jobs_are_in_hand_than_there_are_hands(worker: Worker) -> None:
    worker.gate = asyncio.Event()
    await worker.add(*(chr(65 + number) for number in range(AT_ONCE + 10)))
    async with worker.working():
        await worker.until(lambda: worker.at_once == AT_ONCE)
        worker.gate.set()
        await worker.until(lambda: len(worker.done) == AT_ONCE + 10)
    assert worker.most_at_once == AT_ONCE


async def test_hands_that_become_free_at_one_moment_take_what_waits(worker: Worker) -> None:
    free = asyncio.Event()

    async def carry_out(job: Claimed) -> None:
        await worker.carry_out(job)
        await free.wait()

    await worker.add(*(chr(65 + number) for number in range(AT_ONCE + 10)))
    pump = outbox_pump(worker.database, carry_out, worker.give_up)
    pump.patience = 60
    engine = Engine(worker.database, pumps=(pump,), sweeps=())
    await engine.start()
    await worker.until(lambda: len(worker.done) == AT_ONCE)
    free.set()
    await worker.until(lambda: len(worker.done) == AT_ONCE + 10)
    await engine.stop()
    assert len(set(worker.begun)) == len(worker.begun) == AT_ONCE + 10


async def test_what_fails_is_tried_again_and_holds_up_its_lane_only(worker: Worker) -> None:
    worker.outcomes = {"a1": [RuntimeError("once"), RuntimeError("twice")]}
    await worker.add("a1", "a2", "b1")
    async with worker.working():
        await worker.until(lambda: len(worker.done) == 3)
    assert worker.done == ["b1", "a1", "a2"]
    assert worker.begun.count("a1") == 3
    assert worker.given_up == []


async def test_what_fails_too_often_is_given_up_and_said_so(worker: Worker) -> None:
    worker.outcomes = {"a1": [RuntimeError("no") for _ in range(MOST_TRIES)]}
    await worker.add("a1", "a2")
    async with worker.working():
        await worker.until(lambda: worker.done == ["a2"])
    assert worker.given_up == [("a1", "RuntimeError: no")]
    assert worker.begun.count("a1") == MOST_TRIES


async def test_patience_that_is_asked_for_is_no_failure(worker: Worker) -> None:
    worker.outcomes = {"a1": [TryLater(3) for _ in range(MOST_TRIES + 2)]}
    await worker.add("a1")
    async with worker.working():
        await worker.until(lambda: worker.done == ["a1"])
    assert worker.given_up == []


async def test_that_the_database_was_away_says_nothing_against_a_job(worker: Worker) -> None:
    away = OperationalError("UPDATE", {}, Exception("Deadlock found when trying to get lock"))
    worker.outcomes = {"a1": [away for _ in range(MOST_TRIES + 2)]}
    await worker.add("a1")
    async with worker.working():
        await worker.until(lambda: worker.done == ["a1"])
    assert worker.given_up == []


async def test_a_job_that_somebody_else_has_is_let_go(worker: Worker) -> None:
    worker.outcomes = {"a1": [LeaseLost()]}
    await worker.add("a1")
    async with worker.working():
        await worker.until(lambda: worker.begun == ["a1"])
        worker.clock.now += LEASE
        await worker.until(lambda: worker.done == ["a1"])
    assert worker.given_up == []


async def test_what_is_taken_while_the_clock_is_set_back_is_left_to_whoever_may_have_it(worker: Worker) -> None:
    pump = outbox_pump(worker.database, worker.carry_out, worker.give_up)
    queue = pump.queue

    def set_back(work: Work) -> Queue[Any]:
        if pump.queue is not queue:
            worker.clock.pass_by(hours=-1)
            pump.queue = queue
        return queue(work)

    pump.queue = set_back
    await worker.add("a1")
    engine = Engine(worker.database, pumps=(pump,), sweeps=())
    await engine.start()
    await worker.until(lambda: worker.clock.now < START)
    async with worker.database.begin() as work:
        (row,) = (await work.session.execute(select(Outbox))).scalars()
    assert (row.tries, row.lease_until) == (1, START + LEASE), "it was taken, by the clock of before"
    assert worker.begun == []
    worker.clock.pass_by(hours=1)
    worker.clock.now += LEASE
    await worker.until(lambda: worker.done == ["a1"])
    await engine.stop()


async def test_the_engine_goes_on_when_the_database_did_not_answer(worker: Worker) -> None:
    pump = outbox_pump(worker.database, worker.carry_out, worker.give_up)
    broken = [OperationalError("SELECT", {}, Exception("database is locked")) for _ in range(3)]
    queue = pump.queue

    def stumbling(work: object) -> object:
        if broken:
            raise broken.pop()
        return queue(work)  # type: ignore[arg-type]

    pump.queue = stumbling  # type: ignore[assignment]
    engine = Engine(worker.database, pumps=(pump,), sweeps=())
    await worker.add("a1")
    await engine.start()
    await worker.until(lambda: worker.done == ["a1"])
    await engine.stop()
    assert (broken, worker.begun, worker.given_up) == ([], ["a1"], [])


async def test_a_sweep_that_fails_stops_neither_the_others_nor_itself(worker: Worker) -> None:
    swept: list[str] = []

    async def fails() -> None:
        swept.append("fails")
        raise RuntimeError("no")

    async def works() -> None:
        swept.append("works")
        worker.clock.pass_by(seconds=1)

    sweeps = tuple(Sweep(look, timedelta(seconds=1)) for look in (fails, works))
    engine = Engine(worker.database, pumps=(), sweeps=sweeps, every=timedelta(milliseconds=10))
    await engine.start()
    await worker.until(lambda: len(swept) >= 4)
    await engine.stop()
    assert swept[:4] == ["fails", "works", "fails", "works"]


async def test_stopping_finishes_what_is_in_hand_and_takes_nothing_new(worker: Worker) -> None:
    worker.gate = asyncio.Event()
    await worker.add("a1", "a2")
    async with worker.working():
        await worker.until(lambda: worker.begun == ["a1"])
        asyncio.get_running_loop().call_later(0.05, worker.gate.set)
    assert worker.done == ["a1"]
    assert worker.begun == ["a1"]


def test_the_gaps_grow_and_end() -> None:
    for tries in range(1, 12):
        gap = pause_after(tries) / timedelta(seconds=min(2 ** (tries - 1), 64))
        assert 0.8 <= gap <= 1.2


async def test_words_that_the_platform_never_takes_are_given_back_to_their_author(template: Path) -> None:
    async with town(template) as made:
        await _claimed_case(made)
        made.notebook.fails = {"mia": ConnectionError("nobody there")}
        ana = made.ana.at("acme-desk", await made.case_thread(1))
        await made.hear(ana.says("are you there?"))
        pump = outbox_pump(made.database, made.jobs.send_out, made.jobs.not_sent_out)
        engine = Engine(made.database, pumps=(pump,), sweeps=())
        await engine.start()
        try:
            async with asyncio.timeout(20):
                while not any(one.message.title == "Not delivered" for one in made.notebook.shown):
                    await skip_ahead(made.database, made.clock)
                    await asyncio.sleep(0.01)
        finally:
            await engine.stop()


async def _claimed_case(made: Town) -> None:
    await made.hear(made.mia.says("hello"))
    await made.drain()
    await made.hear(made.ana.at("acme-desk", await made.case_thread(1)).does("claim"))
    await made.drain()


async def test_an_undeliverable_answer_troubles_nobody(template: Path) -> None:
    class Deaf:
        name = "telegram"

        async def answer(self, *_: object, **__: object) -> None:
            raise Undeliverable("gone", gone=True)

    async with town(template) as made:
        made.jobs.channels["telegram"] = Deaf()  # type: ignore[index]
        await made.hear(made.mia.does("help"))
        await made.drain()
        async with made.database.begin() as work:
            assert await work.outbox.next_due() is None

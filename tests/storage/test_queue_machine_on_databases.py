"""A queue beside its own plain description, through any row of events, on each kind of database."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from storage.queues import Claimed
from tests.budget import NIGHTLY
from tests.databases import Pool
from tests.storage.post import LEASE, Town

LANES = st.sampled_from("abc")
WORKERS = st.integers(0, 2)
SECONDS = st.sampled_from([0, 1, 30, 59.999999, 60, 61])


@dataclass
class Told:
    """What the description knows of a job."""

    lane: str
    due_at: datetime
    lease_until: datetime | None = None
    tries: int = 0
    ended: bool = False


class Machine(RuleBasedStateMachine):
    """Workers claim, finish, put back, bury, renew, and die; the clock runs, and once in a while it is set back."""

    jobs = Bundle("jobs")

    def __init__(self, runner: asyncio.Runner, town: Town) -> None:
        super().__init__()
        self.run, self.town = runner.run, town
        self.told: dict[str, Told] = {}
        self.ended: dict[str, list[str]] = {lane: [] for lane in "abc"}
        self.run(self._clear())

    async def _clear(self) -> None:
        async with self.town.posts[0].database.engine.begin() as connection:
            await connection.execute(text("DELETE FROM outbox"))

    @property
    def now(self) -> datetime:
        return self.town.clock()

    @initialize(target=jobs)
    def there_is_work_and_somebody_at_it(self) -> object:
        for lane in "abcabc":
            self.something_is_to_be_done(lane, 0, 0)
        return self.a_worker_claims(0, 2)

    @rule(lane=LANES, wait=st.sampled_from([0, 0, 1, 60]), worker=WORKERS)
    def something_is_to_be_done(self, lane: str, wait: float, worker: int) -> None:
        body = f"{lane}{len(self.told):04}"
        self.told[body] = Told(lane, self.now + timedelta(seconds=wait))
        self.run(self.town.posts[worker].add(body, wait=wait))

    @rule(target=jobs, worker=WORKERS, limit=st.integers(1, 4))
    def a_worker_claims(self, worker: int, limit: int) -> object:
        heads = sorted(self._free_heads(), key=lambda body: (self.told[body].due_at, body[1:]))[:limit]
        claimed = self.run(self.town.posts[worker].claim(limit))
        assert sorted(job.body for job in claimed) == sorted(heads)
        for job in claimed:
            told = self.told[job.body]
            told.tries, told.lease_until = told.tries + 1, self.now + LEASE
            assert (job.tries, job.lease_until) == (told.tries, told.lease_until)
        return multiple(*((worker, job) for job in claimed))

    def _free_heads(self) -> Iterator[str]:
        for lane in "abc":
            waiting = [body for body, told in self.told.items() if told.lane == lane and not told.ended]
            head = self.told[waiting[0]] if waiting else None
            if head and head.due_at <= self.now and (head.lease_until is None or head.lease_until <= self.now):
                yield waiting[0]

    def _in_hand(self, job: Claimed) -> bool:
        told = self.told[job.body]
        return not told.ended and told.tries == job.tries and told.lease_until is not None

    @rule(job=jobs, bury=st.booleans())
    def a_worker_ends_a_job(self, job: tuple[int, Claimed], bury: bool) -> None:
        worker, claimed = job
        post, mine = self.town.posts[worker], self._in_hand(claimed)
        assert self.run(post.bury(claimed) if bury else post.done(claimed)) is mine
        if mine:
            self.told[claimed.body].ended = True
            self.ended[claimed.lane].append(claimed.body)

    @rule(job=jobs, wait=SECONDS)
    def a_worker_puts_a_job_back(self, job: tuple[int, Claimed], wait: float) -> None:
        worker, claimed = job
        mine = self._in_hand(claimed)
        assert self.run(self.town.posts[worker].retry(claimed, wait)) is mine
        if mine:
            told = self.told[claimed.body]
            told.due_at, told.lease_until = self.now + timedelta(seconds=wait), None

    @rule(job=jobs)
    def a_worker_renews_a_lease(self, job: tuple[int, Claimed]) -> None:
        worker, claimed = job
        self.run(self.town.posts[worker].renew(claimed))
        if self._in_hand(claimed):
            self.told[claimed.body].lease_until = self.now + LEASE

    @rule(job=jobs)
    def a_worker_looks_whether_it_still_has_a_job(self, job: tuple[int, Claimed]) -> None:
        worker, claimed = job
        until = self.told[claimed.body].lease_until
        mine = self._in_hand(claimed) and until is not None and until > self.now
        assert self.run(self.town.posts[worker].holds(claimed)) is mine

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: float) -> None:
        self.town.clock.pass_by(seconds=seconds)

    @rule()
    def the_clock_is_set_back(self) -> None:
        self.town.clock.pass_by(seconds=-45)

    @invariant()
    def each_lane_ended_in_order(self) -> None:
        assert all(done == sorted(done) for done in self.ended.values())

    def teardown(self) -> None:
        """Whatever happened: a day later everything that is left can be done, in order."""
        self.town.clock.pass_by(seconds=86_400)
        while claimed := self.run(self.town.posts[0].claim()):
            for job in claimed:
                assert self.run(self.town.posts[0].done(job))
                self.ended[job.lane].append(job.body)
        assert sorted(body for lane in self.ended.values() for body in lane) == sorted(self.told)
        self.each_lane_ended_in_order()


@pytest.mark.timeout(600)
def test_a_queue_does_what_its_description_says(databases: Pool, kind: str) -> None:
    with asyncio.Runner() as runner:
        url = runner.run(databases.ready(kind))
        town = Town(url, 3)
        try:
            examples = settings().max_examples // 4 if NIGHTLY else 6
            steps = settings(max_examples=examples, stateful_step_count=40, deadline=None)
            run_state_machine_as_test(partial(Machine, runner, town), settings=steps)  # type: ignore[arg-type]
        finally:
            runner.run(town.aclose())

"""The two queues: order within a lane, leases, giving up, and taking things in once."""

import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from storage.database import Database
from storage.intake import Arrival
from storage.queues import Claimed, heads
from storage.tables import Outbox
from tests.databases import Pool
from tests.handlers.town import START, HandClock

LEASE = timedelta(seconds=60)


class Post:
    """A database and its outbox."""

    def __init__(self, url: str) -> None:
        self.clock = HandClock()
        self.database = Database(url, keys=["a key of the tests"], clock=self.clock)

    async def add(self, *bodies: str) -> None:
        """Each body begins with its lane."""
        async with self.database.begin() as work:
            for body in bodies:
                await work.outbox.add(lane=body[0], kind="test", body=body)

    async def claim(self, limit: int = 16) -> list[Claimed]:
        async with self.database.begin() as work:
            return list(await work.outbox.claim(limit, LEASE))

    async def done(self, job: Claimed) -> bool:
        async with self.database.begin() as work:
            return await work.outbox.done(job)

    async def retry(self, job: Claimed, **later: float) -> bool:
        async with self.database.begin() as work:
            return await work.outbox.retry(job, due_at=work.now + timedelta(**later), problem="not now")

    async def bury(self, job: Claimed) -> bool:
        async with self.database.begin() as work:
            return await work.outbox.bury(job, "never")


@pytest_asyncio.fixture
async def post(databases: Pool) -> AsyncIterator[Post]:
    there = Post(await databases.ready("sqlite"))
    yield there
    await there.database.aclose()


def bodies(jobs: list[Claimed]) -> list[str]:
    return [job.body for job in jobs]


async def test_a_lease_counts_from_the_moment_by_which_it_was_taken(post: Post) -> None:
    """Who stood still, or waited for the database, between the two has not the whole lease before him."""
    await post.add("a1")
    async with post.database.begin() as work:
        asked = time.monotonic()
        (job,) = await work.outbox.claim(1, LEASE)
    assert job.looked_at <= asked


async def test_only_the_head_of_a_lane_is_handed_out_and_then_the_next(post: Post) -> None:
    await post.add("a1", "a2", "b1")
    heads = await post.claim()
    assert bodies(heads) == ["a1", "b1"]
    assert await post.claim() == []
    assert await post.done(heads[0])
    assert bodies(await post.claim()) == ["a2"]


async def test_no_more_than_asked_for_are_handed_out(post: Post) -> None:
    await post.add("a1", "b1", "c1")
    assert bodies(await post.claim(2)) == ["a1", "b1"]
    assert bodies(await post.claim(2)) == ["c1"]


async def test_a_lease_that_ran_out_is_taken_by_the_next_and_the_first_cannot_finish(post: Post) -> None:
    await post.add("a1")
    (lost,) = await post.claim()
    post.clock.pass_by(seconds=59)
    assert await post.claim() == []
    post.clock.pass_by(seconds=1)
    (mine,) = await post.claim()
    assert (mine.body, mine.tries) == ("a1", 2)
    assert not await post.done(lost)
    assert not await post.retry(lost, seconds=0)
    assert not await post.bury(lost)
    assert await post.done(mine)
    assert await post.claim() == []


async def test_a_head_that_waits_holds_up_its_own_lane_and_no_other(post: Post) -> None:
    await post.add("a1", "a2", "b1", "b2")
    first, other = await post.claim()
    assert await post.retry(first, seconds=30)
    assert await post.done(other)
    assert bodies(await post.claim()) == ["b2"]
    post.clock.pass_by(seconds=30)
    (again,) = await post.claim()
    assert (again.body, again.tries) == ("a1", 2)


async def test_what_is_buried_lets_its_lane_go_on(post: Post) -> None:
    await post.add("a1", "a2")
    (job,) = await post.claim()
    assert await post.bury(job)
    assert bodies(await post.claim()) == ["a2"]


async def test_the_next_moment_something_falls_due_is_known(post: Post) -> None:
    async with post.database.begin() as work:
        assert await work.outbox.next_due() is None
    await post.add("a1")
    (job,) = await post.claim()
    await post.retry(job, minutes=5)
    async with post.database.begin() as work:
        assert await work.outbox.next_due() == START + timedelta(minutes=5)


async def test_what_comes_in_twice_is_kept_once(post: Post) -> None:
    async with post.database.begin() as work:
        came = (("bot", "1", "a"), ("bot", "1", "b"), ("bot", "2", "c"), ("other", "1", "d"))
        await work.inbox.take_in([Arrival(source, event, lane, "said", "{}") for source, event, lane in came])
        await work.inbox.take_in([Arrival("bot", "2", "e", "said", "{}")])
        assert [job.lane for job in await work.inbox.claim(16, LEASE)] == ["a", "c", "d"]


async def test_only_what_is_finished_and_old_is_forgotten(post: Post) -> None:
    await post.add("a1", "b1", "c1")
    done, dead, _ = await post.claim()
    await post.done(done)
    await post.bury(dead)
    post.clock.pass_by(days=8)
    async with post.database.begin() as work:
        await work.outbox.clean(work.now - timedelta(days=7))
        left = await work.session.execute(heads(Outbox), {"now": work.now, "most": 16})
        assert len(left.all()) == 1


async def test_nothing_of_a_transaction_that_failed_is_kept_or_woken(post: Post) -> None:
    async with post.database.signals.listen("outbox") as woken:
        with pytest.raises(RuntimeError, match="on the way"):
            async with post.database.begin() as work:
                await work.outbox.add(lane="a", kind="test", body="a1")
                raise RuntimeError("on the way")
        assert not woken.is_set()
        await post.add("a2")
        assert woken.is_set()
    assert bodies(await post.claim()) == ["a2"]

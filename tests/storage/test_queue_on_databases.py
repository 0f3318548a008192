"""Workers of several processes at one queue, on each kind of database: nothing twice, lanes in order, nobody waits."""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from storage.queues import Claimed
from tests.storage.post import LEASE, Post, Town

AT_ONCE = 10.0
"""Seconds; the locks of these tests last until what was asked has been answered, so waiting for one never ends."""
SERVERS = pytest.mark.parametrize("kind", ["postgresql", "mysql"], indirect=True)


@pytest_asyncio.fixture
async def town(database_url: str) -> AsyncIterator[Town]:
    async with Town(database_url, 4) as town:
        yield town


def bodies(*claims: Sequence[Claimed]) -> list[str]:
    return sorted(job.body for jobs in claims for job in jobs)


async def test_claims_at_one_moment_share_the_lanes_out(town: Town) -> None:
    await town.posts[0].add(*(f"{lane}{number}" for number in (1, 2) for lane in "abcdefgh"))
    taken = await asyncio.gather(*(post.claim(3) for post in town.posts))
    again = await town.posts[0].claim()
    assert bodies(*taken, again) == [f"{lane}1" for lane in "abcdefgh"], "each head once, and no second job of a lane"
    # Who looks at rows that another is just taking passes them over; what was passed over comes at the next look.
    assert bodies(*taken), "somebody got something"


async def test_many_workers_finish_everything_once_and_in_order(town: Town) -> None:
    lanes = "abcdefghij"
    await town.posts[0].add(*(f"{lane}{number:02}" for number in range(12) for lane in lanes))
    told: dict[str, list[str]] = defaultdict(list)
    chance = random.Random(7)

    async def work(post: Post) -> None:
        while sum(len(done) for done in told.values()) < 12 * len(lanes):
            for job in await post.claim(chance.randint(1, 5)):
                await asyncio.sleep(0)
                if chance.random() < 0.2:
                    assert await post.retry(job, 0)
                else:
                    told[job.lane].append(job.body)
                    assert await post.done(job)

    async with asyncio.timeout(20):
        await asyncio.gather(*(work(post) for post in town.posts))
    assert told == {lane: [f"{lane}{number:02}" for number in range(12)] for lane in lanes}


@SERVERS
async def test_a_row_that_somebody_has_locked_keeps_nobody_waiting(town: Town) -> None:
    await town.posts[0].add("a1", "a2", "b1", "c1")
    async with town.posts[0].database.engine.begin() as connection:
        await connection.execute(text("SELECT id FROM outbox WHERE body = 'a1' FOR UPDATE"))
        async with asyncio.timeout(AT_ONCE):
            assert bodies(await town.posts[1].claim()) == ["b1", "c1"]
    assert bodies(await town.posts[1].claim()) == ["a1"]


@SERVERS
async def test_a_claim_that_is_not_committed_leaves_the_other_lanes_to_others(town: Town) -> None:
    await town.posts[0].add(*(f"{lane}1" for lane in "abcdefgh"))
    async with town.posts[0].database.begin() as work:
        first = await work.outbox.claim(3, LEASE)
        async with asyncio.timeout(AT_ONCE):
            second = await town.posts[1].claim(3)
            third = await town.posts[2].claim(3)
    assert [len(first), len(second), len(third)] == [3, 3, 2]
    assert bodies(first, second, third) == [f"{lane}1" for lane in "abcdefgh"]


@SERVERS
async def test_adding_and_finishing_go_on_while_a_claim_is_open(town: Town) -> None:
    await town.posts[0].add("a1", "b1", "c1")
    (mine,) = await town.posts[1].claim(1)
    async with town.posts[0].database.begin() as work:
        await work.outbox.claim(16, LEASE)
        async with asyncio.timeout(AT_ONCE):
            await town.posts[1].add("a2", "d1", "b2")
            assert await town.posts[1].done(mine)


@SERVERS
async def test_a_job_of_an_unfinished_transaction_is_not_seen_and_holds_up_nobody(town: Town) -> None:
    async with town.posts[0].database.begin() as work:
        await work.outbox.add(lane="a", kind="test", body="a1")
        async with asyncio.timeout(AT_ONCE):
            await town.posts[1].add("b1")
            assert bodies(await town.posts[1].claim()) == ["b1"]
    assert bodies(await town.posts[1].claim()) == ["a1"]


async def test_a_stuck_lane_keeps_no_other_waiting_however_long_it_is(town: Town) -> None:
    post = town.posts[0]
    await post.add(*(f"a{number}" for number in range(50)))
    (stuck,) = await post.claim()
    await post.add("b1", "c1")
    assert bodies(await town.posts[1].claim(2)) == ["b1", "c1"]
    assert await post.retry(stuck, 3600)
    await post.add("d1")
    assert bodies(await town.posts[2].claim()) == ["d1"]


async def test_a_lease_is_compared_to_the_microsecond(town: Town) -> None:
    await town.posts[0].add("a1")
    (first,) = await town.posts[0].claim()
    town.clock.pass_by(seconds=LEASE.total_seconds() - 0.000_001)
    assert not await town.posts[1].claim()
    assert await town.posts[0].holds(first)
    town.clock.pass_by(seconds=0.000_001)
    assert not await town.posts[0].holds(first)
    (second,) = await town.posts[1].claim()
    assert (second.tries, await town.posts[0].done(first), await town.posts[1].done(second)) == (2, False, True)


async def test_a_job_that_was_put_back_is_in_nobodys_hand(town: Town) -> None:
    await town.posts[0].add("a1")
    (job,) = await town.posts[0].claim()
    assert await town.posts[0].retry(job, 0)
    await town.posts[0].renew(job)
    assert not await town.posts[0].holds(job)
    assert not await town.posts[0].done(job)
    assert bodies(await town.posts[1].claim()) == ["a1"], "a renewal that came too late keeps nobody waiting"


@SERVERS
async def test_transactions_in_each_others_way_end_with_an_error_and_not_in_silence(town: Town) -> None:
    await town.posts[0].add("a1", "b1")
    met = asyncio.Barrier(2)

    async def cross(post: Post, *order: str) -> str:
        async with post.database.begin() as work:
            for body in order:
                words = text("UPDATE outbox SET problem = :who WHERE body = :body")
                await work.session.execute(words, {"who": order[0], "body": body})
                if body == order[0]:
                    await met.wait()
        return order[0]

    told = await asyncio.gather(
        cross(town.posts[0], "a1", "b1"), cross(town.posts[1], "b1", "a1"), return_exceptions=True
    )
    (won,) = [each for each in told if isinstance(each, str)]
    async with town.posts[0].database.engine.begin() as connection:
        assert (await connection.execute(text("SELECT DISTINCT problem FROM outbox"))).scalars().all() == [won]
    assert any(isinstance(each, OperationalError) or "deadlock" in str(each).lower() for each in told), told

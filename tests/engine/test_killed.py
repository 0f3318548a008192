"""Servers under load that are killed at any moment, on each kind of database."""

import asyncio
import os
import random

import pytest

from bot.engine import LEASE
from tests.databases import Pool
from tests.engine.conftest import SEED, Working
from tests.engine.proof import BACK

ROUNDS = 200 if os.environ.get("BELLHOP_NIGHTLY") else 20
LIFE = 0.9
"""Seconds of a round; a server that was started anew is at work after half of it."""
BREATH = 20
"""Rounds until all that waits may arrive."""
QUICK = 8.0
"""Seconds of a lease, as there is no time for the real one; longer than a busy machine lets a server stand still."""


@pytest.mark.timeout(300 + 10 * ROUNDS)
async def test_nothing_is_lost_and_no_payment_counts_twice_when_servers_are_killed(
    databases: Pool, kind: str, working: Working
) -> None:
    moments = random.Random(SEED)
    async with working(await databases.ready(kind), servers=3, payments=ROUNDS, lease=QUICK) as proof:
        for number in range(1, ROUNDS + 1):
            proof.pay(1)
            # Not to wait for something, but to strike at any moment.
            await asyncio.sleep(moments.uniform(0, LIFE))
            await proof.kill(moments.randrange(proof.fleet.size))
            if number % BREATH == 0:
                await proof.goes_on()
        await proof.quiet()
        await proof.check()


@pytest.mark.timeout(300)
async def test_conversations_go_on_soon_after_a_death_with_the_lease_that_operators_have(
    databases: Pool, working: Working
) -> None:
    async with working(await databases.ready("postgresql"), lease=LEASE.total_seconds()) as proof:
        await proof.kill(0)
        await proof.goes_on()
        await proof.quiet()
        await proof.check()
        assert proof.longest_wait() <= BACK

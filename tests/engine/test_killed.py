"""Servers under load that are killed at any moment, on each kind of database."""

import asyncio
import os
import random
import time
from pathlib import Path

import pytest

from payments.gateway import utc_now
from storage.database import Database
from tests.databases import Pool
from tests.engine.conftest import SEED, Raise
from tests.engine.fleet import KEY, Fleet, Home
from tests.engine.platforms import Platforms
from tests.engine.proof import at_work, figures

ROUNDS = 200 if os.environ.get("BELLHOP_NIGHTLY") else 20
LIFE = 0.9
"""Seconds of a round; a server that was started anew is at work after half of it."""
CUSTOMERS = 24


@pytest.mark.timeout(60 + 10 * ROUNDS)
async def test_nothing_is_lost_and_no_payment_counts_twice_when_servers_are_killed(
    databases: Pool, kind: str, platforms: Platforms, raised: Raise, tmp_path: Path
) -> None:
    url = await databases.ready(kind)
    database = Database(url, keys=[KEY], clock=utc_now)
    fleet = Fleet(raised(Home(url, platforms.url, tmp_path)))
    began = time.monotonic()
    moments = random.Random(SEED)
    async with at_work(database, platforms, fleet, customers=CUSTOMERS, payments=2 * ROUNDS, seed=SEED) as proof:
        for _ in range(ROUNDS):
            proof.pay(2)
            # Not to wait for something, but to strike at any moment.
            await asyncio.sleep(moments.uniform(0, LIFE))
            await proof.kill(moments.randrange(fleet.size))
        print(figures(proof, began))
        await proof.quiet()
        print(figures(proof, began))
        await proof.check()
    await database.aclose()

"""The database is slow: Slack is answered in time all the same, and the agent sees what came of it."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

from tests.stories.stage import Stage


@asynccontextmanager
async def held_up(stage: Stage) -> AsyncIterator[None]:
    """Somebody else writes into the database for as long as the block lasts; nobody beside them can."""
    path = stage.settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)) as other:
        # Not in this thread: Bellhop, who may be writing just now, lives in it.
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")


async def test_slack_is_answered_while_the_database_is_slow_and_the_outcome_follows(stage: Stage) -> None:
    ana, carla = stage.ana, stage.carla
    await carla.starts()
    await carla.hears("Welcome to Bright Studio")
    async with held_up(stage):
        # The sandbox waits three seconds, as Slack does, and shows a failure after it.
        typed = asyncio.create_task(ana.commands("/bellhop agenda"))
        said = asyncio.create_task(carla.says("Are you open today?"))
        await typed
        await ana.hears("It goes on, and the answer follows")
    await ana.hears("Nothing is booked in the next seven days")
    await said
    # The event was not acknowledged, for it was not stored; it comes again and is heard once.
    await ana.hears("Case ", "Carla")
    await stage.ana_on_telegram.hears("Are you open today?")
    assert stage.ana_on_telegram.count("Are you open today?") == 1

"""A task that is cancelled in the middle of a transaction leaves no lock behind."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage.database import Database
from tests.mould import empty_database


async def test_a_transaction_cancelled_at_any_step_lets_the_next_one_in(tmp_path: Path) -> None:
    database = Database(empty_database(tmp_path), keys=["made-up"], clock=lambda: datetime.now(UTC))

    async def busy() -> None:
        async with database.begin() as work:
            for _ in range(5):
                await work.outbox.claim(50, timedelta(0))
                await work.outbox.add(lane="a", kind="b", body="c")

    for turns in range(60):
        task = asyncio.create_task(busy())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with asyncio.timeout(5), database.begin() as work:
            await work.outbox.add(lane="a", kind="b", body="c")
    async with database.begin() as work:
        assert len(await work.outbox.claim(1000, timedelta(0))) == 1, "one lane has one head"
    await database.aclose()

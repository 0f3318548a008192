"""A server that stands still past its lease, as a machine does that is moved or swaps."""

import asyncio
import re
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from tests.databases import Pool
from tests.engine.conftest import Working


@asynccontextmanager
async def nobody_writes(url: str) -> AsyncIterator[None]:
    """Hold the write lock of a SQLite file."""
    with closing(
        sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    ) as file:
        file.execute("PRAGMA busy_timeout = 20000")
        await asyncio.to_thread(file.execute, "BEGIN IMMEDIATE")
        yield
        file.execute("ROLLBACK")


@pytest.mark.timeout(300)
async def test_a_server_that_slept_past_its_lease_says_nothing_that_another_has_said(
    databases: Pool, working: Working, tmp_path: Path
) -> None:
    url = await databases.ready("sqlite")
    async with working(url) as proof:
        sleeper, platforms = proof.fleet.servers[0], proof.platforms
        for _ in range(3):
            async with nobody_writes(url):
                # Nothing new can be looked at; what was, is said after a while. Then all in hand is before its look.
                await proof.stands_still()
                sleeper.pause()
            await proof.struck()
            said = len(platforms.arrivals)
            await proof.goes_on()
            sleeper.send(signal.SIGCONT)
            await proof.until(lambda said=said: any(each.by == sleeper.name for each in platforms.arrivals[said:]))  # type: ignore[misc]
        await proof.quiet()
        await proof.check()
        log = (tmp_path / "log").read_text()
        assert re.search("somebody else has it by now", log), "it had nothing in hand that was taken from it"

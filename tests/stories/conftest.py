"""A stage for each story."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.databases import Pool
from tests.stories.stage import Stage, set_up


@pytest_asyncio.fixture
async def stage(databases: Pool, tmp_path: Path) -> AsyncIterator[Stage]:
    """The sandbox and Bellhop with a polled Telegram, Slack over HTTP, Stripe, and Bellhop's own room."""
    async with set_up(tmp_path, database_url=await databases.ready("sqlite")) as whole:
        yield whole

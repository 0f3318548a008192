"""The sandbox for set-ups to be tried against, and the environment that names it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from sandbox.app import Cast
from sandbox.environment import environment
from sandbox.world import World
from tests.handlers.conftest import template
from tests.outside import cast, world
from tests.serving import running

__all__ = ["cast", "template", "world"]


@pytest_asyncio.fixture
async def environ(world: World, cast: Cast, tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    """The variables of a set-up that works, with the sandbox running behind it."""
    async with running(world, cast):
        yield {
            **environment(world),
            "BELLHOP_DATABASE_URL": f"sqlite:///{tmp_path}/bellhop.db",
            "BELLHOP_SECRET_KEYS": "a key of the tests",
        }

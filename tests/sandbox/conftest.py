"""A fresh world for each test, and its sandbox on a free port."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sandbox.app import Cast
from sandbox.world import World
from tests.outside import cast, world
from tests.sandbox.slack_stage import Stage, a_stage
from tests.serving import running

__all__ = ["cast", "world"]


@pytest_asyncio.fixture
async def sandbox_server(world: World, cast: Cast) -> AsyncIterator[str]:
    """The address of the running sandbox."""
    async with running(world, cast) as url:
        yield url


@pytest_asyncio.fixture(params=["http", "socket"])
async def stage(request: pytest.FixtureRequest, world: World, cast: Cast, sandbox_server: str) -> AsyncIterator[Stage]:
    """People and a real Bolt app in Slack's twin, both ways."""
    async with a_stage(world, cast.slack, over_socket=request.param == "socket") as made:
        yield made


@pytest_asyncio.fixture
async def by_http(world: World, cast: Cast, sandbox_server: str) -> AsyncIterator[Stage]:
    """The same over HTTP, for what does not depend on how the app listens."""
    async with a_stage(world, cast.slack) as made:
        yield made

"""The sandbox on a free port, for channels to talk to, and Slack's channel on it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sandbox.app import Cast
from tests.channels.slack_stage import SlackStage, slack_stage
from tests.sandbox.conftest import cast, sandbox_server, world

__all__ = ["cast", "sandbox_server", "world"]


@pytest_asyncio.fixture(params=["http", "socket"])
async def stage(cast: Cast, sandbox_server: str, request: pytest.FixtureRequest) -> AsyncIterator[SlackStage]:
    """Slack's channel both ways; tests of another channel have a stage of their own."""
    async with slack_stage(cast, over_socket=request.param == "socket") as stage:
        yield stage


@pytest_asyncio.fixture
async def http(cast: Cast, sandbox_server: str) -> AsyncIterator[SlackStage]:
    """The same over HTTP, for what does not depend on how it listens."""
    async with slack_stage(cast) as stage:
        yield stage

"""Slack keeps the promises of every channel, over HTTP and over Socket Mode."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sandbox.app import Cast
from tests.channels.contract import ChannelContract
from tests.channels.slack_stage import SlackStage, slack_stage


class TestSlack(ChannelContract):
    """The contract, over the sandbox's Web API."""

    @pytest_asyncio.fixture(params=["http", "socket"])
    async def stage(self, cast: Cast, sandbox_server: str, request: pytest.FixtureRequest) -> AsyncIterator[SlackStage]:
        async with slack_stage(cast, over_socket=request.param == "socket") as stage:
            yield stage

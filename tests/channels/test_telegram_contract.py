"""Telegram keeps the promises of every channel."""

from collections.abc import AsyncIterator

import pytest_asyncio

from sandbox.app import Cast
from tests.channels.contract import ChannelContract
from tests.channels.telegram_stage import TelegramStage, telegram_stage


class TestTelegram(ChannelContract):
    """The contract, over the sandbox's Bot API."""

    @pytest_asyncio.fixture
    async def stage(self, cast: Cast, sandbox_server: str) -> AsyncIterator[TelegramStage]:
        async with telegram_stage(cast, sandbox_server) as stage:
            yield stage

"""Slack waits three seconds for an answer. What takes longer goes on behind it.

https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response
"""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError
from slack_sdk.errors import SlackClientError
from slack_sdk.webhook.async_client import AsyncWebhookClient

log = logging.getLogger(__name__)

PATIENCE = 2.0
"""Seconds until Slack is answered in any case; the third is for the way."""
LATER = "Bellhop is slow at the moment. It goes on, and the answer follows."
LOST = "This could not be taken in: Bellhop's database did not answer. Please try again."


class Busy(Exception):
    """It is not stored yet. Told so, Slack brings an event again; what was stored by then is known and left alone."""


@dataclass(frozen=True)
class Behind:
    """The work of one app that goes on after Slack was answered."""

    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def is_done_soon(self, work: Coroutine[Any, Any, None], address: str = "") -> bool:
        """Whether it was done in time. If not it goes on, and should it fail, the person at `address` is told.

        `address` is Slack's response_url. Raises what the work raises in time.
        """
        task = asyncio.create_task(work)
        done, _ = await asyncio.wait((task,), timeout=PATIENCE)
        if done:
            task.result()
            return True
        follow = asyncio.create_task(_follow(task, address))
        self._tasks.add(follow)
        follow.add_done_callback(self._tasks.discard)
        return False

    async def finish(self) -> None:
        """Wait for all that goes on."""
        await asyncio.gather(*self._tasks)


async def _follow(task: asyncio.Task[None], address: str) -> None:
    try:
        await task
    except Exception as error:
        log.warning("what Slack told was not stored: %s", type(error).__name__)
        if address:
            await _tell(address)


async def _tell(address: str) -> None:
    try:
        await AsyncWebhookClient(address).send(text=LOST, response_type="ephemeral")
    except (SlackClientError, ClientError, TimeoutError) as error:
        log.warning("nobody could be told: %s", type(error).__name__)

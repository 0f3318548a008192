"""The line to Slack: who we are there, and the socket when no public address is needed."""

import asyncio
import logging
from contextlib import suppress

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.refusals import SENTENCES, code_of

log = logging.getLogger(__name__)

FIRST_GAP, LONGEST_GAP = 1.0, 60.0
TIMEOUT = aiohttp.ClientTimeout(total=30)
"""Seconds between tries, and for one answer."""


class Connection:
    """Asks Slack who we are until it answers, then keeps a socket open if there is an app token."""

    def __init__(self, client: AsyncWebClient, bolt: AsyncApp, app_token: str) -> None:
        self.account = ""
        self.handle = ""
        self._client = client
        self._bolt = bolt
        self._app_token = app_token
        self._problem = "Slack was not asked yet."
        self.listening = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._socket: AsyncSocketModeHandler | None = None

    @property
    def problem(self) -> str:
        """What is wrong, in a sentence; empty when nothing is."""
        if self._problem or not self._app_token:
            return self._problem
        open_socket = self._socket.client.current_session if self._socket else None
        return "" if open_socket and not open_socket.closed else "Slack's Socket Mode is not connected."

    def start(self) -> None:
        """Begin, in the background."""
        self._client.session = aiohttp.ClientSession(timeout=TIMEOUT, trust_env=True)
        self._task = asyncio.create_task(self._connect())

    async def stop(self) -> None:
        """End everything that `start` began."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._socket:
            await _close(self._socket)
        if self._client.session:
            await self._client.session.close()

    async def _connect(self) -> None:
        gap = FIRST_GAP
        while not await self._introduce():
            await asyncio.sleep(gap)
            gap = min(gap * 2, LONGEST_GAP)
        if self._app_token:
            self._socket = AsyncSocketModeHandler(self._bolt, self._app_token, web_client=self._client)
            # From here on the SDK itself dials again whenever the line breaks.
            await self._socket.client.connect()  # type: ignore[no-untyped-call]
        self.listening.set()

    async def _introduce(self) -> bool:
        try:
            told = await self._client.auth_test()
        except SlackApiError as error:
            self._problem = SENTENCES.get(code_of(error), f"Slack answers: {code_of(error) or 'nothing useful'}.")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self._problem = f"Slack cannot be reached ({type(error).__name__})."
        else:
            whole = told.get("is_enterprise_install") and told.get("enterprise_id")
            self.account, self.handle, self._problem = str(whole or told["team_id"]), told["user"], ""
            return True
        log.warning("%s", self._problem)
        return False


async def _close(socket: AsyncSocketModeHandler) -> None:
    """Close, and wait for the SDK's tasks: it cancels them and leaves them behind."""
    client = socket.client
    tasks = [client.message_processor, client.current_session_monitor, client.message_receiver]
    with suppress(ConnectionError):
        await client.close()  # type: ignore[no-untyped-call]
    await asyncio.gather(*(task for task in tasks if task), return_exceptions=True)

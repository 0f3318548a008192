"""The line to Slack: who the settings' token makes us there, and the socket when no public address is needed."""

import asyncio
import logging
import re
from contextlib import suppress

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.refusals import DEAD_TOKEN, SENTENCES, TOKEN, code_of
from bot.channels.slack.scopes import hears_threads

log = logging.getLogger(__name__)

FIRST_GAP, LONGEST_GAP = 1.0, 60.0
TIMEOUT = aiohttp.ClientTimeout(total=30)
"""Seconds between tries, and for one answer."""


class Connection:
    """Asks Slack who we are until it answers, then keeps a socket open if there is an app token.

    Without a token of the settings' own there is nobody to ask about: workspaces come by adding the app.
    """

    def __init__(self, token: str, base_url: str, app_token: str, *, alone: bool = True) -> None:
        """`alone`: no other workspace can be served, so a token that Slack refuses is asked about again and again."""
        self.account = ""
        self.handle = ""
        self.hears_threads = True
        self.token = token
        # What failed is tried again by the outbox, which also knows what was said since; the SDK tries nothing itself.
        self._client = AsyncWebClient(token or None, base_url=base_url, retry_handlers=[])
        self._app_token = app_token
        self._alone = alone
        self._problem = "Slack was not asked yet." if token else ""
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

    async def serves(self, account: str) -> bool:
        """Whether the settings' token speaks in that workspace; Slack is asked once who we are there."""
        if self.token and not self.account:
            await self._introduce()
        return bool(self.token) and account == self.account

    @property
    def undecided(self) -> bool:
        """Whether there is a token, and Slack has not said yet where it speaks."""
        return bool(self.token) and not self.account

    def lost(self) -> None:
        """Slack does not take the settings' token any more; other workspaces go on."""
        log.warning("the settings' workspace: %s", TOKEN)
        self.token, self._problem = "", ""

    def client_like_ours(self) -> AsyncWebClient:
        """Another client that shares our connections to Slack."""
        return AsyncWebClient(base_url=self._client.base_url, retry_handlers=[], session=self._client.session)

    def start(self, bolt: AsyncApp) -> None:
        """Begin, in the background; `bolt` hears what comes through the socket."""
        self._client.session = aiohttp.ClientSession(timeout=TIMEOUT, trust_env=True)
        self._task = asyncio.create_task(self._connect(bolt))

    async def stop(self) -> None:
        """End everything that `start` began."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._socket:
            await _close(self._socket)
        if self._client.session:
            await self._client.session.close()

    async def _connect(self, bolt: AsyncApp) -> None:
        gap = FIRST_GAP
        while self.token and not await self._introduce():
            await asyncio.sleep(gap)
            gap = min(gap * 2, LONGEST_GAP)
        if self._app_token:
            self._socket = AsyncSocketModeHandler(bolt, self._app_token, web_client=self._client)
            # From here on the SDK itself dials again whenever the line breaks.
            await self._socket.client.connect()  # type: ignore[no-untyped-call]
        self.listening.set()

    async def _introduce(self) -> bool:
        try:
            told = await self._client.auth_test()
        except SlackApiError as error:
            self._problem = SENTENCES.get(code_of(error), f"Slack answers: {code_of(error) or 'nothing useful'}.")
            if code_of(error) in DEAD_TOKEN and not self._alone:
                self.lost()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self._problem = f"Slack cannot be reached ({type(error).__name__})."
        else:
            whole = told.get("is_enterprise_install") and told.get("enterprise_id")
            self.account, self.handle, self._problem = str(whole or told["team_id"]), told["user"], ""
            granted = told.headers.get("x-oauth-scopes")
            self.hears_threads = granted is None or hears_threads(re.split(r"[,\s]+", granted))
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

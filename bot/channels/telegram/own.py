"""Teams' own bots: each is a channel of its own, made of the token that its team typed on the set-up page."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog

from bot.channels.telegram.connection import REFUSED
from handlers.channel import Departed
from handlers.house import House
from handlers.moving.own_bot import learn_handle, own_bots, token_refused

if TYPE_CHECKING:
    from bot.channels.telegram.channel import TelegramChannel

LOOK_EVERY = 2.0
"""Seconds between two looks at which bots there are: a token may be typed in another process."""

log = structlog.get_logger(__name__)


class OwnBots:
    """The bots by account. `make` builds the channel of a token; it is connected once `start` was called."""

    def __init__(self, house: House, make: Callable[[str], "TelegramChannel"]) -> None:
        self._house = house
        self._make = make
        self._bots: dict[str, tuple[str, TelegramChannel]] = {}
        self._listens: set[str] = set()
        self._named: set[str] = set()
        self._read_at = 0.0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Connect every bot there is, and each that comes."""
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Disconnect them all."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        for account in list(self._bots):
            await self._drop(account)

    async def of(self, account: str) -> "TelegramChannel":
        """The bot of an account. Raises Departed when its token is gone."""
        # A worker does not watch, and must not go on with a token that was replaced.
        if account not in self._bots or time.monotonic() - self._read_at > LOOK_EVERY:
            await self._read()
        if account not in self._bots:
            raise Departed("The team's own Telegram bot is not set up any more.")
        return self._bots[account][1]

    async def _watch(self) -> None:
        while True:
            try:
                await self._read()
                await self._listen()
            except Exception as error:
                log.warning("own_bots_unread", problem=type(error).__name__)
            await asyncio.sleep(LOOK_EVERY)

    async def _read(self) -> None:
        """Know the bots there are now; one with another token is another bot."""
        there = await own_bots(self._house)
        self._read_at = time.monotonic()
        for account in [each for each, (token, _) in self._bots.items() if there.get(each) != token]:
            await self._drop(account)
        for account, token in there.items():
            if account not in self._bots:
                self._bots[account] = (token, self._make(token))

    async def _listen(self) -> None:
        for account, (_, bot) in list(self._bots.items()):
            if account not in self._listens:
                self._listens.add(account)
                await bot.start()
            if bot.handle and account not in self._named:
                self._named.add(account)
                await learn_handle(self._house, account, bot.handle)
            if bot.problem == REFUSED:
                await token_refused(self._house, account)

    async def _drop(self, account: str) -> None:
        _, bot = self._bots.pop(account)
        self._listens.discard(account)
        self._named.discard(account)
        await bot.stop()

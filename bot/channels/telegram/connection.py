"""The bot's connection: who it is, how updates reach it, what its menu offers. It never gives up.

By webhook Telegram calls us; by polling we ask, and an update counts as taken only when the next question is asked,
which is after it was stored: nothing is lost when the machine dies at any moment.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import structlog
from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    MenuButtonCommands,
    Update,
    User,
)
from telegram.constants import BotCommandLimit
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.refusals import wait
from bot.settings import TelegramMode
from handlers.commands import CommandInfo

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member", "pre_checkout_query")
POLL_SECONDS = 25
LONGEST_GAP = 60.0
ABOUT = (
    "Book a time, talk to a person, meet on video and pay, all in this chat.\n\n"
    "You talk to a program first; a person of the team may read along and answer."
)
IN_SHORT = "Book, talk, meet on video and pay in one chat."
MENUS: tuple[tuple[BotCommandScope, Callable[[CommandInfo], bool]], ...] = (
    (BotCommandScopeAllPrivateChats(), lambda each: each.customer),
    (BotCommandScopeAllGroupChats(), lambda each: each.agent),
    (BotCommandScopeAllChatAdministrators(), lambda each: each.agent or each.owner),
)
"""Which commands each place offers. A menu is no door: the rights are asked for when a command is heard."""
REFUSED = "Telegram does not accept the token"
NOT_YET = "Telegram has not been reached yet"

log = structlog.get_logger(__name__)

Take = Callable[[Update], Awaitable[None]]
"""Stores an update durably; returns after the commit."""


class Connection:
    """Keeps `bot` connected in the background between `start` and `stop`. `problem` is empty while all is well."""

    def __init__(self, bot: Bot, mode: TelegramMode, commands: Sequence[CommandInfo], *, hook: str, secret: str,
                 take: Take) -> None:  # fmt: skip
        self.problem = NOT_YET
        self._bot = bot
        self._mode = mode
        self._commands = commands
        self._hook = hook
        self._secret = secret
        self._take = take
        self._me: User | None = None
        self._known = asyncio.Event()
        self._offset = 0
        self._failures = 0
        self._task: asyncio.Task[None] | None = None

    @property
    def username(self) -> str:
        """The bot's name without @; empty until Telegram was reached."""
        return (self._me and self._me.username) or ""

    async def me(self) -> User:
        """The bot as Telegram knows it. Raises TelegramError when it has to be asked and does not answer."""
        if self._me is None:
            self._me = await self._bot.get_me()
            self._known.set()
        return self._me

    async def until_known(self) -> None:
        """Wait until Telegram has told who the bot is."""
        await self._known.wait()

    def start(self) -> None:
        """Connect in the background."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Let go. What was not stored will be sent again by Telegram."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while not await self._manages(self._introduce):
            pass
        while self._mode is TelegramMode.POLLING:
            await self._manages(self._poll)

    async def _manages(self, step: Callable[[], Awaitable[None]]) -> bool:
        """Do one step; when it fails say so, wait a little longer than last time, and return False."""
        try:
            await step()
        except Exception as error:
            self.problem = _sentence(error)
            gap = wait(error) if isinstance(error, RetryAfter) else min(2.0**self._failures / 2, LONGEST_GAP)
            self._failures += 1
            log.warning("telegram_trouble", problem=self.problem, again_in=gap)
            await asyncio.sleep(gap)
            return False
        self.problem, self._failures = "", 0
        return True

    async def _introduce(self) -> None:
        await self.me()
        if self._mode is TelegramMode.WEBHOOK:
            await self._bot.set_webhook(self._hook, secret_token=self._secret, allowed_updates=ALLOWED)
        else:
            await self._bot.delete_webhook()
        for scope, is_for in MENUS:
            await self._bot.set_my_commands([_entry(each) for each in self._commands if is_for(each)], scope)
        await self._bot.set_chat_menu_button(menu_button=MenuButtonCommands())
        if not (await self._bot.get_my_description()).description:
            await self._bot.set_my_description(ABOUT)
        if not (await self._bot.get_my_short_description()).short_description:
            await self._bot.set_my_short_description(IN_SHORT)

    async def _poll(self) -> None:
        updates = await self._bot.get_updates(self._offset, timeout=POLL_SECONDS, allowed_updates=ALLOWED)
        for update in updates:
            await self._take(update)
            self._offset = update.update_id + 1


def _entry(command: CommandInfo) -> BotCommand:
    words = f"{command.summary} ({command.usage})" if command.usage else command.summary
    return BotCommand(command.name, words[: BotCommandLimit.MAX_DESCRIPTION])


def _sentence(error: Exception) -> str:
    if isinstance(error, InvalidToken):
        return REFUSED
    if isinstance(error, Conflict):
        return "Another program is polling with the same token"
    if isinstance(error, TelegramError):
        return f"Telegram: {error.message}"
    return f"An update could not be stored: {type(error).__name__}"

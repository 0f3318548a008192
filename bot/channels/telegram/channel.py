"""Telegram as a chat channel: one class between the outbox, the inbox and the Bot API."""

import asyncio
import hmac
import logging
import os
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from telegram import Bot, Update
from telegram.constants import ForumTopicLimit, ReactionEmoji
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.request import HTTPXRequest

from bot.channels.hold import Hold
from bot.channels.telegram.connection import Connection
from bot.channels.telegram.files import unpack
from bot.channels.telegram.hear import CHANNEL, to_heard, trouble_in
from bot.channels.telegram.money import Purse
from bot.channels.telegram.own import OwnBots
from bot.channels.telegram.refusals import NO_TOPIC, NOBODY, for_the_outbox, says
from bot.channels.telegram.updates import PollRequest, read_update
from bot.channels.telegram.writer import Spot, Writer, unpack_ids
from bot.settings import TelegramSettings
from handlers.channel import Fetch, Sent, TryLater, Undeliverable
from handlers.commands import CommandInfo
from handlers.effects import Mark
from handlers.heard import Heard, Origin, Place, Press
from handlers.messages import Attachment, Button, Message, rows
from storage.tables import Seat, Side

Accept = Callable[[Heard], Awaitable[None]]
"""Stores what was heard durably; returns after the commit."""

MARKS = {Mark.DELIVERED: ReactionEmoji.OK_HAND_SIGN, Mark.FAILED: ReactionEmoji.SHRUG}
"""A bot may only use Telegram's own reactions, and a tick is not among them."""


class NotOurs(Exception):
    """An update that Telegram did not send: its secret is missing or wrong."""


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


class TelegramChannel:
    """One bot. `accept` takes what is heard, `fetch` brings files from other platforms, `purse` minds the money.

    `path` is where Telegram calls it. `own`: teams' own bots, which it speaks through for their accounts.
    """

    name = CHANNEL

    def __init__(self, settings: TelegramSettings, *, accept: Accept, fetch: Fetch, commands: Sequence[CommandInfo],
                 public_url: str, now: Callable[[], datetime] = utc_now,
                 purse: Purse | None = None, path: str = "telegram", own: OwnBots | None = None) -> None:  # fmt: skip
        self.per_second = settings.messages_per_second
        self._accept = accept
        self._now = now
        self._purse = purse
        self.own = own
        # Large files take their time, and a long poll must not keep a message waiting for a connection.
        self._requests = (HTTPXRequest(read_timeout=15, media_write_timeout=60), PollRequest(connection_pool_size=1))
        self._bot = _bot(settings, *self._requests)
        self._secret = settings.secret
        self._writer = Writer(self._bot, self.account, fetch)
        self._hold = Hold()
        self._begun: dict[tuple[int, str], str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        hook = f"{public_url.rstrip('/')}/{path}"
        self._connection = Connection(
            self._bot, settings.mode, commands, hook=hook, secret=self._secret, take=self._take
        )

    @property
    def account(self) -> str:
        """The bot's id, which every token begins with."""
        return self._bot.token.partition(":")[0]

    @property
    def handle(self) -> str:
        """The bot's username, for t.me links; empty until Telegram was reached."""
        return self._connection.username

    async def until_known(self) -> None:
        """Wait until Telegram has told the bot's username."""
        await self._connection.until_known()

    @property
    def problem(self) -> str:
        """Why the bot is not connected, in a sentence; empty when it is."""
        return self._connection.problem

    async def start(self) -> None:
        """Connect in the background; an unreachable Telegram is tried until it answers."""
        self._connection.start()
        if self.own is not None:
            self.own.start()

    async def stop(self) -> None:
        """Disconnect and close."""
        if self.own is not None:
            await self.own.stop()
        await self._connection.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for request in (self._bot.request, self._bot._request[0]):
            await request.shutdown()

    async def receive(self, body: bytes, secret_header: str | None) -> None:
        """Take one update of the webhook.

        Raises NotOurs, ValueError when it cannot be read, TelegramError while Telegram has not told who the bot is.
        """
        if not hmac.compare_digest((secret_header or "").encode(), self._secret.encode()):
            raise NotOurs
        await self._take(read_update(body, self._bot))

    async def send(self, seat: Seat, account: str, message: Message, *, replaces: str = "") -> Sent:
        """Say `message` at `seat`. At the desk a conversation has its own topic; a deleted one is begun again."""
        if account != self.account:
            return await (await self._other(account)).send(seat, account, message, replaces=replaces)
        with self._patiently(seat.chat):
            thread = seat.thread or await self._topic(seat, message)
            try:
                sent = await self._put(Spot(seat.chat, thread), message, replaces)
            except BadRequest as error:
                if not (_wants_topic(seat) and says(error, *NO_TOPIC)):
                    raise
                self._begun.pop(_key(seat), None)
                sent = await self._put(Spot(seat.chat, await self._topic(seat, message)), message)
        # Once a message stands in the topic, the seat itself remembers it.
        self._begun.pop(_key(seat), None)
        return sent

    async def answer(self, origin: Origin, message: Message, *, edit: bool = False) -> None:
        """Answer where `origin` was said; a secret goes to the person's own chat with the bot."""
        if origin.account != self.account:
            await (await self._other(origin.account)).answer(origin, message, edit=edit)
            return
        spot = Spot(origin.chat, origin.thread)
        with self._patiently(origin.chat):
            if message.secret and origin.place is Place.GROUP:
                await self._whisper(origin, message)
            else:
                await self._put(spot, message, origin.message_id if edit else "")

    async def take_back(self, account: str, chat: str, message_id: str) -> None:
        """Delete a message of ours, with all its parts. Raises Undeliverable when it is too old, or gone."""
        if account != self.account:
            await (await self._other(account)).take_back(account, chat, message_id)
            return
        with self._patiently(chat):
            for number in unpack_ids(message_id):
                await self._bot.delete_message(chat, number)

    async def settle(self, origin: Origin, greeting: Message) -> str:
        """Say `greeting` in a forum where topics may be opened; else what to switch on."""
        if origin.account != self.account:
            return await (await self._other(origin.account)).settle(origin, greeting)
        with self._patiently(origin.chat):
            chat = await self._bot.get_chat(origin.chat)
            me = await self._bot.get_chat_member(origin.chat, int(self.account))
            if trouble := trouble_in(chat, me):
                return trouble
            await self._put(Spot(origin.chat, origin.thread), greeting)
        return ""

    async def mark(self, origin: Origin, mark: Mark) -> None:
        """React to the message at `origin`; where the chat or the message takes no reactions, do nothing."""
        if origin.account != self.account:
            await (await self._other(origin.account)).mark(origin, mark)
            return
        if not origin.message_id:
            return
        with self._patiently(origin.chat), suppress(BadRequest, Forbidden):
            await self._bot.set_message_reaction(origin.chat, int(origin.message_id), MARKS[mark])

    async def download(self, file: Attachment) -> bytes:
        """The bytes of a file that was sent to this bot. Raises Undeliverable when it is gone or too large."""
        if file.account not in {"", self.account}:
            return await (await self._other(file.account)).download(file)
        return await unpack(self._bot, file)

    async def _other(self, account: str) -> "TelegramChannel":
        """The team's own bot of that account. Raises Undeliverable when there is none."""
        if self.own is None:
            raise Undeliverable("This conversation belongs to another bot than the one set up here.")
        return await self.own.of(account)

    @contextmanager
    def _patiently(self, chat: str) -> Iterator[None]:
        self._hold.check(chat)
        try:
            with for_the_outbox():
                yield
        except TryLater as busy:
            self._hold.keep(chat, busy.seconds)
            raise

    async def _put(self, spot: Spot, message: Message, replaces: str = "") -> Sent:
        if replaces:
            ids = await self._writer.replace(spot, replaces, message)
        else:
            ids = await self._writer.say(spot, message)
        return Sent(message_id=ids, thread=spot.thread)

    async def _topic(self, seat: Seat, message: Message) -> str:
        """A new topic at the desk, remembered until something stands in it: a refused card opens no second one."""
        if not _wants_topic(seat):
            return ""
        if _key(seat) not in self._begun:
            name = " ".join((message.title or message.author or message.text).split()) or "Conversation"
            topic = await self._bot.create_forum_topic(seat.chat, name[: ForumTopicLimit.MAX_NAME_LENGTH])
            self._begun[_key(seat)] = str(topic.message_thread_id)
        return self._begun[_key(seat)]

    async def _whisper(self, origin: Origin, message: Message) -> None:
        try:
            await self._put(Spot(origin.user), message)
        except (Forbidden, BadRequest) as error:
            if isinstance(error, BadRequest) and not says(error, *NOBODY):
                raise
            # A bot may not write to someone first: they have to open its chat themselves, once.
            me = await self._connection.me()
            door = Button(label="Open the chat", url=f"https://t.me/{me.username}")
            hint = Message(text="Open a chat with me once, then press again.", buttons=rows([door]))
            await self._put(Spot(origin.chat, origin.thread), hint)

    async def _take(self, update: Update) -> None:
        if self._purse is not None and await self._purse.take(update, self._bot):
            return
        heard = to_heard(update, await self._connection.me(), now=self._now())
        if heard is None:
            return
        await self._accept(heard)
        if isinstance(heard, Press):
            self._spawn(self._acknowledge(heard.origin.reply_to))

    async def _acknowledge(self, query: str) -> None:
        # The button spins until this arrives; a query that is too old, or answered before, needs nothing more.
        with suppress(TelegramError):
            await self._bot.answer_callback_query(query)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _wants_topic(seat: Seat) -> bool:
    return seat.side == Side.AGENT and Spot(seat.chat).is_group


def _key(seat: Seat) -> tuple[int, str]:
    return seat.conversation_id, seat.chat


def _bot(settings: TelegramSettings, request: HTTPXRequest, poll: PollRequest) -> Bot:
    # The HTTP client logs every address it calls, and the Bot API's addresses contain the token.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # The library's own way to say that its new type of waiting time is welcome already.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    root = settings.api_url.rstrip("/")
    return Bot(
        settings.token.get_secret_value(),
        base_url=f"{root}/bot",
        base_file_url=f"{root}/file/bot",
        request=request,
        get_updates_request=poll,
    )

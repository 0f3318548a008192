"""The Telegram channel on stage: polling the sandbox's Bot API, with people who use their own Telegram."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from pydantic import SecretStr

from bot.channels.telegram import TelegramChannel
from bot.settings import TelegramMode, TelegramSettings
from handlers.commands import CommandInfo
from handlers.heard import Heard
from handlers.messages import Attachment
from sandbox.app import Cast
from sandbox.faults import Fault, Rule
from sandbox.telegram import Telegram
from sandbox.telegram.params import Upload
from sandbox.telegram.state import GROUP_ID
from storage.tables import Seat, Side
from tests.channels.contract import Seen

MIA, ARJUN, ANA, BEN = 1001, 1002, 2001, 2002
PEOPLE = {"mia": MIA, "arjun": ARJUN, "ana": ANA, "ben": BEN}
AGENTS = frozenset({"ana", "ben"})
COMMANDS = (
    CommandInfo("book", "Book a time", customer=True),
    CommandInfo("pay", "Ask for money", usage="49 USD Consultation", agent=True),
    CommandInfo("help", "What can be done here", customer=True, agent=True),
)


class TelegramStage:
    """Fulfils `tests.channels.contract.Stage`."""

    def __init__(self, twin: Telegram, url: str, *, mode: TelegramMode = TelegramMode.POLLING, public_url: str = "",
                 webhook_secret: str = "") -> None:  # fmt: skip
        self.twin = twin
        self.heard: asyncio.Queue[Heard] = asyncio.Queue()
        # What keeps an update from being stored: so many failures, or a gate; `knocked` when one has come.
        self.failures = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.knocked = asyncio.Event()
        self.files: dict[str, bytes] = {}
        self.account = str(twin.state.bot_id)
        self.customer = Seat(conversation_id=1, account_id=1, side=Side.CUSTOMER, chat=str(MIA))
        self.desk = Seat(conversation_id=1, account_id=1, side=Side.AGENT, chat=str(GROUP_ID))
        settings = TelegramSettings(
            token=SecretStr(twin.world.secrets.telegram_token),
            webhook_secret=SecretStr(webhook_secret),
            mode=mode,
            api_url=f"{url}/telegram",
        )
        self.channel = TelegramChannel(
            settings, accept=self._accept, fetch=self._fetch, commands=COMMANDS, public_url=public_url or url
        )

    def sees(self, person: str) -> list[Seen]:
        """Everything of the bot's in the group, for agents, and in one's own chat."""
        chats = [GROUP_ID, PEOPLE[person]] if person in AGENTS else [PEOPLE[person]]
        messages = [each for chat in chats for each in self.twin.state.chats[chat].messages.values()]
        return [self._seen(each) for each in messages if each["from"]["is_bot"] and not is_service(each)]

    async def writes(self, person: str, text: str, *, thread: str = "") -> Heard:
        """Write to the bot or at the desk."""
        self.twin.people.send_text(PEOPLE[person], text, chat=self._place(person), thread=int(thread or 0))
        return await self.next()

    async def rewrites(self, person: str, heard: Heard, text: str) -> Heard:
        """Change one's own message."""
        self.twin.people.edit(PEOPLE[person], int(heard.origin.message_id), text, chat=int(heard.origin.chat))
        return await self.next()

    async def presses(self, person: str, label: str) -> Heard:
        """Tap a button."""
        told = await self.twin.people.tap_label(PEOPLE[person], label, chat=self._place(person))
        assert told["answered"], "the button would spin for ever"
        return await self.next()

    async def hands_in(self, person: str, name: str, mime: str, data: bytes) -> Heard:
        """Send a document, or a photo when it is a picture."""
        kind = "photo" if mime.startswith("image/") else "document"
        self.twin.people.send_file(PEOPLE[person], Upload(name, mime, data), kind, chat=self._place(person))
        return await self.next()

    def marks(self, heard: Heard) -> int:
        """Reactions of the bot."""
        chat = self.twin.state.chats[int(heard.origin.chat)]
        return int(self.twin.state.bot_id in chat.reactions.get(int(heard.origin.message_id), {}))

    def leaves(self) -> None:
        """Block the bot."""
        self.twin.people.block(MIA, True)

    def demands_patience(self, seconds: int) -> None:
        """Too many requests."""
        self.twin.world.faults.add(Rule("telegram", Fault.RATE_LIMITED, method="send", retry_after=seconds))

    async def next(self) -> Heard:
        """What the channel heard next."""
        return await asyncio.wait_for(self.heard.get(), 10)

    async def _accept(self, heard: Heard) -> None:
        self.knocked.set()
        await self.gate.wait()
        if self.failures:
            self.failures -= 1
            raise OSError("the disk is full")
        await self.heard.put(heard)

    async def _fetch(self, file: Attachment) -> bytes:
        return self.files[file.file_id]

    def _seen(self, message: dict[str, Any]) -> Seen:
        keys = message.get("reply_markup", {}).get("inline_keyboard", [])
        return Seen(
            text=message.get("text", message.get("caption", "")),
            buttons=tuple(key["text"] for row in keys for key in row),
            files=tuple(self.twin.state.files.kept[each].data for each in _file_ids(message)),
            thread=str(message.get("message_thread_id", "")),
        )

    @staticmethod
    def _place(person: str) -> int:
        return GROUP_ID if person in AGENTS else 0


async def eventually(holds: Callable[[], object]) -> None:
    """Wait until `holds()`. Raises TimeoutError after ten seconds."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - nothing announces it
            await asyncio.sleep(0.01)


def is_service(message: dict[str, Any]) -> bool:
    """Whether a message only says that a topic was opened or closed."""
    return any(key.startswith("forum_topic") for key in message)


def _file_ids(message: dict[str, Any]) -> list[str]:
    things = [
        message.get("photo", [{}])[-1],
        *(message.get(kind, {}) for kind in ("document", "voice", "video", "audio")),
    ]
    return [thing["file_id"] for thing in things if thing]


@asynccontextmanager
async def telegram_stage(cast: Cast, url: str) -> AsyncIterator[TelegramStage]:
    """A channel that polls; Mia and Ana have opened the bot, and it has heard them."""
    stage = TelegramStage(cast.telegram, url)
    cast.telegram.people.start(MIA)
    cast.telegram.people.start(ANA)
    await stage.channel.start()
    await stage.next()
    await stage.next()
    try:
        yield stage
    finally:
        await stage.channel.stop()
        # Ends the long poll that nobody waits for any more, so that the sandbox can close.
        cast.telegram.state.updates.set_hook(None)

"""The Slack channel on stage: over HTTP or Socket Mode, with people who use the sandbox's Slack."""

import asyncio
import html
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from pydantic import SecretStr

from bot.channels.slack import SlackChannel, slack_routes
from bot.settings import SlackSettings
from handlers.commands import CommandInfo
from handlers.heard import Heard, Submitted
from handlers.messages import Attachment
from sandbox.app import Cast
from sandbox.faults import Fault, Rule
from sandbox.slack import Slack
from sandbox.slack.model import Channel, Message
from storage.tables import Seat, Side
from tests.channels.contract import Seen
from tests.sandbox.slack_stage import serving

PEOPLE = {"mia": "U0CARLA", "ana": "U0ANA", "ben": "U0BEN"}
DESK, TEAM, DIRECT = "C0DESK", "T0ACME", "D0CARLA"
COMMANDS = (
    CommandInfo("book", "Book a time", customer=True),
    CommandInfo("pay", "Ask for money", usage="49 USD Consultation", agent=True),
    CommandInfo("video", "Start the video room", agent=True),
    CommandInfo("agenda", "What is ahead", agent=True),
    CommandInfo("help", "What can be done here", customer=True, agent=True),
)


class SlackStage:
    """Fulfils `tests.channels.contract.Stage`."""

    def __init__(self, twin: Slack, *, over_socket: bool = False) -> None:
        self.twin = twin
        self.team = twin.core.teams[TEAM]
        self.heard: asyncio.Queue[Heard] = asyncio.Queue()
        self.files: dict[str, bytes] = {}
        self.mistakes: dict[str, str] = {}
        self.account = TEAM
        self.customer = Seat(conversation_id=1, account_id=1, side=Side.CUSTOMER, chat=DIRECT)
        self.desk = Seat(conversation_id=1, account_id=1, side=Side.AGENT, chat=DESK)
        secrets = twin.core.world.secrets
        settings = SlackSettings(
            bot_token=SecretStr(secrets.slack_bot_token),
            signing_secret=SecretStr("" if over_socket else secrets.slack_signing_secret),
            app_token=SecretStr(secrets.slack_app_token if over_socket else ""),
            api_url=f"{twin.core.world.public_url}/slack",
        )
        self.channel = SlackChannel(
            settings,
            accept=self.heard.put,
            check_form=self._check,
            fetch=self.fetch,
            commands=COMMANDS,
            public_url="https://bellhop.example",
        )

    def messages(self, person: str) -> list[tuple[Channel, Message]]:
        """Every message of ours that `person` can read."""
        user = PEOPLE[person]
        places = [place for place in self.team.channels.values() if user in place.members]
        seen = [(place, each) for place in places for each in place.messages if each.only_for in ("", user)]
        return [(place, each) for place, each in seen if each.bot_id and each.subtype != "tombstone"]

    def sees(self, person: str) -> list[Seen]:
        """The same as they read it."""
        return [self.seen(place, message) for place, message in self.messages(person)]

    def hidden(self, person: str) -> list[str]:
        """What only this person sees."""
        return [self.seen(place, each).text for place, each in self.messages(person) if each.only_for]

    async def writes(self, person: str, text: str, *, thread: str = "") -> Heard:
        """Write to the app or at the desk."""
        await self.twin.people.says(PEOPLE[person], self._place(person), text, thread)
        return await self.next()

    async def rewrites(self, person: str, heard: Heard, text: str) -> Heard:
        """Change one's own message."""
        await self.twin.people.edits(PEOPLE[person], heard.origin.chat, heard.origin.message_id, text)
        return await self.next()

    async def presses(self, person: str, label: str) -> Heard:
        """Press the newest button that says so."""
        place, message = next(
            (place, each)
            for place, each in reversed(self.messages(person))
            if label in [button["text"]["text"] for button in buttons(each.blocks)]
        )
        told = await self.twin.people.presses(PEOPLE[person], place.id, message.ts, label)
        assert told["ok"], told
        return await self.next()

    async def commands(self, person: str, text: str, *, channel: str = "") -> Heard:
        """Use a slash command."""
        told = await self.twin.people.commands(PEOPLE[person], channel or self._place(person), text)
        assert told["ok"], told
        return await self.next()

    async def hands_in(self, person: str, name: str, mime: str, data: bytes) -> Heard:
        """Upload a file."""
        await self.twin.people.uploads(PEOPLE[person], self._place(person), name, data, mimetype=mime)
        return await self.next()

    def marks(self, heard: Heard) -> int:
        """Reactions of the bot."""
        return len(self.signs(heard))

    def signs(self, heard: Heard) -> set[str]:
        """Their names."""
        message = self.team.channels[heard.origin.chat].find(heard.origin.message_id)
        return {name for name, users in message.reactions.items() if self.team.bot.id in users} if message else set()

    def leaves(self) -> None:
        """The person's account is gone, and with it the conversation."""
        del self.team.people[PEOPLE["mia"]]
        del self.team.channels[DIRECT]

    def demands_patience(self, seconds: int) -> None:
        """Too many requests."""
        self.twin.core.world.faults.add(Rule("slack", Fault.RATE_LIMITED, method="chat.", retry_after=seconds))

    async def next(self) -> Heard:
        """What the channel heard next."""
        return await asyncio.wait_for(self.heard.get(), 10)

    def _check(self, form: Submitted) -> Mapping[str, str]:
        return {field: sentence for field, sentence in self.mistakes.items() if field in form.answers}

    async def fetch(self, file: Attachment) -> bytes:
        """The bytes of a file that lies elsewhere."""
        return self.files[file.file_id]

    def seen(self, place: Channel, message: Message) -> Seen:
        """A message as people read it."""
        lines = [message.username] if message.username else []
        lines += [line for block in message.blocks for line in texts(block)] or [html.unescape(message.text)]
        return Seen(
            text="\n".join(lines),
            buttons=tuple(button["text"]["text"] for button in buttons(message.blocks)),
            files=tuple(self.twin.core.files[file].data for file in message.files),
            thread=message.thread_ts or ("" if place.kind == "im" or message.only_for else message.ts),
        )

    @staticmethod
    def _place(person: str) -> str:
        return "bellhop" if person == "mia" else DESK


async def until(found: Callable[[], object]) -> None:
    """Wait until `found()` is true, for ten seconds at most."""
    async with asyncio.timeout(10):
        while not found():  # noqa: ASYNC110 - there is no event for what others do
            await asyncio.sleep(0.01)


def buttons(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The buttons in blocks, as rows put one behind the other."""
    return [element for block in blocks if block["type"] == "actions" for element in block["elements"]]


def texts(block: dict[str, Any]) -> Iterator[str]:
    """The lines of a block as they are read."""
    for part in block["elements"] if block["type"] in ("rich_text", "context") else ():
        yield "".join(run["text"] for run in part["elements"]) if "elements" in part else part["text"]


@asynccontextmanager
async def slack_stage(cast: Cast, *, over_socket: bool = False) -> AsyncIterator[SlackStage]:
    """A channel that listens, in a sandbox that runs."""
    stage = SlackStage(cast.slack, over_socket=over_socket)
    async with AsyncExitStack() as stack:
        if not over_socket:
            app = FastAPI()
            app.include_router(slack_routes(stage.channel))
            cast.world.product_url = await stack.enter_async_context(serving(app))
        await stage.channel.start()
        stack.push_async_callback(stage.channel.stop)
        await asyncio.wait_for(stage.channel.until_listening(), 10)
        yield stage

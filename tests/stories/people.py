"""The people of the stories: each acts through the sandbox as they would through their messenger's client."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from sandbox.app import Cast
from sandbox.telegram.people import CannotDo

SOON = 15.0
DESK_CHANNEL = "C0DESK"
DESK_GROUP = -1001000000001


@dataclass(frozen=True)
class Seen:
    """A message on somebody's screen: its words, the labels of its buttons, and where it stands."""

    text: str
    labels: tuple[str, ...]
    id: str
    place: str = ""


class Human(Protocol):
    """What a story needs of a person, whichever messenger they use."""

    async def says(self, text: str) -> None:
        """Write something where they talk to Bellhop, or in the case's thread."""

    async def taps(self, label: str) -> str:
        """Tap the newest button that begins so; the address, when it opens one."""

    async def hears(self, *fragments: str, without: str = "") -> Seen:
        """Wait until a message shows all of these."""

    def screen(self) -> list[Seen]:
        """Everything they see now, oldest first."""


class _Watching:
    """Waiting for something to appear, without ever sleeping."""

    cast: Cast

    def screen(self) -> list[Seen]:
        raise AssertionError("a person sees something")  # pragma: no cover

    async def hears(self, *fragments: str, without: str = "") -> Seen:
        """Wait until a message shows all of these, and not `without`."""
        try:
            return await self.cast.world.until(lambda: self._found(fragments, without), SOON)
        except TimeoutError:
            shown = "\n---\n".join(f"{seen.text}\n{seen.labels}" for seen in self.screen()[-12:])
            raise AssertionError(f"{fragments} was not seen. The screen shows:\n{shown}") from None

    def _found(self, fragments: tuple[str, ...], without: str) -> Seen | None:
        for seen in reversed(self.screen()):
            if all(part in seen.text for part in fragments) and not (without and without in seen.text):
                return seen
        return None

    def count(self, fragment: str) -> int:
        """How many messages show it."""
        return sum(fragment in seen.text for seen in self.screen())

    async def _button(self, label: str) -> tuple[Seen, str]:
        def look() -> tuple[Seen, str] | None:
            for seen in reversed(self.screen()):
                for each in seen.labels:
                    if each.startswith(label):
                        return seen, each
            return None

        try:
            return await self.cast.world.until(look, SOON)
        except TimeoutError:
            shown = "\n---\n".join(f"{seen.text}\n{seen.labels}" for seen in self.screen()[-12:])
            raise AssertionError(f"no button {label!r}. The screen shows:\n{shown}") from None


@dataclass
class OnTelegram(_Watching):
    """A person with Telegram: alone with the bot, or (`chat`) in the agents' group, in the newest topic."""

    cast: Cast
    person: int
    at_desk: bool = False
    group: int = DESK_GROUP

    @property
    def _chat(self) -> int:
        return self.group if self.at_desk else self.person

    @property
    def thread(self) -> int:
        """The newest topic of the group; 0 in a private chat."""
        topics = self.cast.telegram.state.chats[self.group].topics
        return max(topics) if self.at_desk and topics else 0

    async def starts(self, payload: str = "") -> None:
        """Open the bot by its link."""
        self.cast.telegram.people.start(self.person, payload)

    async def says(self, text: str) -> None:
        self.cast.telegram.people.send_text(self.person, text, chat=self._chat, thread=self.thread)

    async def commands(self, text: str) -> None:
        """A command; on Telegram it is typed like words."""
        await self.says(text)

    async def taps(self, label: str) -> str:
        seen, full = await self._button(label)
        message = self.cast.telegram.state.chats[int(seen.place)].messages[int(seen.id)]
        for row, buttons in enumerate(message["reply_markup"]["inline_keyboard"]):
            for column, button in enumerate(buttons):
                if button["text"] == full:
                    told = await self.cast.telegram.people.tap(self.person, int(seen.id), row, column, int(seen.place))
                    return str(told.get("url", ""))
        raise CannotDo(label)

    async def fills(self, **answers: str) -> None:
        """Answer a form that is asked step by step, in the order given."""
        for label, answer in answers.items():
            await self.hears(label.replace("_", " "))
            await self.says(answer)

    def screen(self) -> list[Seen]:
        chats = self.cast.telegram.state.chats
        shown = [chats[self._chat]] + ([chats[self.person]] if self.at_desk else [])
        return [self._seen(message, str(chat.id)) for chat in shown for message in chat.messages.values()]

    def _seen(self, message: dict[str, Any], place: str) -> Seen:
        keyboard = message.get("reply_markup", {}).get("inline_keyboard", [])
        labels = tuple(button["text"] for row in keyboard for button in row)
        files = [message[kind].get("file_name", kind) for kind in ("document", "voice", "video") if kind in message]
        text = "\n".join([message.get("text", "") or message.get("caption", ""), *files])
        return Seen(text, labels, str(message["message_id"]), place)


@dataclass
class OnSlack(_Watching):
    """A person with Slack: in their direct conversation with Bellhop, or at the front desk."""

    cast: Cast
    person: str
    at_desk: bool = False
    desk: str = DESK_CHANNEL

    @property
    def _chat(self) -> str:
        team = self.cast.slack.core.team_of(self.person)
        return self.desk if self.at_desk else team.direct(self.person).id

    @property
    def thread(self) -> str:
        """The newest case's thread; nothing in a direct conversation."""
        cards = [seen for seen in self.screen() if "Case " in seen.text and seen.place == ""]
        return cards[-1].id if self.at_desk and cards else ""

    async def starts(self, payload: str = "") -> None:
        """Open the app's conversation and ask for its beginning."""
        await self.commands("/bellhop start")

    async def says(self, text: str) -> None:
        await self.cast.slack.people.says(self.person, self._chat, text, self.thread)

    async def commands(self, text: str) -> None:
        """A slash command; it cannot be typed in a thread."""
        told = await self.cast.slack.people.commands(self.person, self._chat, text)
        assert told["ok"], told

    async def opens_home(self) -> None:
        """Open the app's Home tab."""
        told = await self.cast.slack.people.opens_home(self.person)
        assert told["ok"], told

    async def home_shows(self, *fragments: str) -> str:
        """Wait until the Home tab shows all of these; all that it shows."""

        def look() -> str:
            home = self.cast.slack.sees(self.person)["home"]
            text = "\n".join(_texts(home["blocks"])) if home else ""
            return text if all(part in text for part in fragments) else ""

        return await self.cast.world.until(look, SOON)

    async def taps_at_home(self, label: str) -> None:
        """Press the button of the Home tab that begins so, once it is there."""

        def there() -> str:
            home = self.cast.slack.sees(self.person)["home"]
            return next((each for each in labels(home["blocks"]) if each.startswith(label)), "") if home else ""

        full = await self.cast.world.until(there, SOON)
        told = await self.cast.slack.people.presses_in_view(self.person, full, home=True)
        assert told["ok"], told

    async def taps(self, label: str) -> str:
        seen, full = await self._button(label)
        told = await self.cast.slack.people.presses(self.person, self._chat, seen.id, full)
        assert told["ok"], told
        return str(told.get("url", ""))

    async def fills(self, **answers: str) -> None:
        """Fill in the modal that opens, and send it off."""
        await self.cast.world.until(lambda: self.cast.slack.people.top_view(self.person), SOON)
        values = {label.replace("_", " "): answer for label, answer in answers.items()}
        told = await self.cast.slack.people.submits(self.person, values)
        assert told["ok"], told

    def screen(self) -> list[Seen]:
        channels = self.cast.slack.sees(self.person)["channels"]
        shown = [channel for channel in channels if channel["id"] == self._chat]
        return [self._seen(message) for channel in shown for message in channel["messages"]]

    def _seen(self, message: dict[str, Any]) -> Seen:
        blocks = message["blocks"]
        words = [*_texts(blocks)] if blocks else [message["raw"]]
        on_buttons = tuple(labels(blocks))
        files = [file["name"] for file in message["files"]]
        place = message["thread_ts"] if message["is_reply"] else ""
        author = message["author"]["name"]
        return Seen("\n".join([author, *words, *files]), on_buttons, message["ts"], place)


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for child in node:
            yield from _texts(child)
    elif isinstance(node, dict):
        if isinstance(node.get("text"), str) and node.get("type") != "button":
            yield node["text"]
        for key, child in node.items():
            if key not in {"pieces", "confirm"}:
                yield from _texts(child)


def labels(node: Any) -> Iterator[str]:
    """What stands on the buttons of a Block Kit structure."""
    if isinstance(node, list):
        for child in node:
            yield from labels(child)
    elif isinstance(node, dict):
        if node.get("type") == "button":
            yield node["text"]["text"]
        for child in node.values():
            yield from labels(child)


async def all_of(*waits: Any) -> None:
    """Wait for several things at once."""
    await asyncio.gather(*waits)

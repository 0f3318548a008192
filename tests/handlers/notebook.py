"""A channel that writes down what it was asked to show."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from handlers.channel import Sent
from handlers.effects import Mark
from handlers.heard import Origin
from handlers.messages import Attachment, Message
from storage.tables import Seat, Side


@dataclass
class Shown:
    """One thing the recording channel was asked to show."""

    chat: str
    side: Side
    message: Message
    message_id: str
    replaces: str
    thread: str


@dataclass
class Notebook:
    """A channel without a platform: it keeps what it was asked to show, and gives each message an id."""

    name: str = "telegram"
    per_second: int = 1000
    shown: list[Shown] = field(default_factory=list)
    answers: list[tuple[Origin, Message]] = field(default_factory=list)
    marks: list[tuple[Origin, Mark]] = field(default_factory=list)
    taken_back: list[tuple[str, str]] = field(default_factory=list)
    fails: Mapping[str, Exception] = field(default_factory=dict)
    """By chat: what happens instead of a delivery."""

    def button(self, action: str) -> str:
        """The value of the newest button with that action, on a card or in an answer."""
        messages = [one.message for one in self.shown] + [message for _, message in self.answers]
        found = [each.value for message in messages for row in message.buttons for each in row if each.action == action]
        return found[-1]

    async def send(self, seat: Seat, account: str, message: Message, *, replaces: str = "") -> Sent:
        if error := self.fails.get(seat.chat):
            raise error
        message_id = replaces or f"m{len(self.shown) + 1}"
        thread = seat.thread or (f"t{message_id}" if seat.side is Side.AGENT else "")
        self.shown.append(Shown(seat.chat, seat.side, message, message_id, replaces, thread))
        return Sent(message_id=message_id, thread=thread)

    async def answer(self, origin: Origin, message: Message, *, edit: bool = False) -> None:
        self.answers.append((origin, message))

    async def settle(self, origin: Origin, greeting: Message) -> str:
        self.answers.append((origin, greeting))
        return ""

    async def mark(self, origin: Origin, mark: Mark) -> None:
        self.marks.append((origin, mark))

    async def take_back(self, account: str, chat: str, message_id: str) -> None:
        if error := self.fails.get(chat):
            raise error
        self.taken_back.append((chat, message_id))

    async def download(self, file: Attachment) -> bytes:
        return file.content

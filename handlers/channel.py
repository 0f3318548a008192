"""What every chat channel offers to delivery. One folder below `bot/channels/` for each; a contract suite for all."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from handlers.effects import Mark
from handlers.heard import Origin
from handlers.messages import Attachment, Message, Plain
from storage.tables import Seat


class Sent(Plain):
    """What the platform made of a message: its id, and the thread it stands in or began."""

    message_id: str
    thread: str = ""


class Undeliverable(Exception):
    """It will never arrive there. The text is a sentence for the sender; `gone`: nothing reaches that seat any more.

    `mend`: at a desk somebody can change that; what is for it waits until then.
    """

    def __init__(self, sentence: str, *, gone: bool = False, mend: bool = False) -> None:
        """`sentence` names no key and no token."""
        super().__init__(sentence)
        self.gone = gone
        self.mend = mend


class ElsewhereNow(Exception):
    """The chat goes on under another id, `chat`."""

    def __init__(self, chat: str) -> None:
        """The new id."""
        super().__init__(f"the chat is {chat} now")
        self.chat = chat


class Departed(Undeliverable):
    """The app is gone from that account: what is to be said there waits until it is added again."""


class TryLater(Exception):
    """The platform asks for patience, in `seconds`."""

    def __init__(self, seconds: float, *, reserved: bool = False) -> None:
        """Seconds from now. `reserved`: that moment of the budget is kept for whoever is told so."""
        super().__init__(f"try again in {seconds:g} s")
        self.seconds = seconds
        self.reserved = reserved


Fetch = Callable[[Attachment], Awaitable[bytes]]
"""The bytes of a file, wherever it lies."""


class Channel(Protocol):
    """A chat platform, seen from the outbox.

    Undeliverable (and Departed), ElsewhereNow and TryLater say what is to be done; after any other exception the same
    is tried again with growing gaps, and given up after eight tries. A channel that must pass on a file gets its bytes
    through the `Fetch` it was built with.
    """

    name: str

    @property
    def per_second(self) -> int:
        """How many messages one bot or workspace may send, by all processes together."""
        ...

    async def send(self, seat: Seat, account: str, message: Message, *, replaces: str = "") -> Sent:
        """Say `message` at `seat`, in place of the platform's message `replaces` when given.

        `account` is the platform's id of our bot or workspace there. An agent's seat without a thread gets one: the
        first message (the case card) begins it. A replaced message that is gone is said anew. Raises Undeliverable,
        Departed, ElsewhereNow or TryLater.
        """

    async def answer(self, origin: Origin, message: Message, *, edit: bool = False) -> None:
        """Answer one person where they spoke, for their eyes alone where the platform can; a form is opened.

        A secret that the platform cannot show to one person in a group goes to their own chat.
        """

    async def settle(self, origin: Origin, greeting: Message) -> str:
        """Say `greeting` in a group that is to be a desk, if cases can live there.

        Else what keeps them from it and what to switch on, in a sentence.
        """

    async def mark(self, origin: Origin, mark: Mark) -> None:
        """Put a sign on somebody's message; a channel that cannot, does nothing."""

    async def take_back(self, account: str, chat: str, message_id: str) -> None:
        """Delete what we said there. Raises Undeliverable when the platform does not let us, or shows it no more."""

    async def download(self, file: Attachment) -> bytes:
        """The bytes of a file that lies on this platform. Raises Undeliverable when it is gone or too large."""

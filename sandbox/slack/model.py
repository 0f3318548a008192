"""What a Slack workspace is made of. Plain data; nothing here speaks HTTP."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

Json = dict[str, Any]
Kind = Literal["public", "private", "im", "mpim"]

APP_ID = "A0BELLHOP"
APP_NAME = "Bellhop"


class Refused(Exception):
    """The vendor's refusal: `error` is Slack's own word, `extra` goes beside it into the answer."""

    def __init__(self, error: str, **extra: Any) -> None:
        super().__init__(error)
        self.error = error
        self.extra = extra


@dataclass
class Person:
    """Someone with an account in a workspace; the app's bot user is one too."""

    id: str
    name: str
    real_name: str
    tz: str = "Europe/London"
    locale: str = "en-GB"
    role: Literal["agent", "colleague", "customer", "bot"] = "colleague"
    bot_id: str = ""

    @property
    def first_name(self) -> str:
        """The name before the first space."""
        return self.real_name.split()[0]


@dataclass
class Message:
    """One message. `ts` is its id; `only_for` names the one reader of an ephemeral message."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    bot_id: str = ""
    username: str = ""
    icon: str = ""
    thread_ts: str = ""
    subtype: str = ""
    edited: str = ""
    only_for: str = ""
    broadcast: bool = False
    files: list[str] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    metadata: Json | None = None

    @property
    def is_reply(self) -> bool:
        """True for a message inside a thread, false for the one the thread hangs on."""
        return bool(self.thread_ts) and self.thread_ts != self.ts


@dataclass
class Channel:
    """A channel or direct conversation with its messages, oldest first."""

    id: str
    name: str
    kind: Kind
    members: list[str] = field(default_factory=list)
    topic: str = ""
    messages: list[Message] = field(default_factory=list)
    pins: list[str] = field(default_factory=list)

    def find(self, ts: str) -> Message | None:
        """The lasting message with this `ts`; ephemeral ones cannot be found by it."""
        return next((m for m in self.messages if m.ts == ts and not m.only_for), None)

    def seen_by(self, user: str, ts: str) -> Message | None:
        """The message with this `ts` as far as `user` sees it, ephemeral ones included."""
        return next((m for m in self.messages if m.ts == ts and m.only_for in ("", user)), None)

    def replies(self, ts: str) -> list[Message]:
        """The lasting replies in the thread that hangs on `ts`."""
        return [m for m in self.messages if m.thread_ts == ts and m.is_reply and not m.only_for]


@dataclass
class View:
    """A modal or a home tab as somebody has it open. `body` is what the app gave, with all ids filled in."""

    id: str
    user: str
    body: Json
    hash: str
    root: str
    previous: str = ""
    values: Json = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class File:
    """An uploaded file; `shared` once it stands in a message."""

    id: str
    name: str
    title: str
    mimetype: str
    data: bytes
    user: str
    created: int
    shared: bool = False


@dataclass
class Install:
    """The app as one workspace has it.

    With rotation a token ends at `until`, and `refresh` gets the next one, once; `before` holds the tokens of before
    with their ends (docs.slack.dev/authentication/using-token-rotation).
    """

    token: str
    scopes: frozenset[str]
    installer: str
    refresh: str = ""
    until: datetime | None = None
    before: dict[str, datetime] = field(default_factory=dict)

    def end_of(self, token: str) -> datetime | None:
        """When a token of this installation ends; None: never."""
        return self.before.get(token, self.until)

    def owns(self, token: str) -> bool:
        """Whether it is the token of this installation, or one of before."""
        return token == self.token or token in self.before


@dataclass(frozen=True)
class Organisation:
    """An Enterprise Grid organisation: it adds the app once, for the workspaces that it chooses."""

    id: str
    name: str


@dataclass
class Workspace:
    """One Slack workspace. `install` is None while the app is not installed; workspaces of one `org` share it."""

    id: str
    name: str
    domain: str
    bot: Person
    people: dict[str, Person]
    channels: dict[str, Channel]
    install: Install | None = None
    homes: dict[str, View] = field(default_factory=dict)
    modals: dict[str, list[View]] = field(default_factory=dict)
    old_tokens: set[str] = field(default_factory=set)
    org: Organisation | None = None

    def everyone(self) -> Mapping[str, Person]:
        """All accounts, the bot's included while it is installed."""
        return {**self.people, self.bot.id: self.bot} if self.install else self.people

    def direct(self, user: str) -> Channel:
        """The direct conversation between `user` and the app's bot, opened when it is not there yet."""
        found = self.channels.get("D" + user[1:])
        if found is None:
            found = Channel("D" + user[1:], "", "im", [user, self.bot.id])
            self.channels[found.id] = found
        return found


@dataclass
class Trigger:
    """The right to open one modal for one person. Slack lets it live for three seconds of real time."""

    id: str
    team: str
    user: str
    born: float = field(default_factory=time.monotonic)
    used: bool = False

    @property
    def expired(self) -> bool:
        """True after three seconds."""
        return time.monotonic() - self.born > 3


@dataclass
class ReplyAddress:
    """What stands behind a response_url: five uses within thirty minutes."""

    id: str
    team: str
    user: str
    channel: str
    until: datetime
    original: str = ""
    uses: int = 0

    LIFE: ClassVar = timedelta(minutes=30)
    USES: ClassVar = 5


@dataclass(frozen=True)
class Command:
    """A slash command of the app."""

    name: str
    hint: str = ""
    description: str = ""
    should_escape: bool = True


@dataclass(frozen=True)
class Shortcut:
    """A message shortcut of the app."""

    name: str
    callback_id: str
    type: str = "message"

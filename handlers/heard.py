"""What people do, in words that no chat platform owns: a channel translates its updates into these."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from handlers.messages import Attachment, Plain


class Place(StrEnum):
    """Where something was said: alone with Bellhop, in a group or channel, or on a room page."""

    PRIVATE = "private"
    GROUP = "group"
    ROOM = "room"


class Origin(Plain):
    """Where something was said, and how to answer right there.

    `account`: the platform's id of the bot or workspace. `message_id`: the message heard, or the one whose button was
    pressed. `reply_to` and `trigger`: the platform's short-lived ways to answer (Slack's response_url and trigger_id,
    Telegram's callback query id). `ephemeral`: the pressed message was only for that person's eyes. `workspace`: which
    one it was, where the account is an organisation with several.
    """

    channel: str
    account: str
    chat: str
    place: Place
    user: str
    thread: str = ""
    message_id: str = ""
    reply_to: str = ""
    trigger: str = ""
    ephemeral: bool = False
    workspace: str = ""


class Sender(Plain):
    """What the platform tells of a person. `language` as BCP 47, `zone` as IANA name; empty when it does not say."""

    name: str
    language: str = ""
    zone: str = ""


class Mention(Plain):
    """Somebody named in a command, by the platform's id of them; `name` where the platform tells it."""

    user: str
    name: str = ""


class _Heard(Plain):
    event_id: str
    origin: Origin
    sender: Sender
    at: datetime
    masked: bool = False
    """A card number in it was made unreadable before it was kept."""

    @property
    def lane(self) -> str:
        """What is heard in one chat is taken in order."""
        return f"{self.origin.channel}:{self.origin.account}:{self.origin.chat}"


class Command(_Heard):
    """A command with what was typed behind it; `!pay 49 USD` in a thread is one too. `name` has no slash.

    `mentions`: the people it names; on Telegram also the one whose words it replies to.
    """

    kind: Literal["command"] = "command"
    name: str
    args: str = ""
    mentions: tuple[Mention, ...] = ()


class Press(_Heard):
    """A button was pressed. `team` whose button it was, on a bot that several teams share; 0 elsewhere."""

    kind: Literal["press"] = "press"
    action: str
    value: str = ""
    team: int = 0


class Said(_Heard):
    """Words and files, meant for people."""

    kind: Literal["said"] = "said"
    text: str = ""
    files: tuple[Attachment, ...] = ()
    cannot_travel: str = ""
    """What the platform showed that cannot be passed on (a sticker, a poll), in words."""


class Edited(_Heard):
    """Words said earlier (`origin.message_id`) now read so."""

    kind: Literal["edited"] = "edited"
    text: str = ""


class Submitted(_Heard):
    """A form was filled in; `answers` by field name."""

    kind: Literal["submitted"] = "submitted"
    form: str
    value: str = ""
    answers: dict[str, str]


class SharedPlace(_Heard):
    """A location; only its time zone is kept."""

    kind: Literal["place"] = "place"
    latitude: float
    longitude: float


class WentAway(_Heard):
    """The person blocked the bot or left: nothing reaches that chat any more."""

    kind: Literal["away"] = "away"


class CameBack(_Heard):
    """The person can be reached again."""

    kind: Literal["back"] = "back"


class Standing(_Heard):
    """What Bellhop may do in a group has changed. `trouble` says what keeps a desk from working there, if anything."""

    kind: Literal["standing"] = "standing"
    trouble: str = ""


class Moved(_Heard):
    """The group goes on under another id, `chat`."""

    kind: Literal["moved"] = "moved"
    chat: str


class OpenedHome(_Heard):
    """The app's own page in the messenger was opened (Slack's App Home)."""

    kind: Literal["home"] = "home"


class AccessChanged(_Heard):
    """An organisation lets the app into some of its workspaces, or takes it out of them; the others go on."""

    kind: Literal["access"] = "access"
    workspaces: tuple[str, ...]
    granted: bool


class AppRemoved(_Heard):
    """The app was taken out of an account; nobody spoke, so chat and user are empty."""

    kind: Literal["removed"] = "removed"


Heard = Annotated[
    Command
    | Press
    | Said
    | Edited
    | Submitted
    | SharedPlace
    | WentAway
    | CameBack
    | Standing
    | Moved
    | OpenedHome
    | AccessChanged
    | AppRemoved,
    Field(discriminator="kind"),
]

HEARD: TypeAdapter[Heard] = TypeAdapter(Heard)
"""Reads what `model_dump_json` wrote."""

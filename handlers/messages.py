"""What Bellhop says, in words that no chat platform owns. A channel decides how it looks.

All text is plain: it is shown exactly as it stands, on every channel. Nothing in it is ever markup.
"""

import re
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

MAX_PRESS = 64
"""Bytes of a pressed button's data on Telegram; what fits there fits everywhere."""


class Plain(BaseModel):
    """A frozen value that travels as JSON."""

    model_config = ConfigDict(frozen=True, ser_json_bytes="base64", val_json_bytes="base64")


class Style(StrEnum):
    """How much a button stands out; a channel may not be able to show it."""

    PLAIN = "plain"
    PRIMARY = "primary"
    DANGER = "danger"


class Button(Plain):
    """A button: it opens `url`, or is heard as a press of `action` with `value`.

    `ask`: a yes-or-no question shown before the press counts (where the channel has none, the handler asks again).
    """

    label: str
    action: str = ""
    value: str = ""
    url: str = ""
    style: Style = Style.PLAIN
    ask: str = ""

    @property
    def data(self) -> str:
        """The press as one word of at most 64 bytes; `pressed` reads it back."""
        return f"{self.action}:{self.value}"

    @model_validator(mode="after")
    def _fits(self) -> "Button":
        if bool(self.url) == bool(self.action):
            raise ValueError("a button opens an address or is a press, not both")
        if len(self.data.encode()) > MAX_PRESS:
            raise ValueError(f"too long for a button: {self.data}")
        return self


def pressed(data: str) -> tuple[str, str]:
    """The action and the value of `Button.data`."""
    action, _, value = data.partition(":")
    return action, value


_ID = re.compile("[0-9]{1,18}")


def id_in(value: str) -> int:
    """The id that a press carries; 0, which nothing has, when it carries none.

    Stricter than `int`, which reads ٣ and "+1", and than `str.isdigit`, which takes ² and what no database can hold.
    """
    return int(value) if _ID.fullmatch(value) else 0


class Attachment(Plain):
    """A file that lies at a chat platform, or one of our own making. `size` in bytes.

    `channel`, `account` and `file_id` say where it can be fetched; `content` holds it when it is our own.
    """

    name: str
    mime: str = "application/octet-stream"
    channel: str = ""
    account: str = ""
    file_id: str = ""
    size: int = 0
    content: bytes = b""


class FieldKind(StrEnum):
    """How a form's field is filled in."""

    LINE = "line"
    TEXT = "text"
    CHOICE = "choice"


class Choice(Plain):
    """One answer that a field of kind CHOICE offers."""

    label: str
    value: str


class FormField(Plain):
    """One question of a form. `name` is the answer's key; `choices` are for the kind CHOICE alone.

    `hint` explains, `example` stands in a field that is empty, `initial` is the answer that stands there already.
    """

    name: str
    label: str
    kind: FieldKind = FieldKind.LINE
    hint: str = ""
    example: str = ""
    required: bool = True
    choices: tuple[Choice, ...] = ()
    initial: str = ""


class Form(Plain):
    """Questions asked together where the channel has forms, one after the other where it has none.

    `name` is the form's word in the table of routes; `value` comes back with the answers. `lenient`: words that are no
    answer to it are words for people.
    """

    name: str
    # Slack takes no longer title and no longer button on a modal.
    title: Annotated[str, Field(max_length=24)]
    submit: Annotated[str, Field(max_length=24)] = "Send"
    fields: tuple[FormField, ...]
    value: str = ""
    lenient: bool = False


class Pair(Plain):
    """A labelled line of a card."""

    label: str
    value: str


class Speaker(Plain):
    """The team that speaks, where several share one bot."""

    team: int
    name: str


class Message(Plain):
    """One thing said.

    `title` stands out, `text` is the body, `pairs` are labelled lines, `footnote` is small print, `buttons` are rows.
    `author` names the person whose words these are; empty when Bellhop speaks. `badge` marks test money (TEST).
    `secret`: for the eyes of the one it answers and never for a group's, whatever it takes (a personal link).
    `asks_place`: offer to share the location, where possible.
    `speaker` stands above it where several teams share a bot.
    """

    title: str = ""
    text: str = ""
    pairs: tuple[Pair, ...] = ()
    footnote: str = ""
    badge: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()
    files: tuple[Attachment, ...] = ()
    author: str = ""
    form: Form | None = None
    secret: bool = False
    asks_place: bool = False
    speaker: Speaker | None = None

    @property
    def plain(self) -> str:
        """The whole message as text: for notifications, screen readers and channels without layout."""
        head = " · ".join(part for part in (self.badge, self.title) if part)
        lines = [f"{pair.label}: {pair.value}" for pair in self.pairs]
        return "\n".join(part for part in (head, self.text, *lines, self.footnote) if part)


def pairs(**named: str) -> tuple[Pair, ...]:
    """Labelled lines from keyword arguments (underscores are spaces); empty values are left out."""
    return tuple(Pair(label=label.replace("_", " "), value=value) for label, value in named.items() if value)


def rows(buttons: list[Button], width: int = 1) -> tuple[tuple[Button, ...], ...]:
    """Buttons laid out in rows of `width`."""
    return tuple(tuple(buttons[start : start + width]) for start in range(0, len(buttons), width))

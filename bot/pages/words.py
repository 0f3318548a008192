"""What a room page says to us over its socket."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue, TypeAdapter

from handlers.messages import Plain

ClientId = Annotated[str, Field(min_length=8, max_length=64, pattern="^[!-~]*$")]
"""The browser's own word for something typed or pressed; what comes again with it is taken once."""


class Knock(Plain):
    """The customer wants to be let in."""

    type: Literal["knock"]


class Admit(Plain):
    """The host lets somebody in, or not now."""

    type: Literal["admit"]
    person_id: int
    let_in: bool


class Say(Plain):
    """Words for the conversation."""

    type: Literal["say"]
    text: Annotated[str, Field(min_length=1, max_length=4000)]
    client_id: ClientId


class Press(Plain):
    """A button of a message."""

    type: Literal["press"]
    action: Annotated[str, Field(max_length=64)]
    value: Annotated[str, Field(max_length=64)] = ""
    client_id: ClientId


class Command(Plain):
    """A command, as it could be typed in a chat."""

    type: Literal["command"]
    name: Annotated[str, Field(max_length=32)]
    args: Annotated[str, Field(max_length=400)] = ""
    client_id: ClientId


class Enter(Plain):
    """The call began in this browser. `direct`: it connects to the other browser by itself."""

    type: Literal["enter"]
    call: ClientId
    direct: bool = False


class Leave(Plain):
    """The call ended in this browser."""

    type: Literal["leave"]


class Signal(Plain):
    """Something for the other browser, such as a description of a connection. `to`: the entry it is meant for."""

    type: Literal["signal"]
    to: ClientId
    data: dict[str, JsonValue]


class End(Plain):
    """The host ends the room for everyone."""

    type: Literal["end"]


class Ping(Plain):
    """Is anybody there?"""

    type: Literal["ping"]


Word = Annotated[
    Knock | Admit | Say | Press | Command | Enter | Leave | Signal | End | Ping, Field(discriminator="type")
]

WORD: TypeAdapter[Word] = TypeAdapter(Word)
"""Reads one word; raises pydantic's ValidationError."""

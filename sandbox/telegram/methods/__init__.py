"""The methods of the Bot API, one table for all of them."""

from collections.abc import Callable
from typing import Any

from sandbox.telegram.methods import chats, media, messages, payments, settings, topics, updates
from sandbox.telegram.params import Params
from sandbox.telegram.state import State

Method = Callable[[State, Params], Any]

# Telegram takes a method's name in any case.
METHODS: dict[str, Method] = {
    name.lower(): method
    for part in (chats, media, messages, payments, settings, topics, updates)
    for name, method in part.METHODS.items()
}

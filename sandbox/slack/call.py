"""One call of a Web API method: who calls, with what."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sandbox.slack.core import Core
from sandbox.slack.model import Channel, Install, Json, Refused, Workspace

T = TypeVar("T")


@dataclass(frozen=True)
class Call:
    """The caller's workspace and the arguments, which came as JSON, as a form or in the address."""

    core: Core
    team: Workspace
    args: Mapping[str, Any]

    @property
    def bot(self) -> str:
        """The id of the bot user that calls."""
        return self.team.bot.id

    @property
    def install(self) -> Install:
        """The installation whose token the call bears."""
        if self.team.install is None:
            raise Refused("account_inactive")
        return self.team.install

    def text(self, name: str, error: str = "") -> str:
        """An argument as text; when it is missing, empty, or refused with `error`."""
        value = self.args.get(name)
        if value in (None, "") and error:
            raise Refused(error)
        return "" if value is None else str(value)

    def flag(self, name: str) -> bool:
        """A yes-or-no argument; forms spell it 1 or true."""
        return self.args.get(name) in (True, 1, "1", "true", "True")

    def structure(self, name: str, error: str = "invalid_arguments") -> Any:
        """An argument that is a JSON structure; forms carry it as a string."""
        value = self.args.get(name)
        if not isinstance(value, str) or not value:
            return value or None
        try:
            return json.loads(value)
        except ValueError:
            raise Refused(error) from None

    def names(self, name: str) -> list[str]:
        """An argument that lists ids, as an array or with commas."""
        value = self.args.get(name) or ""
        return list(value) if isinstance(value, list) else [part for part in str(value).split(",") if part]

    def channel(self, name: str = "channel") -> Channel:
        """The channel that the call is about, as far as the bot may see it."""
        return self.core.channel_for(self.team, self.bot, self.text(name, "channel_not_found"))

    def page(self, items: Sequence[T], default: int = 100) -> tuple[list[T], Json]:
        """One page of `items` after the given cursor, and the note where the next begins."""
        start = int(self.text("cursor").removeprefix("at:") or 0)
        end = start + min(int(self.text("limit") or default), 1000)
        following = f"at:{end}" if end < len(items) else ""
        return list(items[start:end]), {"response_metadata": {"next_cursor": following}}


@dataclass(frozen=True)
class Method:
    """A method of the Web API and the scope that it wants, if any."""

    run: Callable[[Call], Json]
    scope: str = ""

"""Slack, played on this machine: the Web API, events, interactivity, Socket Mode, and the people who use it."""

from typing import Any

from fastapi import Response
from fastapi.responses import JSONResponse

from sandbox.faults import Fault, Rule
from sandbox.slack.acts import People
from sandbox.slack.api import Api
from sandbox.slack.core import Core
from sandbox.slack.look import Look
from sandbox.slack.model import Command, Json, Refused, Shortcut
from sandbox.slack.oauth import OAuth
from sandbox.slack.ui import Ui
from sandbox.world import World

__all__ = ["Refused", "Slack"]


class Slack:
    """The vendor's twin. `people` act, `sees` tells what one of them has before their eyes."""

    name = "slack"

    def __init__(self, world: World) -> None:
        self.core = Core(world)
        self.people = People(self.core)
        self.oauth = OAuth(self.core)
        self.api = Api(self.core, self.oauth).router
        self.ui = Ui(self.core, self.people, self.oauth).router

    def trouble(self, rule: Rule) -> Response:
        """Slack's 429 and 500."""
        if rule.fault is Fault.RATE_LIMITED:
            return JSONResponse({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(rule.retry_after)})
        return JSONResponse({"ok": False, "error": "internal_error"}, 500)

    def sees(self, user: str) -> Json:
        """What `user` sees: channels with messages, modal, home tab."""
        return Look(self.core, user).everything()

    def use_manifest(self, manifest: dict[str, Any]) -> None:
        """Take the app's commands and message shortcuts from its manifest."""
        features = manifest.get("features") or {}
        commands = [_command(one) for one in features.get("slash_commands") or ()]
        self.core.commands = {command.name: command for command in commands}
        shortcuts = [Shortcut(one["name"], one["callback_id"], one["type"]) for one in features.get("shortcuts") or ()]
        self.core.shortcuts = {shortcut.callback_id: shortcut for shortcut in shortcuts}
        self.core.touched()


def _command(one: dict[str, Any]) -> Command:
    words = (one["command"], one.get("usage_hint") or "", one.get("description") or "")
    return Command(*words, should_escape=bool(one.get("should_escape")))

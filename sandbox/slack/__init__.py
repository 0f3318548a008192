"""Slack, played on this machine: the Web API, events, interactivity, Socket Mode, and the people who use it."""

from functools import cached_property

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from sandbox.faults import Fault, Rule
from sandbox.slack.acts import People
from sandbox.slack.api import Api
from sandbox.slack.core import Core
from sandbox.slack.look import Look
from sandbox.slack.manifest import use_manifest
from sandbox.slack.model import Json, Refused
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

    @cached_property
    def api(self) -> APIRouter:
        """The Web API and Socket Mode."""
        return Api(self.core, self.oauth).router

    @cached_property
    def ui(self) -> APIRouter:
        """What the page calls."""
        return Ui(self.core, self.people, self.oauth).router

    def trouble(self, rule: Rule) -> Response:
        """Slack's 429 and 500."""
        if rule.fault is Fault.RATE_LIMITED:
            return JSONResponse({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(rule.retry_after)})
        return JSONResponse({"ok": False, "error": "internal_error"}, 500)

    def sees(self, user: str) -> Json:
        """What `user` sees: channels with messages, modal, home tab."""
        return Look(self.core, user).everything()

    def use_manifest(self, manifest: Json) -> None:
        """Take commands, shortcuts, events, and the scopes of the first workspace, from the app's manifest."""
        use_manifest(self.core, manifest)

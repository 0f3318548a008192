"""The Telegram twin: the Bot API over HTTP in front of the state, and the page's routes beside it."""

import inspect
import json
from functools import cached_property
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from sandbox.faults import Fault, Rule
from sandbox.telegram.errors import Refused, too_many
from sandbox.telegram.groups import Groups
from sandbox.telegram.methods import METHODS
from sandbox.telegram.params import Params, read_params
from sandbox.telegram.people import People
from sandbox.telegram.sheet import sheet_router
from sandbox.telegram.state import BOT_USERNAME, State
from sandbox.telegram.ui import ui_router
from sandbox.world import World

WAYS = ["GET", "POST"]


SECOND_USERNAME = "own_sandbox_bot"


class Bot:
    """Telegram as the people meet one bot: `people` and `groups` act, `state` remembers."""

    def __init__(self, world: World, token: str, username: str) -> None:
        self.state = State(world, token, username)
        self.people = People(self.state)
        self.groups = Groups(self.state, self.people)


class Telegram:
    """Telegram as the bots and the people meet it. The page shows the first bot; `second` is a team's own."""

    name = "telegram"

    def __init__(self, world: World) -> None:
        self.world = world
        first = Bot(world, world.secrets.telegram_token, BOT_USERNAME)
        self.state, self.people, self.groups = first.state, first.people, first.groups
        self.second = Bot(world, world.secrets.telegram_second_token, SECOND_USERNAME)
        self._states = {bot.state.token: bot.state for bot in (first, self.second)}

    def revoke(self, bot: Bot) -> None:
        """Its owner has asked @BotFather for another token: the old one opens nothing."""
        self._states.pop(bot.state.token, None)
        # A poll that is under way ends, as it does there.
        bot.state.updates.set_hook(None)

    @cached_property
    def api(self) -> APIRouter:
        """The Bot API, its files, and the payment sheet."""
        router = APIRouter()
        router.add_api_route("/bot{token}/{method}", self._call, methods=WAYS)
        router.add_api_route("/file/bot{token}/{path:path}", self._download, methods=["GET"])
        router.include_router(sheet_router(self.state, self.people))
        return router

    @cached_property
    def ui(self) -> APIRouter:
        """What the page calls."""
        return ui_router(self.state, self.people, self.groups)

    def trouble(self, rule: Rule) -> Response:
        """Telegram's own answer to too many calls, or to its own failure."""
        if rule.fault is Fault.RATE_LIMITED:
            refused = too_many(rule.retry_after)
            return _answer(refused.code, refused.as_json())
        return _answer(500, Refused(500, "Internal Server Error").as_json())

    async def call(self, method: str, params: Params, state: State | None = None) -> Any:
        """Carry out one method of the Bot API. Raises Refused, or KeyError for one that is not played here."""
        result = METHODS[method.lower()](state or self.state, params)
        return await result if inspect.isawaitable(result) else result

    async def _call(self, token: str, method: str, request: Request) -> Response:
        state = self._states.get(token)
        if state is None:
            return _answer(401, Refused(401, "Unauthorized").as_json())
        if method.lower() not in METHODS:
            refused = Refused(501, f"Not Implemented: the sandbox does not play {method}")
            return _answer(501, refused.as_json())
        try:
            return _answer(200, {"ok": True, "result": await self.call(method, await read_params(request), state)})
        except Refused as refused:
            return _answer(refused.code, refused.as_json())
        except json.JSONDecodeError:
            return _answer(400, Refused(400, "can't parse request JSON object").as_json())

    async def _download(self, token: str, path: str) -> Response:
        state = self._states.get(token)
        stored = state.files.by_path(path) if state else None
        if stored is None:
            return _answer(404, Refused(404, "Not Found").as_json())
        return Response(stored.data, media_type="application/octet-stream")


def _answer(status: int, body: dict[str, Any]) -> Response:
    return JSONResponse(body, status)

"""The Telegram twin: the Bot API over HTTP in front of the state, and the page's routes beside it."""

import inspect
import json
from functools import cached_property
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from sandbox.faults import Fault, Rule
from sandbox.telegram.errors import Refused, too_many
from sandbox.telegram.methods import METHODS
from sandbox.telegram.params import Params, read_params
from sandbox.telegram.people import People
from sandbox.telegram.sheet import sheet_router
from sandbox.telegram.state import State
from sandbox.telegram.ui import ui_router
from sandbox.world import World

WAYS = ["GET", "POST"]


class Telegram:
    """Telegram as the bot and the people meet it. `people` acts, `state` remembers."""

    name = "telegram"

    def __init__(self, world: World) -> None:
        self.world = world
        self.state = State(world)
        self.people = People(self.state)

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
        return ui_router(self.state, self.people)

    def trouble(self, rule: Rule) -> Response:
        """Telegram's own answer to too many calls, or to its own failure."""
        if rule.fault is Fault.RATE_LIMITED:
            refused = too_many(rule.retry_after)
            return _answer(refused.code, refused.as_json())
        return _answer(500, Refused(500, "Internal Server Error").as_json())

    async def call(self, method: str, params: Params) -> Any:
        """Carry out one method of the Bot API. Raises Refused, or KeyError for one that is not played here."""
        result = METHODS[method.lower()](self.state, params)
        return await result if inspect.isawaitable(result) else result

    async def _call(self, token: str, method: str, request: Request) -> Response:
        if token != self.world.secrets.telegram_token:
            return _answer(401, Refused(401, "Unauthorized").as_json())
        if method.lower() not in METHODS:
            refused = Refused(501, f"Not Implemented: the sandbox does not play {method}")
            return _answer(501, refused.as_json())
        try:
            return _answer(200, {"ok": True, "result": await self.call(method, await read_params(request))})
        except Refused as refused:
            return _answer(refused.code, refused.as_json())
        except json.JSONDecodeError:
            return _answer(400, Refused(400, "can't parse request JSON object").as_json())

    async def _download(self, token: str, path: str) -> Response:
        stored = self.state.files.by_path(path)
        if token != self.world.secrets.telegram_token or stored is None:
            return _answer(404, Refused(404, "Not Found").as_json())
        return Response(stored.data, media_type="application/octet-stream")


def _answer(status: int, body: dict[str, Any]) -> Response:
    return JSONResponse(body, status)

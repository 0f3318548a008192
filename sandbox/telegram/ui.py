"""`/ui/telegram/...`: what the page calls to see the screens and to act as the people."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, File, Form, HTTPException, Response, UploadFile
from fastapi.responses import JSONResponse
from pydantic import ValidationError, validate_call

from sandbox.telegram.entities import Json
from sandbox.telegram.errors import Refused
from sandbox.telegram.groups import Groups
from sandbox.telegram.params import Upload
from sandbox.telegram.people import CannotDo, People
from sandbox.telegram.state import State
from sandbox.telegram.view import whole

ACTIONS = (
    "start", "send_text", "share_location", "edit", "delete", "tap", "tap_label", "press", "block", "react",
    "create_topic", "close_topic", "pay", "pay_link", "speak",
)  # fmt: skip

IN_GROUPS = (
    "create_group", "add_member", "switch_topics", "add_bot", "add_bot_by_link", "promote_bot", "remove_bot",
)  # fmt: skip


def ui_router(state: State, people: People, groups: Groups) -> APIRouter:
    """The routes; an action that no client would offer answers 409 with the reason in `error`."""
    router = APIRouter()
    actions = {name: validate_call(getattr(people, name)) for name in ACTIONS}
    actions |= {name: validate_call(getattr(groups, name)) for name in IN_GROUPS}

    @router.get("/state")
    async def see() -> Json:
        return whole(state)

    # Before the actions, or their address would take in the file's.
    router.include_router(_file_routes(state, people))

    @router.post("/{action}")
    async def act(action: str, body: Annotated[dict[str, Any], Body()]) -> Any:
        if action not in actions:
            raise HTTPException(404)
        try:
            done = actions[action](**body)
            return await done if hasattr(done, "__await__") else done
        except ValidationError as error:
            return JSONResponse({"error": str(error)}, 422)
        except (CannotDo, Refused) as error:
            return JSONResponse({"error": str(error)}, 409)

    return router


def _file_routes(state: State, people: People) -> APIRouter:
    """Files that people look at, and those that they send."""
    router = APIRouter()

    @router.get("/files/{file_id}")
    async def download(file_id: str) -> Response:
        if file_id not in state.files.kept:
            raise HTTPException(404)
        stored = state.files.kept[file_id]
        # What a stranger uploaded must not run in the sandbox's own pages.
        guard = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        return Response(stored.data, media_type=stored.mime, headers=guard)

    @router.post("/send_file")
    async def send_file(
        person: Annotated[int, Form()],
        file: Annotated[UploadFile, File()],
        kind: Annotated[str, Form()] = "document",
        caption: Annotated[str, Form()] = "",
        chat: Annotated[int, Form()] = 0,
        thread: Annotated[int, Form()] = 0,
    ) -> Any:
        upload = Upload(file.filename or "file", file.content_type or "application/octet-stream", await file.read())
        try:
            return people.send_file(person, upload, kind, caption, chat, thread)
        except (CannotDo, Refused) as error:
            return JSONResponse({"error": str(error)}, 409)

    return router

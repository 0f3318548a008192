"""What the sandbox's page calls: what somebody sees, and what they do."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Form, Response, UploadFile
from fastapi.responses import JSONResponse

from sandbox.slack.acts import People
from sandbox.slack.core import Core
from sandbox.slack.grid import change_access
from sandbox.slack.look import Look
from sandbox.slack.manifest import use_manifest
from sandbox.slack.model import Json, Message, Refused
from sandbox.slack.oauth import OAuth

ACTS = {
    "says": People.says,
    "edits": People.edits,
    "deletes": People.deletes,
    "reacts": People.reacts,
    "dismisses": People.dismisses,
    "invites": People.invites,
    "removes": People.removes,
    "commands": People.commands,
    "uses_shortcut": People.uses_shortcut,
    "presses": People.presses,
    "presses_in_view": People.presses_in_view,
    "submits": People.submits,
    "closes": People.closes,
    "opens_home": People.opens_home,
}
SAFE_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


class Ui:
    """The page's side of Slack."""

    def __init__(self, core: Core, people: People, oauth: OAuth) -> None:
        self.core, self.people, self.oauth = core, people, oauth
        self.router = APIRouter()
        self.router.add_api_route("/state", self.state, methods=["GET"])
        self.router.add_api_route("/act/{name}", self.act, methods=["POST"], response_model=None)
        self.router.add_api_route("/upload", self.upload, methods=["POST"], response_model=None)
        self.router.add_api_route("/files/{key}", self.file, methods=["GET"])
        self.router.add_api_route("/manifest", self.manifest, methods=["POST"])
        self.router.add_api_route("/install/{team}", self.install, methods=["POST"])
        self.router.add_api_route("/access/{team}", self.access, methods=["POST"])
        self.router.add_api_route("/uninstall/{team}", self.uninstall, methods=["POST"], response_model=None)

    async def state(self, user: str = "U0ANA") -> Json:
        """All that `user` sees."""
        return Look(self.core, user).everything()

    async def act(self, name: str, body: Annotated[Json, Body()]) -> Json | Response:
        """One of the ACTS, with its arguments by name."""
        if name not in ACTS:
            return JSONResponse({"ok": False, "error": f"nobody can do {name}"}, 404)
        run: Any = ACTS[name]
        try:
            return _shown(await run(self.people, **body))
        except Refused as refused:
            return {"ok": False, "error": refused.error}
        except TypeError as wrong:
            return JSONResponse({"ok": False, "error": str(wrong)}, 422)

    async def upload(self, user: Annotated[str, Form()], channel: Annotated[str, Form()], file: UploadFile,
                     text: Annotated[str, Form()] = "", thread_ts: Annotated[str, Form()] = "") -> Json:  # fmt: skip
        """A file with a few words."""
        data, name, kind = await file.read(), file.filename or "file", file.content_type or ""
        try:
            return _shown(await self.people.uploads(user, channel, name, data, text, thread_ts, kind))
        except Refused as refused:
            return {"ok": False, "error": refused.error}

    async def file(self, key: str) -> Response:
        """A file for the page; anything but a plain picture is only ever saved, never shown."""
        file = self.core.files.get(key)
        if file is None:
            return Response(status_code=404)
        safe = file.mimetype in SAFE_PICTURES
        headers = {"X-Content-Type-Options": "nosniff", "Content-Disposition": "inline" if safe else "attachment"}
        return Response(file.data, media_type=file.mimetype, headers=headers)

    async def manifest(self, body: Annotated[Json, Body()]) -> Json:
        """The app's manifest, as somebody pastes it into Slack's page for app makers."""
        use_manifest(self.core, body)
        return {"ok": True}

    async def install(self, team: str) -> Json:
        """Where the program starts its installation."""
        return {"ok": True, "url": f"{self.core.world.product_url}/slack/install?team={team}", "team": team}

    async def access(self, team: str, granted: bool) -> Json:
        """An organisation's administrator lets the app into one of its workspaces, or takes it out."""
        try:
            await change_access(self.core, self.core.teams[team], granted=granted)
        except (Refused, KeyError) as refused:
            return {"ok": False, "error": str(refused)}
        return {"ok": True}

    async def uninstall(self, team: str, first: str = "tokens_revoked") -> Json:
        """Take the app out of a workspace or a whole organisation; `first`: the event that is sent before the other."""
        try:
            self.oauth.uninstall(self.core.teams[team], first)
        except (Refused, KeyError) as refused:
            return {"ok": False, "error": str(refused)}
        return {"ok": True}


def _shown(done: Any) -> Json:
    if isinstance(done, Message):
        return {"ok": True, "ts": done.ts, "channel": done.channel}
    return done if isinstance(done, dict) else {"ok": True}

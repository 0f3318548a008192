"""Slack's own addresses: the Web API, response_urls, uploads, private files, Socket Mode, the consent page."""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response, WebSocket
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader

from sandbox.slack.call import Call, Method
from sandbox.slack.chat import METHODS as CHAT
from sandbox.slack.core import Core
from sandbox.slack.files import METHODS as FILES
from sandbox.slack.files import may_fetch
from sandbox.slack.grid import meant
from sandbox.slack.lookup import METHODS as LOOKUP
from sandbox.slack.model import Json, Refused, Workspace
from sandbox.slack.oauth import OAuth
from sandbox.slack.replies import use_address
from sandbox.slack.views import METHODS as VIEWS

METHODS: dict[str, Method] = {**CHAT, **LOOKUP, **VIEWS, **FILES}
PAGES = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True)
GONE = {"invalid_url": 404, "expired_url": 404, "used_url": 404}


class Api:
    """Answers the app's calls."""

    def __init__(self, core: Core, oauth: OAuth) -> None:
        self.core = core
        self.oauth = oauth
        self.router = APIRouter()
        self.router.add_api_route("/api/{method}", self.method, methods=["GET", "POST"])
        self.router.add_api_route("/actions/{key:path}", self.response_url, methods=["POST"])
        self.router.add_api_route("/upload/v1/{ticket}", self.upload, methods=["POST"])
        self.router.add_api_route("/files-pri/{key}/{name:path}", self.private_file, methods=["GET"])
        self.router.add_api_route("/archives/{channel}/{ts}", self.archive, methods=["GET"])
        self.router.add_api_route("/oauth/v2/authorize", self.consent_page, methods=["GET"])
        self.router.add_api_route("/oauth/v2/authorize", self.consent, methods=["POST"])
        self.router.add_api_websocket_route("/socket", self.socket)

    async def method(self, request: Request, method: str) -> Response:
        """One Web API call. Refusals come with HTTP 200, as Slack's do; only 429 and unknown methods differ."""
        try:
            args, auth = await _arguments(request), request.headers.get("authorization", "")
            answer = self._answer(method, args, auth)
        except Refused as refused:
            return _refusal(method, refused)
        except ValueError:
            return _refusal(method, Refused("invalid_arguments"))
        return JSONResponse({"ok": True, **answer}, headers=self._granted(args, auth))

    def _granted(self, args: Json, auth: str) -> dict[str, str]:
        """Slack names a bot token's scopes beside every answer."""
        token = auth.removeprefix("Bearer ") or str(args.get("token") or "")
        for team in self.core.teams.values():
            if team.install and team.install.owns(token):
                return {"X-OAuth-Scopes": ",".join(sorted(team.install.scopes))}
        return {}

    def _answer(self, method: str, args: Json, auth: str) -> Json:
        token = auth.removeprefix("Bearer ") if auth.startswith("Bearer ") else str(args.get("token") or "")
        match method:
            case "api.test":
                if args.get("error"):
                    raise Refused(str(args["error"]), args=args)
                return {"args": args}
            case "oauth.v2.access":
                return self.oauth.access(args, *_client(args, auth))
            case "apps.connections.open":
                return self._open_socket(token)
            case "apps.uninstall" | "auth.revoke":
                self.oauth.uninstall(self._team(token, args))
                return {"revoked": True} if method == "auth.revoke" else {}
        if method not in METHODS:
            raise Refused("unknown_method", req_method=method)
        return self._call(METHODS[method], self._team(token, args), args)

    def _call(self, method: Method, team: Workspace, args: Json) -> Json:
        call = Call(self.core, team, args)
        if method.scope and method.scope not in call.install.scopes:
            raise Refused("missing_scope", needed=method.scope, provided=",".join(sorted(call.install.scopes)))
        return method.run(call)

    def _team(self, token: str, args: Json) -> Workspace:
        """The workspace that a bot token belongs to; of several that share it, the one that the call names."""
        if not token:
            raise Refused("not_authed")
        owners = [team for team in self.core.teams.values() if team.install and team.install.owns(token)]
        if not owners:
            known = any(token in team.old_tokens for team in self.core.teams.values())
            wrong = "not_allowed_token_type" if token.startswith("xapp-") else "invalid_auth"
            raise Refused("account_inactive" if known else wrong)
        install = owners[0].install
        end = install.end_of(token) if install else None
        if end is not None and self.core.world.clock.now() >= end:
            raise Refused("token_expired")
        return meant(self.core, owners, args)

    def _open_socket(self, token: str) -> Json:
        if token != self.core.world.secrets.slack_app_token:
            raise Refused("not_allowed_token_type" if token.startswith("xoxb-") else "invalid_auth")
        root = self.core.world.public_url.replace("http", "ws", 1)
        return {"url": f"{root}/slack/socket?ticket={self.core.delivery.sockets.ticket()}&app_id=sandbox"}

    async def socket(self, socket: WebSocket, ticket: str = "") -> None:
        """Socket Mode."""
        await self.core.delivery.sockets.serve(socket, ticket)

    async def response_url(self, request: Request, key: str) -> Response:
        """A reply to somebody's command or press."""
        try:
            use_address(self.core, key, await request.json())
        except Refused as refused:
            return JSONResponse({"ok": False, "error": refused.error}, GONE.get(refused.error, 400))
        except ValueError:
            return JSONResponse({"ok": False, "error": "invalid_payload"}, 400)
        return PlainTextResponse("ok")

    async def upload(self, request: Request, ticket: str) -> Response:
        """The bytes of a file, raw or as a form."""
        file = self.core.uploads.get(ticket)
        if file is None:
            return PlainTextResponse("not found", 404)
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            parts = [part for part in (await request.form()).values() if not isinstance(part, str)]
            file.data = await parts[0].read() if parts else b""
        else:
            file.data = await request.body()
        return PlainTextResponse(f"OK - {len(file.data)}")

    async def private_file(self, request: Request, key: str, name: str) -> Response:
        """A file's bytes for a token's bearer; anybody else gets the sign-in page, with status 200 as at Slack."""
        team_id, _, file_id = key.partition("-")
        file = self.core.files.get(file_id)
        try:
            team = self._team(request.headers.get("authorization", "").removeprefix("Bearer "), {"team_id": team_id})
        except Refused:
            return HTMLResponse("<!DOCTYPE html><title>Sign in | Sandbox Slack</title><p>Sign in to see this file.")
        readable = team.id == team_id and "files:read" in Call(self.core, team, {}).install.scopes
        if file is None or not readable or not may_fetch(self.core, team, file):
            return PlainTextResponse("not found", 404)
        return Response(file.data, media_type=file.mimetype)

    async def archive(self, channel: str, ts: str) -> Response:
        """A permalink leads to the sandbox's page."""
        return RedirectResponse(f"/#slack/{channel}/{ts}", 302)

    async def consent_page(self, client_id: str = "", scope: str = "", state: str = "", redirect_uri: str = "",
                           team: str = "") -> Response:  # fmt: skip
        """Which workspace, which scopes: yes or no."""
        try:
            self.oauth.check_client(client_id)
        except Refused as refused:
            return HTMLResponse(PAGES.get_template("authorize.html").render(error=refused.error), 400)
        scopes = sorted(part for part in scope.replace(" ", ",").split(",") if part)
        teams = list(self.core.teams.values())
        return HTMLResponse(PAGES.get_template("authorize.html").render(
            teams=teams, team=team, scopes=scopes, scope=scope, state=state, redirect_uri=redirect_uri))  # fmt: skip

    async def consent(self, user: Annotated[str, Form()], scope: Annotated[str, Form()] = "",
                      state: Annotated[str, Form()] = "", redirect_uri: Annotated[str, Form()] = "",
                      answer: Annotated[str, Form()] = "cancel") -> Response:  # fmt: skip
        """Somebody answered the page."""
        if answer == "allow":
            return RedirectResponse(self.oauth.allow(user, scope, redirect_uri, state), 302)
        return RedirectResponse(self.oauth.back(redirect_uri, error="access_denied", state=state), 302)


async def _arguments(request: Request) -> Json:
    args: Json = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        body = json.loads(await request.body() or b"{}")
        if not isinstance(body, dict):
            raise Refused("invalid_json")
        return args | body
    return args | dict(await request.form()) if request.method == "POST" else args


def _client(args: Mapping[str, Any], auth: str) -> tuple[str, str]:
    """The app's own name and secret, from HTTP Basic or from the arguments."""
    if auth.startswith("Basic "):
        client_id, _, client_secret = base64.b64decode(auth.removeprefix("Basic ")).decode().partition(":")
        return client_id, client_secret
    return str(args.get("client_id") or ""), str(args.get("client_secret") or "")


def _refusal(method: str, refused: Refused) -> Response:
    body = {"ok": False, "error": refused.error, **refused.extra}
    if refused.error == "unknown_method":
        return JSONResponse(body | {"sandbox": f"Slack's stand-in does not know {method}"}, 501)
    if refused.error == "ratelimited":
        return JSONResponse(body, 429, {"Retry-After": "60"})
    return JSONResponse(body)

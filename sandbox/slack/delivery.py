"""How Slack reaches the app: signed POSTs to its address, or envelopes over a socket while one is open."""

import asyncio
import hashlib
import hmac
import json
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from sandbox.slack.model import APP_ID, Json, Workspace
from sandbox.slack.socket import Sockets
from sandbox.slack.wire import authorization
from sandbox.world import World

PATIENCE = 3.0  # seconds that Slack waits for an answer
TOO_LATE = -1
VERIFICATION_TOKEN = "sandbox-verification-token"  # noqa: S105 (made up)
# Which scope an event wants (docs.slack.dev/reference/events).
EVENT_NAMES = {"channel": "message.channels", "group": "message.groups", "im": "message.im", "mpim": "message.mpim"}
EVENT_SCOPES = {"channel": "channels:history", "group": "groups:history", "im": "im:history", "mpim": "mpim:history"}
OTHER_SCOPES = {"reaction_added": "reactions:read", "reaction_removed": "reactions:read", "file_shared": "files:read",
                "app_mention": "app_mentions:read", "channel_left": "channels:read",
                "group_left": "groups:read"}  # fmt: skip
OF_AN_ORGANISATION = frozenset({"app_uninstalled", "tokens_revoked", "team_access_granted", "team_access_revoked"})


@dataclass(frozen=True)
class Answer:
    """What the app answered in time. `status` 0: nobody there; `TOO_LATE`: no answer in three seconds."""

    status: int
    body: bytes = b""

    @property
    def ok(self) -> bool:
        """True for an answer that Slack accepts."""
        return 200 <= self.status < 300

    @property
    def error(self) -> str:
        """Slack's word for what went wrong."""
        return "" if self.ok else "operation_timeout" if self.status == TOO_LATE else "dispatch_failed"

    def json(self) -> Json:
        """The body as an object; plain text is an ephemeral text."""
        try:
            content = json.loads(self.body or b"{}")
        except ValueError:
            content = self.body.decode(errors="replace")
        return content if isinstance(content, dict) else {"text": str(content)}


@dataclass
class Delivery:
    """Carries commands, interactions and events to the app."""

    world: World
    sockets: Sockets = field(default_factory=Sockets)
    retry_after: tuple[float, ...] = (0.05, 0.3, 1.0)
    """Slack waits for nothing, then a minute, then five; nobody at a sandbox wants to."""
    signed_at: Callable[[], float] = time.time
    """Signatures bear the machine's own time: the SDK's verifier looks at that clock and no other."""
    subscribed: frozenset[str] | None = None
    """The events that the app's manifest asks for; None: all."""
    _locks: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    def sign(self, body: bytes) -> dict[str, str]:
        """The two headers that prove the sender (docs.slack.dev/authentication/verifying-requests-from-slack)."""
        stamp = str(int(self.signed_at()))
        secret = self.world.secrets.slack_signing_secret.encode()
        digest = hmac.new(secret, f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}

    async def command(self, form: dict[str, str]) -> Answer:
        """Run a slash command; the answer may hold a reply."""
        return await self._carry("slash_commands", form["command"], form, urlencode(form).encode())

    async def interaction(self, payload: Json) -> Answer:
        """Report a press, a submission or a shortcut; the answer may hold a view or errors."""
        body = urlencode({"payload": json.dumps(payload)}).encode()
        return await self._carry("interactive", payload["type"], payload, body)

    async def event(self, team: Workspace, event_id: str, event: Json, order: str = "") -> None:
        """Tell of an event, at most four times, one after the other for each `order`."""
        kind = event["type"]
        scope = _scope_of(kind, event)
        if team.install is None or (scope and scope not in team.install.scopes):
            return
        name = EVENT_NAMES[event["channel_type"]] if kind == "message" else kind
        if self.subscribed is not None and name not in self.subscribed:
            return
        payload = _callback(team, event_id, int(self.world.clock.now().timestamp()), event)

        async def carry(note: str) -> int:
            return await self._carry_event(name, payload, note)

        async with self._locks[order or event_id]:
            body, url = json.dumps(payload).encode(), self._url
            await self.world.send_webhook("slack", name, url, body, {}, carry)

    async def last_event(self, team: Workspace, event_id: str, event: Json) -> None:
        """Tell of the end of an installation, which no scope holds back."""
        if self.subscribed is not None and event["type"] not in self.subscribed:
            return
        payload = _callback(team, event_id, int(self.world.clock.now().timestamp()), event)
        await self._carry_event(event["type"], payload, "")

    async def _carry_event(self, name: str, payload: Json, note: str) -> int:
        reason = ""
        for attempt in range(len(self.retry_after) + 1):
            if attempt:
                await asyncio.sleep(self.retry_after[attempt - 1])
            headers = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason} if attempt else {}
            body = json.dumps(payload).encode()
            answer = await self._carry("events_api", name, payload, body, headers, note)
            if answer.ok:
                break
            reason = {0: "connection_failed", TOO_LATE: "http_timeout"}.get(answer.status, "http_error")
        return answer.status

    async def _carry(self, kind: str, name: str, payload: Json, body: bytes, headers: dict[str, str] | None = None,
                     note: str = "") -> Answer:  # fmt: skip
        headers = headers or {}
        if headers:
            note = f"retry {headers['X-Slack-Retry-Num']}: {headers['X-Slack-Retry-Reason']} {note}".strip()
        send = self._by_socket if self.sockets.open else self._by_http
        started = time.perf_counter()
        try:
            async with asyncio.timeout(PATIENCE):
                return await send(kind, name, payload, body, headers, note)
        except TimeoutError:
            took = (time.perf_counter() - started) * 1000
            note = f"no answer in three seconds {note}".strip()
            self.world.record("out", "slack", name, status=0, ms=took, request=body.decode(), response="", note=note)
            return Answer(TOO_LATE)

    async def _by_http(self, kind: str, name: str, payload: Json, body: bytes, headers: dict[str, str],
                       note: str) -> Answer:  # fmt: skip
        content = "application/json" if kind == "events_api" else "application/x-www-form-urlencoded"
        headers = headers | self.sign(body) | {"Content-Type": content, "User-Agent": "Slackbot 1.0 (sandbox)"}
        return Answer(*await self.world.call_product("slack", name, self._url, body, headers, note))

    async def _by_socket(self, kind: str, name: str, payload: Json, body: bytes, headers: dict[str, str],
                         note: str) -> Answer:  # fmt: skip
        started = time.perf_counter()
        extra: dict[str, Any] = {"accepts_response_payload": kind != "events_api"}
        if headers:
            retry = {"retry_attempt": int(headers["X-Slack-Retry-Num"])}
            extra |= retry | {"retry_reason": headers["X-Slack-Retry-Reason"]}
        reply = await self.sockets.ask(kind, payload, extra)
        took = (time.perf_counter() - started) * 1000
        response = json.dumps(reply) if reply else ""
        note = f"socket {note}".strip()
        request = json.dumps(payload)
        self.world.record("out", "slack", name, status=200, ms=took, request=request, response=response, note=note)
        return Answer(200, response.encode())

    @property
    def _url(self) -> str:
        return f"{self.world.product_url}/slack/events"


def _scope_of(kind: str, event: Json) -> str:
    """The scope that an event wants, empty for none."""
    if kind == "message":
        return EVENT_SCOPES.get(event.get("channel_type", ""), "")
    if kind == "member_joined_channel":
        return "groups:read" if event.get("channel_type") == "G" else "channels:read"
    return OTHER_SCOPES.get(kind, "")


def _callback(team: Workspace, event_id: str, at: int, event: Json) -> Json:
    org = team.org.id if team.org else None
    # Of an organisation's own standing no workspace tells.
    here = None if org and event["type"] in OF_AN_ORGANISATION else team.id
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": here,
        "context_team_id": here,
        "context_enterprise_id": org,
        **({"enterprise_id": org} if org else {}),
        "api_app_id": APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": at,
        "authorizations": [authorization(team)],
        "is_ext_shared_channel": False,
        "event_context": f"4-{event_id}",
    }

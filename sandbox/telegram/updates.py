"""Updates on their way to the bot: fetched by long poll, or pushed to its webhook in order per chat."""

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sandbox.telegram.entities import Json
from sandbox.telegram.errors import Refused, bad_request
from sandbox.world import World

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
KINDS = frozenset({
    "message", "edited_message", "channel_post", "edited_channel_post", "callback_query", "inline_query",
    "chosen_inline_result", "shipping_query", "pre_checkout_query", "poll", "poll_answer", "my_chat_member",
    "chat_member", "chat_join_request", "message_reaction", "message_reaction_count",
})  # fmt: skip
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
# Telegram doubles its pause after each failure and goes on for a day; a rehearsal has less patience.
GAPS = (0.2, 0.5, 1, 2, 4, 8, 16, 32)
MAX_POLL_SECONDS = 50


@dataclass(frozen=True)
class Update:
    """One update; those of one `lane` (a chat) reach a webhook one after the other."""

    number: int
    lane: int
    kind: str
    content: Json

    def as_json(self) -> Json:
        """As the bot receives it."""
        return {"update_id": self.number, self.kind: self.content}


@dataclass(frozen=True)
class Hook:
    """Where updates are pushed to."""

    url: str
    secret: str = ""
    max_connections: int = 40


@dataclass
class Updates:
    """What the bot has not taken yet."""

    world: World
    gaps: Sequence[float] = GAPS
    pending: list[Update] = field(default_factory=list)
    hook: Hook | None = None
    allowed: frozenset[str] = KINDS - NOT_BY_DEFAULT
    last_error: Json = field(default_factory=dict)
    _number: int = 500_000_000
    _polls: int = 0
    _hooks_set: int = 0
    _busy: set[int] = field(default_factory=set)

    def emit(self, kind: str, content: Json, lane: int) -> None:
        """Queue an update, unless the bot has not asked for its kind. Its content is fixed from now on."""
        if kind not in self.allowed:
            return
        self._number += 1
        fixed = json.loads(json.dumps(content))
        self.pending.append(Update(self._number, lane, kind, fixed))
        self._push(lane)
        self.world.touched("telegram")

    def allow(self, kinds: list[str] | None) -> None:
        """Choose the kinds from now on: None leaves it as it is, an empty list means the default."""
        if kinds is not None:
            self.allowed = (KINDS & set(kinds)) or (KINDS - NOT_BY_DEFAULT)

    def set_hook(self, hook: Hook | None, *, drop: bool = False) -> None:
        """Push to `hook` from now on, or to nobody. Raises Refused when the address or the secret cannot be."""
        if hook is not None:
            _check(hook)
        if drop:
            self.pending.clear()
        self._polls += 1
        self._hooks_set += 1
        self._busy.clear()
        self.hook, self.last_error = hook, {}
        for lane in {update.lane for update in self.pending}:
            self._push(lane)
        self.world.touched("telegram")

    async def poll(self, offset: int, limit: int, seconds: int) -> list[Json]:
        """Answer getUpdates: wait for updates from `offset` on, forgetting those before it. Raises Refused."""
        if self.hook is not None:
            raise Refused(
                409,
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
            )
        self._polls += 1
        turn = self._polls
        self._forget(offset)
        self.world.touched("telegram")  # wakes an older poll, which then gives way to this one
        try:
            await self.world.until(
                lambda: self.pending or turn != self._polls or self.world.closing,
                min(seconds, MAX_POLL_SECONDS) or 0.01,
            )
        except TimeoutError:
            return []
        if turn != self._polls:
            other = (
                "setWebhook request" if self.hook else "other getUpdates request; make sure that only one bot instance"
            )
            raise Refused(409, f"terminated by {other}" + ("" if self.hook else " is running"))
        return [update.as_json() for update in self.pending[: limit or 100]]

    def info(self) -> Json:
        """As getWebhookInfo answers."""
        answer: Json = {"url": "", "has_custom_certificate": False, "pending_update_count": len(self.pending)}
        if self.hook:
            answer |= {"url": self.hook.url, "max_connections": self.hook.max_connections, **self.last_error}
        if self.allowed != KINDS - NOT_BY_DEFAULT:
            answer["allowed_updates"] = sorted(self.allowed)
        return answer

    def _forget(self, offset: int) -> None:
        if offset < 0:
            self.pending = self.pending[offset:]
        elif offset:
            self.pending = [update for update in self.pending if update.number >= offset]

    def _push(self, lane: int) -> None:
        if self.hook is not None and lane not in self._busy:
            self._busy.add(lane)
            self.world.spawn(self._drain(lane, self.hook, self._hooks_set))

    async def _drain(self, lane: int, hook: Hook, turn: int) -> None:
        while turn == self._hooks_set:
            update = next((each for each in self.pending if each.lane == lane), None)
            if update is None:
                self._busy.discard(lane)
                return
            if not await self._deliver(update, hook, turn):
                continue
            self.pending = [each for each in self.pending if each is not update]
            self.world.touched("telegram")

    async def _deliver(self, update: Update, hook: Hook, turn: int) -> bool:
        """Push until it is taken or patience ends; False when the webhook was changed meanwhile."""
        body = json.dumps(update.as_json(), ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"}
        if hook.secret:
            headers[SECRET_HEADER] = hook.secret
        for gap in (*self.gaps, None):
            status = await self.world.send_webhook("telegram", update.kind, hook.url, body, headers)
            if turn != self._hooks_set:
                return False
            if status is None or 200 <= status < 300:
                return True
            self._failed(status)
            if gap is not None:
                await asyncio.sleep(gap)
        return True

    def _failed(self, status: int) -> None:
        said = f"Wrong response from the webhook: {status}" if status else "Connection refused"
        self.last_error = {"last_error_date": int(self.world.clock.now().timestamp()), "last_error_message": said}


def _check(hook: Hook) -> None:
    parts = urlsplit(hook.url)
    # The real server wants HTTPS; one run beside the bot with --local takes HTTP, and so does this one, from itself.
    if not parts.hostname or parts.scheme not in ("http", "https"):
        raise bad_request("invalid webhook URL specified")
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if len(hook.secret) > 256:
        raise bad_request("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", hook.secret):
        raise bad_request("secret token contains unallowed characters")

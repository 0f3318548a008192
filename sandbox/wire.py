"""Watches every call that the program makes to a vendor: writes it down, and lets trouble strike."""

import asyncio
import re
import time
from collections.abc import Mapping
from urllib.parse import unquote_plus

from fastapi import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.faults import Fault, Rule
from sandbox.twin import Twin
from sandbox.world import World

CALLS = re.compile(
    r"/(?:(?P<telegram>telegram)/(?:file/)?bot[^/]+/(?P<method>.+)|(?P<slack>slack)/(?:api/)?(?P<call>.+)"
    r"|(?P<gateway>stripe|razorpay|paypal|phonepe)(?P<path>/(?:v\d|apis|checkout|payments|identity).*))"
)
PARTS = re.compile(r'name="([^"]+)"(?:; filename="([^"]*)")?')
DROP = "sandbox.drop"
"""The name under which the server offers to cut the connection; see `sandbox.server`."""


class Dropped(ConnectionError):
    """The connection was cut, on a server that cannot do it by itself."""


class Wire:
    """ASGI middleware around the whole sandbox. `patience`: seconds an answer is withheld at most."""

    def __init__(self, app: ASGIApp, world: World, twins: Mapping[str, Twin], patience: float = 120) -> None:
        self.app, self.world, self.twins, self.patience = app, world, twins, patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let everything through that is not a call to a vendor's API."""
        found = CALLS.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if found is None:
            return await self.app(scope, receive, send)
        service, method = _named(found, scope["method"])
        call = Call(await _body(receive), receive, send)
        started = time.perf_counter()
        rule = self.world.faults.strike(service, method)
        await self._play(scope, call, rule, service)
        ms = (time.perf_counter() - started) * 1000
        if not _idle(method, call.answer):
            note = rule.fault.value if rule else ""
            request, response = _readable(scope, call.body), _printable(call.answer)
            self.world.record(
                "in", service, method, status=call.status, ms=ms, request=request, response=response, note=note
            )
        if rule and rule.fault in (Fault.TIMEOUT, Fault.REFUSED):
            await self._cut(scope, receive, self.patience if rule.fault is Fault.TIMEOUT else 0)
        return None

    async def _play(self, scope: Scope, call: "Call", rule: Rule | None, service: str) -> None:
        if rule is None:
            return await self.app(scope, call.receive, call.send)
        if rule.fault is Fault.REFUSED:
            return None
        if rule.fault is Fault.TIMEOUT:
            call.silent = True
            return await self.app(scope, call.receive, call.send)
        response: Response = self.twins[service].trouble(rule)
        return await response(scope, call.receive, call.send)

    async def _cut(self, scope: Scope, receive: Receive, patience: float) -> None:
        """Leave the caller without an answer: until it gives up, or for `patience` seconds."""
        if patience:
            await _gone(receive, patience)
        drop = scope.get("extensions", {}).get(DROP)
        if drop is None:
            raise Dropped("the sandbox was asked to drop this call")
        drop()
        await _gone(receive, 5)


class Call:
    """One call on its way through: its body, given again to the twin, and a copy of the answer."""

    def __init__(self, body: bytes, receive: Receive, send: Send) -> None:
        self.body, self.status, self.answer, self.silent = body, 0, b"", False
        self._receive, self._send, self._given = receive, send, False

    async def receive(self) -> Message:
        """The body, which was read already; then whatever the server says."""
        if self._given:
            return await self._receive()
        self._given = True
        return {"type": "http.request", "body": self.body, "more_body": False}

    async def send(self, message: Message) -> None:
        """Pass the answer on, unless it is withheld."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif len(self.answer) < 10_000:
            self.answer += message.get("body", b"")
        if not self.silent:
            await self._send(message)


def _named(found: re.Match[str], verb: str) -> tuple[str, str]:
    """The service, and the method as fault rules and the wire log call it."""
    if found["telegram"]:
        return "telegram", found["method"]
    if found["slack"]:
        return "slack", found["call"]
    return found["gateway"], f"{verb} {found['path']}"


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)


async def _gone(receive: Receive, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return


def _idle(method: str, answer: bytes) -> bool:
    """A long poll that brought nothing is not worth a line."""
    return method == "getUpdates" and answer.replace(b" ", b"") == b'{"ok":true,"result":[]}'


def _readable(scope: Scope, body: bytes) -> str:
    query = unquote_plus(scope["query_string"].decode(errors="replace"))
    kind = dict(scope["headers"]).get(b"content-type", b"")
    if kind.startswith(b"multipart/"):
        fields = PARTS.findall(body.decode("latin-1"))
        told = "\n".join(f"{name}: file {filename}" if filename else name for name, filename in fields)
        return f"{len(body)} bytes in parts\n{told}"
    if kind.startswith(b"application/x-www-form-urlencoded"):
        return "\n".join(
            [query] * bool(query) + [unquote_plus(pair) for pair in body.decode(errors="replace").split("&")]
        )
    return query + _printable(body)


def _printable(body: bytes) -> str:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return f"{len(body)} bytes"
    return text if "\x00" not in text else f"{len(body)} bytes"

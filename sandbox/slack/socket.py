"""Socket Mode: the app dials in, Slack sends envelopes, the app acknowledges each by its id."""

import asyncio
import json
import secrets
from dataclasses import dataclass, field

from fastapi import WebSocket, WebSocketDisconnect

from sandbox.slack.model import APP_ID, Json


@dataclass
class Sockets:
    """The open connections of the app."""

    tickets: set[str] = field(default_factory=set)
    open: list[WebSocket] = field(default_factory=list)
    _waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)

    def ticket(self) -> str:
        """The right to dial in once."""
        ticket = secrets.token_hex(16)
        self.tickets.add(ticket)
        return ticket

    async def serve(self, socket: WebSocket, ticket: str) -> None:
        """Hold one connection until it ends; a ticket that was never given out is turned away."""
        if ticket not in self.tickets:
            await socket.close(4001)
            return
        self.tickets.discard(ticket)
        await socket.accept()
        self.open.append(socket)
        try:
            await socket.send_json(_hello(len(self.open)))
            async for text in socket.iter_text():
                self._hear(text)
        except WebSocketDisconnect:
            pass
        finally:
            self.open.remove(socket)

    async def ask(self, kind: str, payload: Json, extra: Json) -> Json:
        """Send an envelope over the newest connection and wait for its acknowledgement's payload."""
        envelope = secrets.token_hex(16)
        waiting = self._waiting[envelope] = asyncio.get_running_loop().create_future()
        try:
            message = {"envelope_id": envelope, "type": kind, "payload": payload, **extra}
            await self.open[-1].send_json(message)
            acknowledged: Json = await waiting
            return acknowledged
        finally:
            del self._waiting[envelope]

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask every connection to dial in anew, as Slack does now and then."""
        for socket in list(self.open):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})

    def _hear(self, text: str) -> None:
        content = json.loads(text)
        waiting = self._waiting.get(content.get("envelope_id", ""))
        if waiting and not waiting.done():
            waiting.set_result(content.get("payload") or {})


def _hello(connections: int) -> Json:
    debug = {"host": "sandbox", "build_number": 1, "approximate_connection_time": 3600}
    return {"type": "hello", "num_connections": connections, "debug_info": debug, "connection_info": {"app_id": APP_ID}}

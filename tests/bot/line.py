"""The line of a room page, spoken in the test's own process."""

import asyncio
import json
from collections.abc import MutableMapping
from typing import Any

from tests.bot.surface import InProcess


async def words_on(program: InProcess, code: str, words: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Open a room page's line, say the words one after the other, and hang up once all that are confirmed are."""
    wanted = {word["client_id"] for word in words if "client_id" in word}
    heard: list[dict[str, Any]] = []
    there = asyncio.Condition()
    said = iter([None, *words])

    async def receive() -> MutableMapping[str, Any]:
        word = next(said, "end")
        if word is None:
            return {"type": "websocket.connect"}
        async with there:
            await there.wait_for(lambda: any(one["type"] == "lobby" for one in heard))
            if word == "end":
                await there.wait_for(lambda: wanted <= {one["client_id"] for one in heard if one["type"] == "sent"})
                return {"type": "websocket.disconnect", "code": 1000}
        return {"type": "websocket.receive", "text": json.dumps(word)}

    async def send(told: MutableMapping[str, Any]) -> None:
        async with there:
            if told["type"] == "websocket.send":
                heard.append(json.loads(told["text"]))
            there.notify_all()

    scope = {
        "type": "websocket", "asgi": {"version": "3.0"}, "scheme": "ws", "path": f"/room/{code}/live", "headers": [],
        "raw_path": b"", "query_string": b"", "root_path": "", "client": ("203.0.113.7", 1), "subprotocols": [],
    }  # fmt: skip
    async with asyncio.timeout(20):
        await program.app.web(scope, receive, send)
    return heard

"""Requests to our pages, counted by address: whoever asks too often is told to wait.

What is signed or shows a secret (gateways, Slack, Telegram) comes from few addresses in great numbers, and is not
counted; neither is what a monitor asks. Behind a proxy, uvicorn reads the address it forwards (FORWARDED_ALLOW_IPS).
"""

from ipaddress import ip_address

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

FREE = ("/webhooks/", "/telegram", "/slack/events", "/healthz", "/readyz", "/metrics", "/static/")
MINUTE = 60
HOUSEHOLD = 64
"""Bits of an IPv6 address that a household has in common; it chooses the others as it likes."""
WAIT = "Very many requests come from your address. Please wait a minute and try again.\n"


class AddressLimit:
    """ASGI middleware: `most` requests of one address in a minute, page by page and socket by socket."""

    def __init__(self, app: ASGIApp, *, most: int) -> None:
        """`app` is what the requests are for."""
        self._app = app
        self._most = RateLimitItemPerMinute(most)
        self._counted = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer 429; a socket is refused before it opens."""
        if await self._is_in_time(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1013})
        else:
            refusal = PlainTextResponse(WAIT, 429, headers={"retry-after": str(MINUTE)})
            await refusal(scope, receive, send)

    async def _is_in_time(self, scope: Scope) -> bool:
        if scope["type"] not in {"http", "websocket"} or scope["path"].startswith(FREE):
            return True
        return await self._counted.hit(self._most, household(scope["client"][0] if scope.get("client") else ""))


def household(address: str) -> str:
    """What one caller can hold: an IPv4 address, or the network that an IPv6 address is chosen from."""
    try:
        read = ip_address(address)
    except ValueError:
        return address
    return str(read) if read.version == 4 else f"{int(read) >> (128 - HOUSEHOLD):x}"

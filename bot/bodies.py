"""Reading a request's body without letting anybody fill the memory."""

from fastapi import Request
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LIMIT = 1024 * 1024


class TooLarge(Exception):
    """The body is over one MiB."""


async def read_body(request: Request, limit: int = LIMIT) -> bytes:
    """The raw bytes. Raises TooLarge as soon as they are too many, whatever the header says."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise TooLarge
        chunks.append(chunk)
    return b"".join(chunks)


class BodyLimit:
    """ASGI middleware: a form over the limit is refused before it is read, and so is one that does not say its size.

    The routes that read raw bytes count for themselves, with `read_body`.
    """

    def __init__(self, app: ASGIApp, *, most: int = LIMIT) -> None:
        """`most` in bytes."""
        self._app, self._most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer 413 or 411."""
        if refusal := self._refusal(scope):
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self._most:
            return PlainTextResponse("This is too large: at most one mebibyte is taken.\n", 413)
        if "form" in headers.get("content-type", "") and "transfer-encoding" in headers:
            return PlainTextResponse("A form has to say how large it is.\n", 411)
        return None

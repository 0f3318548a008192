"""Reading a request's body without letting anybody fill the memory."""

from fastapi import Request

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

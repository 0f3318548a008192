"""What a page has begun is done to its end."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def whole(deed: Coroutine[Any, Any, T]) -> T:
    """Do it to the end, even when the page goes away meanwhile.

    When a task is cancelled within a transaction, its rollback is cancelled too: the abandoned SQLite connection keeps
    its write lock, and all others hear "database is locked".
    """
    task = asyncio.ensure_future(deed)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise

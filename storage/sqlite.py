"""SQLite as Bellhop keeps it: durable commits, one writer, and no thread between a question and its answer.

aiosqlite carries every statement to a thread of its own and back. A statement takes microseconds, the way to the thread
and back a hundred; so only what may wait goes there: taking the write lock, and the commit, which waits for the disk.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from typing import Any

import aiosqlite
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

MAY_WAIT = frozenset({"commit", "rollback"})
LOCK_PATIENCE = 10.0
"""Seconds that a writer waits for another process to finish."""


class NearConnection(aiosqlite.Connection):
    """A connection that asks where it stands, and goes to its thread for what may wait.

    The two never touch SQLite at one moment: a transaction that was cancelled may leave a commit behind in the thread.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As aiosqlite's own."""
        super().__init__(*args, **kwargs)
        self._alone = threading.Lock()

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """The one place through which everything in aiosqlite passes."""
        waits = fn.__name__ in MAY_WAIT or (args and args[0] == BEGIN)
        if waits or not self._connection or not self._alone.acquire(blocking=False):
            return await super()._execute(self._there, fn, *args, **kwargs)  # type: ignore[no-untyped-call]
        try:
            return fn(*args, **kwargs)
        finally:
            self._alone.release()

    def _there(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with self._alone:
            return fn(*args, **kwargs)


BEGIN = "BEGIN IMMEDIATE"
"""Every transaction takes the write lock at once: one that began as a reader cannot always become a writer."""


def sqlite_engine(url: URL, **settings: Any) -> AsyncEngine:
    """An engine on one connection: SQLite has one writer, and waiting in the pool is cheaper than on the file."""
    file = url.database or ":memory:"

    def open_file() -> sqlite3.Connection:
        # The driver must not begin by itself: BEGIN is ours. The thread and the loop never use it at the same moment.
        return sqlite3.connect(file, timeout=LOCK_PATIENCE, isolation_level=None, check_same_thread=False)

    async def connect() -> aiosqlite.Connection:
        connection = NearConnection(open_file, iter_chunk_size=64)
        # A program that ends in a hurry does not wait for it.
        connection._thread.daemon = True
        return await connection

    engine = create_async_engine(url, async_creator=connect, pool_size=1, max_overflow=0, pool_timeout=30, **settings)
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    event.listen(engine.sync_engine, "invalidate", _let_go)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    """WAL with `synchronous=FULL`: a commit that was answered survives a power cut."""
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(BEGIN)


_LETTING_GO: set[asyncio.Task[None]] = set()


def _let_go(connection: Any, _record: object, _error: BaseException | None) -> None:
    """Roll back a connection whose task was cancelled in the middle of a statement.

    Closing alone is not enough: SQLite keeps the write lock until the statement that was left behind is collected.
    """
    task = asyncio.get_running_loop().create_task(connection.driver_connection.rollback())
    _LETTING_GO.add(task)
    task.add_done_callback(_LETTING_GO.discard)

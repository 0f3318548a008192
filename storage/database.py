"""The database: one way to begin a transaction, one place that commits."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from storage.notices import Notices, announce
from storage.signals import Signals
from storage.vault import Vault
from storage.work import Work

Clock = Callable[[], datetime]

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
    "mysql": "mysql+asyncmy",
    "mariadb": "mysql+asyncmy",
}

# An error must not carry what people said into a log.
QUIET = {"hide_parameters": True}


class Database:
    """Everything Bellhop remembers. `url` as people write it; `clock` gives aware UTC."""

    def __init__(self, url: str, *, keys: Sequence[str], clock: Clock) -> None:
        """Opens nothing yet: the first transaction does."""
        self.url = async_url(url)
        self.clock = clock
        self.vault = Vault(keys)
        self.signals = Signals()
        self._engine = _engine(self.url)
        self.notices = Notices(self._engine, self.signals)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Work]:
        """A transaction: commits on a clean exit, rolls back otherwise. Wakes whoever waits, after the commit."""
        async with AsyncSession(self._engine, expire_on_commit=False) as session:
            work = Work(session, now=self.clock(), vault=self.vault)
            async with session.begin():
                yield work
                if work.woken and self._engine.dialect.name == "postgresql":
                    await announce(session, work.woken)
        self.signals.send(work.woken)

    @property
    def engine(self) -> AsyncEngine:
        """The engine itself, for migrations and health checks."""
        return self._engine

    async def aclose(self) -> None:
        """Close every connection."""
        await self.notices.stop()
        await self._engine.dispose()


def async_url(url: str) -> URL:
    """`sqlite:///file`, `postgresql://...`, `mysql://...` with the async driver chosen. Raises ValueError."""
    parsed = make_url(url)
    plain = parsed.drivername.split("+")[0]
    if plain not in DRIVERS:
        raise ValueError(f"DATABASE_URL: {plain} is not supported; use sqlite, postgresql or mysql")
    return parsed.set(drivername=DRIVERS[plain])


def is_away(error: BaseException) -> bool:
    """Whether an error only says that the database cannot be reached now, and nothing is wrong with what was asked."""
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    return lost or isinstance(error, OSError | OperationalError | InterfaceError | NoConnection)


def _engine(url: URL) -> AsyncEngine:
    if url.get_backend_name() != "sqlite":
        return _server_engine(url)
    # One connection: SQLite has one writer anyway, and waiting in the pool is cheaper than waiting for the file lock.
    engine = create_async_engine(url, pool_size=1, max_overflow=0, pool_timeout=30, **QUIET)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    event.listen(engine.sync_engine, "invalidate", _let_go)
    return engine


def _server_engine(url: URL) -> AsyncEngine:
    # What was read before a lock is read again under it; MySQL's own default would go on showing the older rows.
    settings: dict[str, Any] = {"pool_pre_ping": True, "isolation_level": "READ COMMITTED", **QUIET}
    if url.get_backend_name() == "mysql":
        # Without strictness a long text is cut and told to nobody; `utf8` without mb4 knows no emoji.
        settings["connect_args"] = {"sql_mode": "TRADITIONAL"}
        url = url.update_query_dict({"charset": "utf8mb4"})
        # The driver logs each warning of the server, and MariaDB warns that it calls no primary key by its name.
        logging.getLogger("asyncmy").setLevel(logging.ERROR)
    return create_async_engine(url, **settings)


def _prepare_sqlite(connection: object, _record: object) -> None:
    """WAL with `synchronous=FULL`: a commit that was answered survives a power cut."""
    # The driver must not begin by itself: it would begin a reading transaction that cannot always become a writing one.
    connection.isolation_level = None  # type: ignore[attr-defined]
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


_LETTING_GO: set[asyncio.Task[None]] = set()


def _let_go(connection: Any, _record: object, _error: BaseException | None) -> None:
    """Roll back a connection whose task was cancelled in the middle of a statement.

    Closing alone is not enough: SQLite keeps the write lock until the statement that was left behind is collected.
    """
    task = asyncio.get_running_loop().create_task(connection.driver_connection.rollback())
    _LETTING_GO.add(task)
    task.add_done_callback(_LETTING_GO.discard)


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")

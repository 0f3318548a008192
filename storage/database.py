"""The database: one way to begin a transaction, one place that commits."""

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from storage.intake import Intake
from storage.notices import Notices, announce
from storage.signals import Signals
from storage.sqlite import sqlite_engine
from storage.turns import Turns
from storage.vault import Vault
from storage.work import Work

Clock = Callable[[], datetime]


class Remembering(Session):
    """A session that holds on to the rows it has read: asked for again, they are there until the commit."""


@event.listens_for(Remembering, "loaded_as_persistent")
@event.listens_for(Remembering, "pending_to_persistent")
def _hold_on(session: Session, row: object) -> None:
    session.info.setdefault("rows", []).append(row)


DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
    "mysql": "mysql+asyncmy",
    "mariadb": "mysql+asyncmy",
}

KEPT_ALIVE = {
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    # Keepalives are not sent while an answer is on its way that nobody takes.
    "tcp_user_timeout": "10s",
}
"""PostgreSQL lets go of what a machine that fell silent had locked: left to itself it would wait for hours."""

POOL = {"pool_size": 10, "max_overflow": 20}
"""For both pumps at full work, and for the leases that must be renewed beside them."""

CUT_OFF = {
    **KEPT_ALIVE,
    "idle_in_transaction_session_timeout": "10s",
    # Between the parts of one statement a session counts as active, not as idle.
    "statement_timeout": "20s",
    # Sooner than the first: else the silent machine's own sessions get the lock one after the other, each for as long.
    "lock_timeout": "8s",
}
"""The same for a process that stands still on a machine that answers."""

HELD_UP = {"55P03", "57014"}
"""What PostgreSQL says when the last two are over: https://www.postgresql.org/docs/current/errcodes-appendix.html"""

SILENT = "SET SESSION wait_timeout = 10, innodb_lock_wait_timeout = 8"
"""MySQL's words for both: the seconds that a session may ask nothing, and those that it waits for a lock."""

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
        self._turns = Turns()
        self._engine = _engine(self.url)
        self.notices = Notices(self._engine, self.signals)
        self.intake = Intake(partial(self.begin, urgent=True))

    @asynccontextmanager
    async def begin(self, *, urgent: bool = False) -> AsyncIterator[Work]:
        """A transaction: commits on a clean exit, rolls back otherwise. Wakes whoever waits, after the commit.

        `urgent`: somebody waits for the answer, so it goes before the work in the background.
        """
        async with self._turn(urgent):
            async with self._transaction() as work:
                yield work
        self.signals.send(work.woken)

    def _turn(self, urgent: bool) -> AbstractAsyncContextManager[None]:
        # SQLite has one writer; a server sorts out its own.
        return self._turns.turn(urgent=urgent) if self._engine.dialect.name == "sqlite" else nullcontext()

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Work]:
        async with AsyncSession(self._engine, expire_on_commit=False, sync_session_class=Remembering) as session:
            work = Work(session, now=self.clock(), vault=self.vault)
            async with session.begin():
                yield work
                await work.settle()
                if work.woken and self._engine.dialect.name == "postgresql":
                    await announce(session, work.woken)

    @property
    def engine(self) -> AsyncEngine:
        """The engine itself, for migrations and health checks."""
        return self._engine

    @asynccontextmanager
    async def unhurried(self) -> AsyncIterator[AsyncConnection]:
        """A connection for changes of the tables: with many rows in them a statement takes as long as it takes."""
        if self._engine.dialect.name == "sqlite":
            async with self._engine.connect() as connection:
                yield connection
            return
        engine = _server_engine(self.url, hurried=False)
        try:
            async with engine.connect() as connection:
                yield connection
        finally:
            await engine.dispose()

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
    lost = isinstance(error, DBAPIError) and (error.connection_invalidated or _held_up(error))
    return lost or isinstance(error, OSError | OperationalError | InterfaceError | NoConnection)


def _held_up(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) in HELD_UP


def _engine(url: URL) -> AsyncEngine:
    return sqlite_engine(url, **QUIET) if url.get_backend_name() == "sqlite" else _server_engine(url)


def _server_engine(url: URL, *, hurried: bool = True) -> AsyncEngine:
    # What was read before a lock is read again under it; MySQL's own default would go on showing the older rows.
    settings: dict[str, Any] = {"pool_pre_ping": True, **POOL, "isolation_level": "READ COMMITTED", **QUIET}
    if url.get_backend_name() == "postgresql":
        limits = {"command_timeout": 30, "server_settings": CUT_OFF} if hurried else {"server_settings": KEPT_ALIVE}
        settings["connect_args"] = {"timeout": 10, **limits}
    if url.get_backend_name() == "mysql":
        limits = {"read_timeout": 30, "init_command": SILENT} if hurried else {}
        # Without strictness a long text is cut and told to nobody; `utf8` without mb4 knows no emoji.
        settings["connect_args"] = {"sql_mode": "TRADITIONAL", **limits}
        url = url.update_query_dict({"charset": "utf8mb4"})
        # The driver logs each warning of the server, and MariaDB warns that it calls no primary key by its name.
        logging.getLogger("asyncmy").setLevel(logging.ERROR)
    return create_async_engine(url, **settings)

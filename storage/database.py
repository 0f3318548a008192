"""The database: one way to begin a transaction, one place that commits."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import datetime
from functools import partial

from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.orm import Session

from storage.intake import Arrival, take_in
from storage.notices import Notices, announce
from storage.servers import held_up, server_engine
from storage.signals import Signals
from storage.sqlite import sqlite_engine
from storage.together import Together
from storage.turns import Turns
from storage.vault import Vault
from storage.work import Work

Clock = Callable[[], datetime]


# SQLAlchemy holds rows weakly: one that no handler holds on to would be asked for a second time.
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
        self.intake: Together[Arrival, None] = Together(partial(self.begin, urgent=True), take_in)

    @asynccontextmanager
    async def begin(self, *, urgent: bool = False) -> AsyncIterator[Work]:
        """A transaction: commits on a clean exit, rolls back otherwise. Wakes whoever waits, after the commit.

        `urgent`: somebody waits for the answer, so it goes before the work in the background.
        """
        async with self._turn(urgent):
            async with self._transaction() as work:
                yield work
        # Not before the commit: whoever looked then would see nothing new, and go to sleep again.
        self.signals.send(work.woken)

    def _turn(self, urgent: bool) -> AbstractAsyncContextManager[None]:
        # SQLite has one writer; a server sorts out its own.
        return self._turns.turn(urgent=urgent) if self._engine.dialect.name == "sqlite" else nullcontext()

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Work]:
        # Rows are read after the commit too, when there is no transaction to load them anew.
        async with AsyncSession(self._engine, expire_on_commit=False, sync_session_class=Remembering) as session:
            work = Work(session, now=self.clock(), vault=self.vault)
            async with session.begin():
                yield work
                await work.settle()
                # Other processes hear of it with the commit and not earlier: PostgreSQL keeps a notice until then.
                if work.woken and self._engine.dialect.name == "postgresql":
                    await announce(session, work.woken)

    @property
    def hears_others(self) -> bool:
        """Whether signals of all processes get here at once. With SQLite one process serves everybody."""
        return self._engine.dialect.name != "mysql"

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
        engine = server_engine(self.url, hurried=False, **QUIET)
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
    lost = isinstance(error, DBAPIError) and (error.connection_invalidated or held_up(error))
    return lost or isinstance(error, OSError | OperationalError | InterfaceError | NoConnection)


def _engine(url: URL) -> AsyncEngine:
    return sqlite_engine(url, **QUIET) if url.get_backend_name() == "sqlite" else server_engine(url, **QUIET)

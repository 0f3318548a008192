"""A database for each test that asks for one, on every kind of database that Bellhop runs on.

`kind` is each of them in turn; without a server's packages its tests are skipped, saying what to install.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import inspect, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from payments.gateway import utc_now
from storage.database import Database, async_url
from storage.schema import upgrade
from tests.mould import empty_database, mould
from tests.servers import Server, installed, run_in, running_server

KINDS = ("sqlite", "postgresql", "mysql")
NEEDS = {
    "postgresql": "needs PostgreSQL: sudo apt install postgresql",
    "mysql": "needs MariaDB: sudo apt install mariadb-server-core mariadb-client-core",
}


@dataclass
class Pool:
    """Servers that are started at the first need and live as long as the test run, and databases on them."""

    folder: Path
    _stack: ExitStack = field(default_factory=ExitStack)
    _servers: dict[str, Server] = field(default_factory=dict)
    _moulds: dict[str, str] = field(default_factory=dict)
    _count: int = 0

    def server(self, kind: str) -> Server:
        """The shared server of that kind."""
        if kind not in self._servers:
            self._servers[kind] = self._stack.enter_context(running_server(kind))
        return self._servers[kind]

    def close(self) -> None:
        """Stop what was started."""
        self._stack.close()

    async def empty(self, kind: str) -> str:
        """The URL of a database without tables."""
        self._count += 1
        name = f"bellhop_{self._count}"
        if kind == "sqlite":
            return f"sqlite:///{self.folder}/{name}.db"
        server = self.server(kind)
        await run_in(server.url(server.home), f"CREATE DATABASE {name}")
        return server.url(name)

    async def ready(self, kind: str) -> str:
        """The URL of a database with today's tables and no rows."""
        if kind not in self._moulds:
            self._moulds[kind] = await self._mould(kind)
        copy = {"sqlite": self._copy_file, "postgresql": self._copy_template, "mysql": self._copy_statements}
        return await copy[kind](self._moulds[kind])

    async def _mould(self, kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{mould()}"
        url = await self.empty(kind)
        database = Database(url, keys=["k"], clock=utc_now)
        await upgrade(database)
        await database.aclose()
        return url

    async def _copy_file(self, _: str) -> str:
        self._count += 1
        return empty_database(self.folder, f"bellhop_{self._count}.db")

    async def _copy_template(self, mould: str) -> str:
        self._count += 1
        server, name = self.server("postgresql"), f"bellhop_{self._count}"
        await run_in(server.url(server.home), f"CREATE DATABASE {name} TEMPLATE {mould.rpartition('/')[2]}")
        return server.url(name)

    async def _copy_statements(self, mould: str) -> str:
        """MariaDB copies no database; its own words for each table do."""
        if mould not in self._moulds:
            self._moulds[mould] = await _create_statements(mould)
        url = await self.empty("mysql")
        await run_in(url, "SET foreign_key_checks = 0", *self._moulds[mould].split("\0"))
        return url


async def _create_statements(url: str) -> str:
    engine = create_async_engine(async_url(url), poolclass=NullPool)
    async with engine.connect() as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        made = [(await connection.execute(text(f"SHOW CREATE TABLE `{name}`"))).one()[1] for name in names]
        version = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one()
    await engine.dispose()
    return "\0".join([*made, f"INSERT INTO alembic_version VALUES ('{version}')"])  # noqa: S608  # our own words


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    """Databases of every kind, for as long as the run lasts."""
    pool = Pool(tmp_path_factory.mktemp("databases"))
    yield pool
    pool.close()


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of database in turn."""
    return require(request.param)


def require(kind: str) -> str:
    """Skip unless the packages for that kind of database are there."""
    if not installed(kind):
        pytest.skip(NEEDS[kind])
    return kind


@pytest_asyncio.fixture
async def empty_url(databases: Pool, kind: str) -> str:
    """A database without tables."""
    return await databases.empty(kind)


@pytest_asyncio.fixture
async def database_url(databases: Pool, kind: str) -> str:
    """A database with today's tables and no rows."""
    return await databases.ready(kind)


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """That database, open, by the machine's clock."""
    made = Database(database_url, keys=["k"], clock=utc_now)
    yield made
    await made.aclose()

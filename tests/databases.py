"""Database servers for tests: Debian's programs on loopback, with a throw-away folder, stopped by their process ids."""

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import inspect, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from payments.gateway import utc_now
from storage.database import Database, async_url
from storage.schema import upgrade

KINDS = ("sqlite", "postgresql", "mysql")
POSTGRES = Path("/usr/lib/postgresql")
NEEDS = {
    "postgresql": "needs PostgreSQL: sudo apt install postgresql",
    "mysql": "needs MariaDB: sudo apt install mariadb-server-core mariadb-client-core",
}
START = 30.0
"""Seconds a server may take to answer."""


@dataclass
class Server(ABC):
    """A database server with a folder of its own. `start` and `kill` may follow one another; the data stays."""

    folder: Path = field(default_factory=lambda: Path(mkdtemp(prefix="bellhop-", dir=_roomiest())))
    port: int = field(default_factory=lambda: _free_port())
    _process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def prepare(self) -> None:
        """Make an empty data folder."""

    @abstractmethod
    def command(self) -> list[str]:
        """The server's command line, in the foreground."""

    @abstractmethod
    def url(self, name: str) -> str:
        """A database of this server, as an operator would write it."""

    @property
    @abstractmethod
    def user(self) -> str:
        """Who runs it when the tests run as root: neither server wants to be root."""

    def start(self) -> None:
        """Returns when connections are accepted."""
        with (self.folder / "log").open("ab") as said:
            self._process = subprocess.Popen(
                self.command(), cwd=self.folder, stdout=said, stderr=said, start_new_session=True, **self._as_user()
            )
        _in_a_loop(self._answers)

    def kill(self) -> None:
        """SIGKILL, as when the machine loses its memory killer's lottery."""
        self._end(kill=True)

    def stop(self) -> None:
        """An orderly end, and the folder is gone."""
        self._end(kill=False)
        shutil.rmtree(self.folder)

    def _end(self, *, kill: bool) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill() if kill else process.terminate()
            process.wait(START)

    def execute(self, name: str, *statements: str) -> None:
        """Run statements in a database of this server, outside any transaction."""
        _in_a_loop(lambda: run_in(self.url(name), *statements))

    async def _answers(self) -> None:
        until = time.monotonic() + START
        while True:
            try:
                await run_in(self.url(self.home), "SELECT 1")
                return
            except Exception:
                if time.monotonic() > until or self._process is None or self._process.poll() is not None:
                    raise AssertionError((self.folder / "log").read_text(errors="replace")[-2000:]) from None
                await asyncio.sleep(0.02)

    home = ""
    """The database that is always there."""

    def _as_user(self) -> dict[str, Any]:
        return {"user": self.user, "group": pwd.getpwnam(self.user).pw_gid} if os.geteuid() == 0 else {}

    def _run(self, *command: str) -> None:
        if os.geteuid() == 0:
            shutil.chown(self.folder, self.user)
        made = subprocess.run(command, cwd=self.folder, capture_output=True, check=False, **self._as_user())
        assert made.returncode == 0, made.stderr.decode(errors="replace") + made.stdout.decode(errors="replace")


class Postgres(Server):
    """Debian's PostgreSQL."""

    home = "postgres"

    @property
    def user(self) -> str:
        return "postgres"

    @property
    def programs(self) -> Path:
        """Debian keeps them out of the path: several versions may stand side by side."""
        return max(POSTGRES.glob("*/bin"), key=lambda found: int(found.parent.name))

    def prepare(self) -> None:
        self._run(
            str(self.programs / "initdb"), "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"
        )  # fmt: skip

    def command(self) -> list[str]:
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            # What is killed here is the server, not the machine: the operating system keeps what was written.
            "fsync": "off",
            "max_connections": 100,
        }
        return [str(self.programs / "postgres"), "-D", "data", *(f"-c{name}={value}" for name, value in options.items())]

    def url(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"


class MariaDb(Server):
    """Debian's MariaDB. Its databases begin with the character set that a careless operator would give them."""

    home = "mysql"

    @property
    def user(self) -> str:
        return "mysql" if any(entry.pw_name == "mysql" for entry in pwd.getpwall()) else "nobody"

    def prepare(self) -> None:
        self._run(
            "mariadb-install-db", "--no-defaults", f"--datadir={self.folder}/data", "--skip-test-db", "--innodb-log-file-size=8M",
            "--auth-root-authentication-method=normal", "--innodb-flush-method=nosync",
        )  # fmt: skip
        # Without grants nobody needs a password; the server listens on loopback only.

    def command(self) -> list[str]:
        program = shutil.which("mariadbd", path=f"{os.environ['PATH']}:/usr/sbin") or "mariadbd"
        return [
            program, "--no-defaults", f"--datadir={self.folder}/data", f"--socket={self.folder}/socket",
            f"--port={self.port}", "--bind-address=127.0.0.1", f"--pid-file={self.folder}/pid", "--skip-grant-tables",
            "--skip-networking=0", "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=2",
            "--innodb-log-file-size=8M", "--innodb-flush-method=nosync", "--character-set-server=latin1",
        ]  # fmt: skip

    def url(self, name: str) -> str:
        return f"mysql://root@127.0.0.1:{self.port}/{name}"


SERVERS: dict[str, type[Server]] = {"postgresql": Postgres, "mysql": MariaDb}


def installed(kind: str) -> bool:
    """Whether Debian's packages for that kind of database are there."""
    if kind == "postgresql":
        return any(POSTGRES.glob("*/bin/postgres"))
    return kind == "sqlite" or shutil.which("mariadb-install-db") is not None


@contextmanager
def running_server(kind: str) -> Iterator[Server]:
    """A server of its own, for those who stop and start it."""
    server = SERVERS[kind]()
    try:
        server.prepare()
        server.start()
        yield server
    finally:
        server.stop()


async def run_in(url: str, *statements: str) -> list[Any]:
    """Run statements outside any transaction; the rows of the last one."""
    engine = create_async_engine(async_url(url), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    rows: list[Any] = []
    try:
        async with engine.connect() as connection:
            for statement in statements:
                result = await connection.execute(text(statement))
                rows = list(result.all()) if result.returns_rows else []
    finally:
        await engine.dispose()
    return rows


def _roomiest() -> str:
    """Memory where there is enough of it, since the data is thrown away anyway."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > 2**30 else "/tmp"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _in_a_loop(work: Callable[[], Any]) -> None:
    """Run a coroutine where no loop runs, or in a thread where one does."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(work())).result()


# Fresh databases -----------------------------------------------------------------------------------------------------


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
        url = await self.empty(kind)
        database = Database(url, keys=["k"], clock=utc_now)
        await upgrade(database)
        await database.aclose()
        return url

    async def _copy_file(self, mould: str) -> str:
        url = await self.empty("sqlite")
        shutil.copy(mould.removeprefix("sqlite:///"), url.removeprefix("sqlite:///"))
        return url

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

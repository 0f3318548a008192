"""Database servers for tests: Debian's programs on loopback, with a throw-away folder, stopped by their process ids."""

import asyncio
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from storage.database import async_url

POSTGRES = Path("/usr/lib/postgresql")
START = 30.0
"""Seconds a server may take to answer."""
GUARD = 'read -r _; [ -f server ] && kill -9 "$(cat server)"; cd / && rm -rf "$0"'
"""Waits for the end of the test run, and cleans up when the run was killed and could not."""


@dataclass
class Server(ABC):
    """A database server with a folder of its own. `start` and `kill` may follow one another; the data stays."""

    folder: Path = field(default_factory=lambda: Path(mkdtemp(prefix="bellhop-", dir=_roomiest())))
    port: int = field(default_factory=lambda: _free_port())
    _process: subprocess.Popen[bytes] | None = None
    _guard: subprocess.Popen[bytes] | None = None

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
        if self._guard is None:
            guard = ["sh", "-c", GUARD, str(self.folder)]
            self._guard = subprocess.Popen(guard, cwd=self.folder, stdin=subprocess.PIPE, start_new_session=True)
        self._begin()
        _in_a_loop(self._answers)

    def _begin(self) -> None:
        with (self.folder / "log").open("ab") as said:
            self._process = subprocess.Popen(
                self.command(), cwd=self.folder, stdout=said, stderr=said, start_new_session=True, **self._as_user()
            )
        (self.folder / "server").write_text(str(self._process.pid))

    def kill(self) -> None:
        """SIGKILL, as the kernel's when memory runs out."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """An orderly end that waits for no client, and the folder is gone."""
        try:
            # To PostgreSQL, SIGTERM would mean to wait for whoever is connected.
            self._end(signal.SIGINT if isinstance(self, Postgres) else signal.SIGTERM)
        finally:
            shutil.rmtree(self.folder)
            if self._guard is not None:
                self._guard.communicate()

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            try:
                process.wait(START)
            except subprocess.TimeoutExpired:
                process.kill()
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
                if time.monotonic() > until:
                    raise AssertionError((self.folder / "log").read_text(errors="replace")[-2000:]) from None
            await asyncio.sleep(0.02)
            if self._process is not None and self._process.poll() is not None:
                # After SIGKILL the server's helpers need a moment to see that they are alone; until then it declines.
                self._begin()

    home = ""
    """The database that is always there."""

    def _as_user(self) -> dict[str, Any]:
        return {"user": self.user, "group": pwd.getpwnam(self.user).pw_gid} if os.geteuid() == 0 else {}

    def _run(self, *command: str) -> None:
        if os.geteuid() == 0:
            shutil.chown(self.folder, self.user)
        made = subprocess.run(command, cwd=self.folder, capture_output=True, check=False, **self._as_user())
        assert made.returncode == 0, made.stderr.decode(errors="replace") + made.stdout.decode(errors="replace")


@dataclass
class Postgres(Server):
    """Debian's PostgreSQL. `durable`: it keeps what it says it keeps, even when the machine dies, as out of the box."""

    durable: bool = False
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
            f"{self.programs}/initdb", "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"
        )  # fmt: skip

    def command(self) -> list[str]:
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            # What is killed in tests is the server, not the machine: the operating system keeps what was written.
            "fsync": "on" if self.durable else "off",
            "max_connections": 100,
            # Within the folder: what SIGKILL leaves behind goes with it.
            "dynamic_shared_memory_type": "mmap",
        }
        return [
            str(self.programs / "postgres"),
            "-D",
            "data",
            *(f"-c{name}={value}" for name, value in options.items()),
        ]

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
            "mariadb-install-db", "--no-defaults", f"--datadir={self.folder}/data", f"--tmpdir={self.folder}",
            "--skip-test-db", "--innodb-log-file-size=8M", "--auth-root-authentication-method=normal",
            "--innodb-flush-method=nosync",
        )  # fmt: skip
        # Without grants nobody needs a password; the server listens on loopback only.

    def command(self) -> list[str]:
        program = shutil.which("mariadbd", path=f"{os.environ['PATH']}:/usr/sbin") or "mariadbd"
        return [
            program, "--no-defaults", f"--datadir={self.folder}/data", f"--socket={self.folder}/socket",
            # A server that starts sweeps its temporary folder, so each needs one of its own.
            f"--tmpdir={self.folder}", f"--pid-file={self.folder}/pid", "--skip-grant-tables",
            f"--port={self.port}", "--bind-address=127.0.0.1", "--skip-networking=0",
            "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=2",
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
    with running(SERVERS[kind]()) as server:
        yield server


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """That server, with an empty data folder, for as long as the block lasts."""
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
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(work())).result()

"""The databases under measurement: a SQLite file, and a PostgreSQL that keeps what it says it keeps."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import Postgres, Server, installed, running


@dataclass(frozen=True, slots=True)
class Databases:
    """Makes databases: files in `folder`, and others on the server when there is one."""

    folder: Path
    server: Server | None

    def sqlite(self, name: str) -> str:
        """The URL of a file that is not there yet."""
        return f"sqlite:///{self.folder}/{name}.db"

    def postgres(self, name: str) -> str:
        """The URL of a new database."""
        assert self.server
        self.server.execute(self.server.home, f"CREATE DATABASE {name}")
        return self.server.url(name)


@contextmanager
def databases() -> Iterator[Databases]:
    """A folder on the disk, and a server beside it, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="bellhop-bench-") as folder:
        if not installed("postgresql"):
            print("PostgreSQL is left out: it is not installed (sudo apt install postgresql)")
            yield Databases(Path(folder), None)
            return
        # Beside the folder, not in it: the server does not run as root, and the folder is its maker's alone.
        place = Path(tempfile.mkdtemp(prefix="bellhop-bench-"))
        with running(Postgres(folder=place, durable=True)) as server:
            yield Databases(Path(folder), server)

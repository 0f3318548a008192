"""An SQLite database with today's tables and no rows, made once for each process and copied.

To walk all migrations takes half a second, and hundreds of tests want nothing but their result.
"""

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from payments.gateway import utc_now
from storage.database import Database
from storage.schema import upgrade


@cache
def mould() -> Path:
    """Where it lies; copy it, and leave it as it is."""
    path = Path(mkdtemp()) / "empty.db"
    # In a loop of its own: whoever asks may run in one.
    with ThreadPoolExecutor(1) as beside:
        beside.submit(asyncio.run, _make(path)).result()
    return path


def empty_database(folder: Path, name: str = "bellhop.db") -> str:
    """The URL of a copy in `folder`."""
    return f"sqlite:///{shutil.copy(mould(), folder / name)}"


async def _make(path: Path) -> None:
    database = Database(f"sqlite:///{path}", keys=["a key of the tests"], clock=utc_now)
    await upgrade(database)
    async with database.engine.connect() as connection:
        await connection.exec_driver_sql("COMMIT")
        await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        await connection.exec_driver_sql("BEGIN")
    await database.aclose()

"""`python -m storage.migrate MESSAGE`: writes what changed in the tables as the next step; `ruff format` it then."""

import asyncio
import re
import sys
from tempfile import TemporaryDirectory

from alembic import command
from sqlalchemy import Connection

from payments.gateway import utc_now
from storage.database import Database
from storage.schema import MIGRATIONS, config, upgrade


async def write_revision(message: str) -> None:
    """Compare the tables with a fresh database at the newest revision, and write the difference down."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/fresh.db", keys=["none"], clock=utc_now)
        try:
            await upgrade(database)
            async with database.engine.begin() as connection:
                await connection.run_sync(_write, message)
        finally:
            await database.aclose()


def _write(connection: Connection, message: str) -> None:
    number = f"{len(list((MIGRATIONS / 'versions').glob('*.py'))) + 1:04}"
    slug = re.sub(r"\W+", "_", message.lower()).strip("_")
    made = config(connection)
    made.set_main_option("file_template", f"{number}_{slug}")
    command.revision(made, message, autogenerate=True, rev_id=number)
    written = MIGRATIONS / "versions" / f"{number}_{slug}.py"
    lines = written.read_text(encoding="utf-8").splitlines(keepends=True)
    written.write_text("".join(line for line in lines if not line.lstrip().startswith("# ###")), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(write_revision(" ".join(sys.argv[1:]) or "Change"))

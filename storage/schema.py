"""The database's shape: brought up to date, and never touched when a newer Bellhop made it."""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

T = TypeVar("T")

NEWEST = "heads"
MIGRATIONS = Path(__file__).parent / "migrations"
# Programs that start together take turns; SQLite's transactions do that by themselves.
# MySQL commits at each change of a table, so its lock belongs to the session and is given back by hand.
TURNS = {"postgresql": "SELECT pg_advisory_xact_lock(823194)", "mysql": "SELECT GET_LOCK('bellhop schema', 600)"}
TURN_OVER = {"mysql": "SELECT RELEASE_LOCK('bellhop schema')"}


class SchemaFromTheFuture(Exception):
    """The database has a revision that this program does not know."""


class SchemaBehind(Exception):
    """The database has to be upgraded first."""


class SchemaBroken(Exception):
    """A step would have broken what is there."""


async def upgrade(database: Database, *, to: str = NEWEST, folder: Path = MIGRATIONS) -> list[str]:
    """Bring the database to a revision, by default the newest; the steps' names. Raises SchemaFromTheFuture."""
    async with database.unhurried() as connection:
        await _mind_references(connection, False)
        try:
            async with connection.begin():
                return await connection.run_sync(partial(_upgrade, to=to, folder=folder))
        finally:
            await _mind_references(connection, True)


async def _mind_references(connection: AsyncConnection, on: bool) -> None:
    """SQLite changes a table by making it anew; dropping the old one would trip over every row that points at it."""
    if connection.dialect.name == "sqlite":
        # Past the pool's own BEGIN: within a transaction SQLite ignores this.
        raw: Any = (await connection.get_raw_connection()).driver_connection
        await raw.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


async def revision_of(database: Database) -> str | None:
    """The database's revision; None when it is empty. Raises SchemaFromTheFuture."""
    return await _within(database, _revision)


async def require_current(database: Database) -> None:
    """Raises SchemaBehind or SchemaFromTheFuture unless the database is as this program needs it."""
    if await revision_of(database) != newest():
        raise SchemaBehind("the database is not up to date; run: bellhop db upgrade")


async def differences(database: Database) -> list[Any]:
    """Where the tables of the program and of the database disagree, as Alembic puts it."""
    return await _within(database, _differences)


def newest() -> str:
    """The revision that this program needs."""
    return max(_known(MIGRATIONS))


def config(connection: Connection | None = None, folder: Path = MIGRATIONS) -> "Config":
    """Alembic's configuration: where the steps are, and the connection to walk them on."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(folder).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


async def _within(database: Database, work: Callable[[Connection], T]) -> T:
    async with database.engine.begin() as connection:
        return await connection.run_sync(work)


def _upgrade(connection: Connection, to: str, folder: Path) -> list[str]:
    if turn := TURNS.get(connection.dialect.name):
        connection.exec_driver_sql(turn)
    try:
        return _walk(connection, to, folder)
    finally:
        if over := TURN_OVER.get(connection.dialect.name):
            connection.exec_driver_sql(over)


def _walk(connection: Connection, to: str, folder: Path) -> list[str]:
    before = _revision(connection, folder)
    if to == NEWEST and before == max(_known(folder)):
        return []
    from alembic import command

    steps = list(_steps_in(folder).iterate_revisions(to, before))
    if not steps:
        return []
    command.upgrade(config(connection, folder), to)
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise SchemaBroken("a step left rows that point at nothing; nothing was changed")
    return [f"{step.revision} {step.doc}" for step in steps][::-1]


def _revision(connection: Connection, folder: Path = MIGRATIONS) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    there: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    if there is not None and there not in _known(folder):
        raise SchemaFromTheFuture("the database was made by a newer Bellhop; upgrade the program")
    return there


@cache
def _known(folder: Path) -> frozenset[str]:
    """The revisions there are, by the names of their files: a program whose database is there needs no Alembic."""
    return frozenset(path.name.partition("_")[0] for path in (folder / "versions").glob("[0-9]*.py"))


@cache
def _steps_in(folder: Path) -> "ScriptDirectory":
    """The steps there are; to read them takes longer than to see that none is left to do."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(config(folder=folder))


def _differences(connection: Connection) -> list[Any]:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlmodel import SQLModel

    import storage.tables  # noqa: F401  # declares them

    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, SQLModel.metadata))

"""The steps from an empty database to the tables of today."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import inspect, text

from payments.gateway import utc_now
from storage.database import Database
from storage.schema import (
    SchemaBehind,
    SchemaFromTheFuture,
    differences,
    newest,
    require_current,
    revision_of,
    upgrade,
)
from storage.tables import Team


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = Database(f"sqlite:///{tmp_path}/bellhop.db", keys=["k"], clock=utc_now)
    yield made
    await made.aclose()


async def test_an_empty_database_is_behind_until_it_is_upgraded(database: Database) -> None:
    assert await revision_of(database) is None
    with pytest.raises(SchemaBehind, match="bellhop db upgrade"):
        await require_current(database)
    steps = await upgrade(database)
    assert steps[-1].startswith(str(newest()))
    await require_current(database)


async def test_the_steps_lead_to_the_tables_of_today(database: Database) -> None:
    await upgrade(database)
    assert await differences(database) == [], "write the next step: python -m storage.migrate WHAT CHANGED"


async def test_upgrading_again_takes_no_step_and_loses_nothing(database: Database) -> None:
    await upgrade(database)
    async with database.begin() as work:
        await work.people.add(Team(slug="s", name="S", currency="EUR", zone="UTC", made_at=work.now))
    assert await upgrade(database) == []
    async with database.begin() as work:
        assert await work.people.team_by_slug("s") is not None


async def test_a_database_of_a_newer_program_is_refused_and_left_alone(database: Database) -> None:
    await upgrade(database)
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for ask in (upgrade, revision_of, require_current):
        with pytest.raises(SchemaFromTheFuture, match="made by a newer Bellhop; upgrade the program"):
            await ask(database)
    async with database.engine.begin() as connection:
        assert (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one() == "9999"


async def test_every_constraint_has_a_name_that_a_later_step_can_use(database: Database) -> None:
    await upgrade(database)
    async with database.engine.begin() as connection:
        nameless = await connection.run_sync(
            lambda sync: [
                (table, key["constrained_columns"])
                for table in inspect(sync).get_table_names()
                for key in inspect(sync).get_foreign_keys(table)
                if not key["name"]
            ]
        )
    assert nameless == []

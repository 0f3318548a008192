"""The steps from an empty database to the tables of today, on each kind of database."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from payments.gateway import utc_now
from storage.database import Database
from storage.schema import (
    MIGRATIONS,
    SchemaBehind,
    SchemaFromTheFuture,
    config,
    differences,
    newest,
    require_current,
    revision_of,
    upgrade,
)
from storage.tables import Team
from tests.servers import run_in
from tests.storage.rows import fill

STEPS = sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("0*.py"))

NEXT_STEP = '''
"""A step as the next Bellhop may bring it: it changes a table that others point at."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9990", "{newest}", None, None


def upgrade() -> None:
    with op.batch_alter_table("person") as batch_op:
        batch_op.alter_column("name", existing_type=sa.String(120), existing_nullable=False, type_=sa.String(200))
        batch_op.add_column(sa.Column("pronouns", sa.String(32), nullable=False, server_default=""))
'''


@pytest_asyncio.fixture
async def database(empty_url: str) -> AsyncIterator[Database]:
    made = Database(empty_url, keys=["k"], clock=utc_now)
    yield made
    await made.aclose()


@pytest_asyncio.fixture
async def current(database_url: str) -> AsyncIterator[Database]:
    """One that has taken every step already."""
    made = Database(database_url, keys=["k"], clock=utc_now)
    yield made
    await made.aclose()


async def rows_of(database: Database) -> dict[str, int]:
    """Fill what is empty; how many rows each table has."""
    async with database.engine.begin() as connection:
        return await connection.run_sync(fill)


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


@pytest.mark.long
async def test_each_step_keeps_the_rows_of_the_one_before(database: Database) -> None:
    before: dict[str, int] = {}
    for step in STEPS:
        assert len(await upgrade(database, to=step)) == 1
        async with database.engine.begin() as connection:
            names = set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))
        after = await rows_of(database)
        assert {name: count for name, count in before.items() if name in names}.items() <= after.items()
        before = after
    assert await differences(database) == []
    assert before and set(before.values()) == {1}, "every table had a row on the way"


async def test_a_step_that_rebuilds_a_table_keeps_the_rows_that_point_at_it(current: Database, tmp_path: Path) -> None:
    before = await rows_of(current)
    later = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, later, ignore=shutil.ignore_patterns("__pycache__"))
    (later / "versions" / "9990_next.py").write_text(NEXT_STEP.format(newest=newest()), encoding="utf-8")
    steps = await upgrade(current, folder=later)
    assert [step[:4] for step in steps] == ["9990"]
    assert await rows_of(current) == before
    async with current.engine.begin() as connection:
        assert (await connection.execute(text("SELECT pronouns FROM person"))).scalar_one() == ""
    with pytest.raises(SchemaFromTheFuture):
        await upgrade(current)


async def test_after_an_upgrade_references_are_minded_again(database: Database) -> None:
    await upgrade(database)
    with pytest.raises(Exception, match=re.compile("foreign key", re.IGNORECASE)):
        async with database.engine.begin() as connection:
            await connection.execute(
                text("INSERT INTO role (team_id, person_id, kind, slug) VALUES (7, 7, 'agent', '')")
            )


async def test_upgrading_again_takes_no_step_and_loses_nothing(current: Database) -> None:
    async with current.begin() as work:
        await work.people.add(Team(slug="s", name="S", currency="EUR", zone="UTC", made_at=work.now))
    assert await upgrade(current) == []
    async with current.begin() as work:
        assert await work.people.team_by_slug("s") is not None


async def test_programs_that_start_together_take_turns(database: Database, empty_url: str) -> None:
    others = [Database(empty_url, keys=["k"], clock=utc_now) for _ in range(2)]
    taken = await asyncio.gather(*(upgrade(each) for each in (database, *others)))
    assert sorted(len(steps) for steps in taken) == [0, 0, len(STEPS)]
    for each in others:
        await each.aclose()


async def test_a_database_of_a_newer_program_is_refused_and_left_alone(current: Database) -> None:
    async with current.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for ask in (upgrade, revision_of, require_current):
        with pytest.raises(SchemaFromTheFuture, match="made by a newer Bellhop; upgrade the program"):
            await ask(current)
    async with current.engine.begin() as connection:
        assert (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one() == "9999"


async def test_every_constraint_has_a_name_that_a_later_step_can_use(current: Database) -> None:
    async with current.engine.begin() as connection:
        nameless = await connection.run_sync(
            lambda sync: [
                (table, key["constrained_columns"])
                for table in inspect(sync).get_table_names()
                for key in inspect(sync).get_foreign_keys(table)
                if not key["name"]
            ]
        )
    assert nameless == []


@pytest.mark.parametrize("kind", ["mysql"], indirect=True)
async def test_every_table_tells_letters_apart_whatever_the_database_was_created_with(
    database: Database, empty_url: str
) -> None:
    await upgrade(database)
    asked = (
        "SELECT table_name, table_collation, engine FROM information_schema.tables "
        "WHERE table_schema = database() AND table_name <> 'alembic_version'"
    )
    odd = [tuple(row) for row in await run_in(empty_url, asked) if tuple(row)[1:] != ("utf8mb4_bin", "InnoDB")]
    assert odd == [], "a step that makes a table needs **IN_MYSQL"


def test_each_step_is_named_by_its_own_revision() -> None:
    steps = list(ScriptDirectory.from_config(config()).walk_revisions())
    assert {Path(step.path).name.partition("_")[0] for step in steps} == {step.revision for step in steps}
    assert newest() == steps[0].revision

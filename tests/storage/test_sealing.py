"""All that is sealed is found, opened at the start, and sealed anew while others work: on each kind of database."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlmodel import SQLModel

from storage.database import Database
from storage.sealing import BATCH, Batch, count_rows, require_readable, seal_anew, sealed_columns
from storage.tables import GatewayAccount, Team
from storage.vault import Vault, WrongKey
from tests.storage.rows import fill

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
OLD, NEW = Vault(["old"]), Vault(["new"])


def with_keys(url: str, *keys: str) -> Database:
    return Database(url, keys=keys, clock=lambda: NOON)


def seal_all(connection: Connection) -> None:
    """A row in every table, and in each of its sealed columns a secret that only the old key opens."""
    fill(connection)
    for table, columns in sealed_columns():
        connection.execute(table.update().values({column: OLD.seal(column.name) for column in columns}))


def opened(connection: Connection, vault: Vault) -> dict[str, str]:
    found: dict[str, str] = {}
    for table, columns in sealed_columns():
        for row in connection.execute(select(*columns)).all():
            found |= {
                f"{table.name}.{column.name}": vault.open(sealed) for column, sealed in zip(columns, row, strict=True)
            }
    return found


async def rotated(database: Database) -> Batch:
    done = Batch()
    async for batch in seal_anew(database):
        done += batch
    return done


def test_whatever_is_named_like_a_secret_is_sealed_or_a_digest() -> None:
    telling = re.compile(r"token|secret|password|section|api_key")
    plain = {
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if telling.search(column.name) and not column.name.startswith("sealed_") and _is_text(column)
    }
    assert not plain, "ciphertext of the vault stands in a column named sealed_..., or `keys rotate` forgets it"


def _is_text(column: Any) -> bool:
    return column.type.python_type is str


async def test_every_sealed_column_of_every_table_gets_the_newest_key(database: Database, database_url: str) -> None:
    async with database.engine.begin() as connection:
        await connection.run_sync(seal_all)
    both, new = with_keys(database_url, "new", "old"), with_keys(database_url, "new")
    try:
        names = {f"{table.name}.{column.name}" for table, columns in sealed_columns() for column in columns}
        assert {"gatewayaccount.sealed_section", "team.sealed_webhook_secret"} <= names
        await require_readable(both)
        with pytest.raises(WrongKey, match=r"sealed_.* was sealed with a key that SECRET_KEYS does not name"):
            await require_readable(new)
        first = await rotated(both)
        assert (first.rows, first.seen) == (await count_rows(both), first.renewed)
        assert await rotated(both) == Batch(first.rows, first.seen, 0)
        await require_readable(new)
        async with new.engine.begin() as connection:
            read = await connection.run_sync(opened, NEW)
        assert read == {name: name.partition(".")[2] for name in names}
    finally:
        await both.aclose()
        await new.aclose()


async def test_what_is_changed_meanwhile_stays_changed(database: Database, database_url: str) -> None:
    both = with_keys(database_url, "new", "old")
    try:
        async with database.begin() as work:
            team = Team(slug="s", name="S", currency="EUR", zone="UTC", made_at=NOON)
            await work.people.add(team)
            for number in range(BATCH + 1):
                row = GatewayAccount(
                    team_id=team.id, gateway="stripe", account=f"own_{number}", sealed_section=OLD.seal("before"),
                    checked_at=NOON, made_at=NOON,
                )  # fmt: skip
                await work.accounts.add(row)
        batches = seal_anew(both)
        assert (await anext(batches)).renewed == BATCH
        async with both.begin() as work:
            last = await work.accounts.locked(row.id)
            assert last is not None
            last.sealed_section = work.vault.seal("changed")
        done = [batch async for batch in batches]
        assert [(batch.rows, batch.renewed) for batch in done] == [(1, 0)]
        async with both.begin() as work:
            kept = await work.accounts.locked(row.id)
            assert kept is not None and NEW.open(kept.sealed_section) == "changed"
    finally:
        await both.aclose()

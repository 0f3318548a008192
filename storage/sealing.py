"""All that is sealed in the database: whether the keys open it, and sealing it anew with the newest one.

A column whose name begins with `sealed_` holds ciphertext of the vault, in whatever table it stands; there is no other
list to forget one in.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Table, func, or_, select, update
from sqlmodel import SQLModel

import storage.tables  # noqa: F401  # declares them
from storage.database import Database
from storage.vault import WrongKey

SEALED = "sealed_"
BATCH = 100
"""Rows of one transaction: short enough that nobody waits for it."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What was looked at: rows, the secrets in them, and those that were sealed anew."""

    rows: int = 0
    seen: int = 0
    renewed: int = 0

    def __add__(self, other: "Batch") -> "Batch":
        """Both together."""
        return Batch(self.rows + other.rows, self.seen + other.seen, self.renewed + other.renewed)


def sealed_columns() -> Iterator[tuple[Table, list[Column[Any]]]]:
    """Each table that holds ciphertext, and in which columns."""
    for table in SQLModel.metadata.sorted_tables:
        if columns := [column for column in table.columns if column.name.startswith(SEALED)]:
            yield table, columns


async def count_rows(database: Database) -> int:
    """How many rows hold something sealed."""
    count = 0
    async with database.begin() as work:
        for table, columns in sealed_columns():
            asked = select(func.count()).select_from(table).where(_filled(columns))
            count += (await work.session.execute(asked)).scalar_one()
    return count


async def require_readable(database: Database) -> None:
    """Raises WrongKey, naming the column, when something was sealed with a key that is not given."""
    for table, columns in sealed_columns():
        last = 0
        while rows := await _rows_after(database, table, columns, last):
            last = rows[-1][0]
            for row in rows:
                for column, sealed in _cells(columns, row):
                    _open(database, column, sealed)


async def seal_anew(database: Database) -> AsyncIterator[Batch]:
    """Seal everything with the newest key, batch by batch, beside the running program. Raises WrongKey.

    Done twice, or by two at once, it changes nothing more.
    """
    for table, columns in sealed_columns():
        last = 0
        while rows := await _rows_after(database, table, columns, last):
            last = rows[-1][0]
            yield await _renew(database, table, columns, rows)


async def _rows_after(
    database: Database, table: Table, columns: Sequence[Column[Any]], last: int
) -> Sequence[Row[Any]]:
    asked = select(table.c.id, *columns).where(table.c.id > last, _filled(columns)).order_by(table.c.id).limit(BATCH)
    async with database.begin() as work:
        return (await work.session.execute(asked)).all()


async def _renew(database: Database, table: Table, columns: Sequence[Column[Any]], rows: Sequence[Row[Any]]) -> Batch:
    seen = renewed = 0
    async with database.begin() as work:
        for row in rows:
            for column, sealed in _cells(columns, row):
                seen += 1
                _open(database, column, sealed)
                if (fresh := database.vault.renewed(sealed)) != sealed:
                    # What somebody has changed meanwhile was sealed with the newest key by them.
                    mine = update(table).where(table.c.id == row[0], column == sealed).values({column: fresh})
                    await work.session.execute(mine)
                    renewed += 1
    return Batch(len(rows), seen, renewed)


def _cells(columns: Sequence[Column[Any]], row: Row[Any]) -> list[tuple[Column[Any], str]]:
    """The ciphertexts of a row, each with its column."""
    values: list[str | None] = list(row[1:])
    return [(column, value) for column, value in zip(columns, values, strict=True) if value]


def _open(database: Database, column: Column[Any], sealed: str) -> None:
    try:
        database.vault.open(sealed)
    except WrongKey as error:
        where = f"{column.table.name}.{column.name}"
        raise WrongKey(f"{where} was sealed with a key that SECRET_KEYS does not name") from error


def _filled(columns: Sequence[Column[Any]]) -> ColumnElement[bool]:
    return or_(*(column.is_not(None) & (column != "") for column in columns))

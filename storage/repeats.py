"""Rows that may be there already: the database tells, in its own words for it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlmodel import SQLModel


def table_of(row: type[SQLModel]) -> Table:
    """The table behind a class of rows."""
    found: Table = row.__table__  # type: ignore[attr-defined]
    return found


def insert_new(dialect: str, table: Table, rows: Sequence[Mapping[str, Any]]) -> Insert:
    """An insert of all rows that leaves out those whose unique key is taken."""
    if dialect == "mysql":
        # `INSERT IGNORE` would also cut what is too long; to set a row's id to itself changes nothing.
        insert = mysql.insert(table).values(rows)
        return insert.on_duplicate_key_update(id=table.c.id)
    if dialect == "postgresql":
        return postgresql.insert(table).values(rows).on_conflict_do_nothing()
    return sqlite.insert(table).values(rows).on_conflict_do_nothing()

"""Rows that may be there already: the database tells, in its own words for it."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlmodel import SQLModel


def table_of(row: type[SQLModel]) -> Table:
    """The table behind a class of rows."""
    found: Table = row.__table__  # type: ignore[attr-defined]
    return found


@cache
def blank(row: type[SQLModel]) -> Mapping[str, Any]:
    """What a new row holds where nothing is said of it. Many rows are put together of plain values: that is quick."""
    fields = row.model_fields.items()
    return {name: field.get_default() for name, field in fields if name != "id" and not field.is_required()}


@cache
def insert_new(dialect: str, table: Table) -> Insert:
    """An insert of rows that leaves out those whose unique key is taken."""
    if dialect == "mysql":
        # `INSERT IGNORE` would also cut what is too long; to set a row's id to itself changes nothing.
        return mysql.insert(table).on_duplicate_key_update(id=table.c.id)
    if dialect == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()

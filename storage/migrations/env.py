"""Alembic's way in: a connection that `storage.schema` opened, and the tables as they are declared today."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Enum
from sqlmodel import AutoString, SQLModel

import storage.tables  # noqa: F401  # declares them
from storage.types import LongText, RowId, UtcDateTime

NAMED = {id(LongText): "LONG_TEXT", id(RowId): "ROW_ID"}


def rendered(kind: str, thing: Any, autogen: Any) -> str | Literal[False]:
    """A column's type in words that stay true when today's classes change."""
    if kind != "type":
        return False
    if isinstance(thing, AutoString | Enum):
        return f"sa.String({thing.length})"
    named = "MOMENT" if isinstance(thing, UtcDateTime) else NAMED.get(id(thing))
    if named is None:
        return False
    autogen.imports.add(f"from storage.migrations.kinds import {named}")
    return named


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=rendered,
)
with context.begin_transaction():
    context.run_migrations()

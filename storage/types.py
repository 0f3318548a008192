"""Column types: aware UTC moments, enums kept as their words, long texts, long counts."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Integer, Text
from sqlalchemy.dialects.mysql import MEDIUMTEXT
from sqlalchemy.types import TypeDecorator

LongText = Text().with_variant(MEDIUMTEXT(), "mysql", "mariadb")
"""Words of any length: MySQL's own TEXT ends at 64 KiB."""

RowId = BigInteger().with_variant(Integer(), "sqlite")
"""The number of a row in a table that never ends. SQLite counts by itself only in an INTEGER, of 64 bits there."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored as UTC without a zone: SQLite and MySQL keep none and would hand back naive ones."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """MySQL keeps whole seconds unless told otherwise; order within a second matters here."""
        if dialect.name in {"mysql", "mariadb"}:
            from sqlalchemy.dialects.mysql import DATETIME

            return dialect.type_descriptor(DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive moment: nobody can say which moment it is."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment its zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


def words(kind: type[StrEnum]) -> Any:
    """A column type for `kind` that stores its words: a new word needs no `ALTER TYPE`."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )

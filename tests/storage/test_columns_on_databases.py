"""What is stored is what is read, to the microsecond and the last letter, on each kind of database."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Boolean, DateTime, Enum, Integer, String, select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import AutoString, SQLModel, col

from storage.database import Database
from storage.intake import Arrival
from storage.tables import Inbox, Team
from storage.types import UtcDateTime

MOMENT = datetime(2026, 3, 29, 0, 59, 59, 999_999, tzinfo=UTC)
WORDS = "Zoë 👩🏽‍🚀 漢字 \u202eعربى\u202c ' \" \\ %s :x {0} \t\r\n\U0001d4b3"
LONG = "🛎 bell " * 12_500
BIG = 2**53


def sample(column: Any) -> Any:
    """The most awkward value that a column must keep."""
    kind = column.type
    if isinstance(kind, UtcDateTime | DateTime):
        return MOMENT
    if isinstance(kind, Enum):
        return list(kind.enum_class)[-1]  # type: ignore[arg-type]  # every one of ours has its class
    if isinstance(kind, Boolean):
        return True
    if isinstance(kind, Integer):
        return BIG if column.name.endswith("_minor") else 2**31 - 1
    assert isinstance(kind, String | AutoString)
    return (WORDS * 40)[: kind.length] if kind.length else LONG


async def test_every_column_gives_back_what_it_was_given(database: Database) -> None:
    async with database.engine.begin() as connection:
        await _without_references(connection)
        for table in SQLModel.metadata.sorted_tables:
            given = {column.name: sample(column) for column in table.columns}
            await connection.execute(table.insert().values(given))
            read = (await connection.execute(select(table))).mappings().one()
            assert {name: read[name] for name in given} == given, table.name
        await connection.rollback()


async def _without_references(connection: Any) -> None:
    """Each table is looked at alone."""
    words = {
        "sqlite": "PRAGMA defer_foreign_keys = ON",
        "postgresql": "SET LOCAL session_replication_role = replica",
        "mysql": "SET SESSION foreign_key_checks = 0",
    }
    await connection.execute(text(words[connection.dialect.name]))


async def test_a_text_that_is_too_long_is_refused_and_not_cut(database: Database, kind: str) -> None:
    if kind == "sqlite":
        # It keeps no lengths: nothing is lost there.
        assert await _name_kept(database, "x" * 121) == "x" * 121
        return
    with pytest.raises(DBAPIError, match=r"(?i)too long"):
        await _name_kept(database, "x" * 121)


async def _name_kept(database: Database, name: str) -> str:
    async with database.begin() as work:
        await work.people.add(Team(slug="s", name=name, currency="EUR", zone="UTC", made_at=work.now))
    async with database.begin() as work:
        team = await work.people.team_by_slug("s")
        assert team is not None
        return team.name


async def test_a_moment_is_compared_as_a_moment_whatever_its_zone(database: Database) -> None:
    kolkata = timezone(timedelta(hours=5, minutes=30))
    async with database.begin() as work:
        await work.inbox.take_in([Arrival("telegram:1", "e", "l", "k", "b")])
        row = (await work.session.execute(select(Inbox))).scalar_one()
        row.due_at = MOMENT.astimezone(kolkata)
    async with database.begin() as work:
        for asked, found in ((MOMENT, 1), (MOMENT - timedelta(microseconds=1), 0)):
            rows = await work.session.execute(select(Inbox).where(col(Inbox.due_at) <= asked.astimezone(kolkata)))
            assert len(rows.scalars().all()) == found
        assert (await work.session.execute(select(Inbox))).scalar_one().due_at == MOMENT


async def test_letters_are_told_apart_by_case_accent_and_picture(database: Database) -> None:
    taken = ["evt_a", "evt_A", "evt_ä", "evt_🍣", "evt_🍺", "evt_ß", "evt_ss"]
    async with database.begin() as work:
        for _ in range(2):
            await work.inbox.take_in([Arrival("stripe", event, "l", "k", "b") for event in taken])
        kept = (await work.session.execute(select(col(Inbox.event_id)).order_by(col(Inbox.id)))).scalars().all()
    assert kept == taken

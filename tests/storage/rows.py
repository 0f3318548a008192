"""Rows for tests of the storage: the least that the tables' references ask for, and rows of any revision's tables."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, MetaData

from storage.database import Database
from storage.tables import ChannelAccount, Conversation, Person, Seat, Side, Team
from storage.work import Work

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """Somebody in a conversation with a team, by their numbers."""

    team: int
    customer: int
    agent: int
    account: int
    conversation: int
    seat: int


async def a_case(database: Database) -> Case:
    """A team, a customer and an agent of it, in one conversation."""
    async with database.begin() as work:
        team = Team(slug="s", name="S", currency="EUR", zone="UTC", made_at=work.now)
        customer, agent = Person(name="Mia"), Person(name="Ana")
        for row in (team, customer, agent):
            await work.people.add(row)
        account = ChannelAccount(team_id=team.id, channel="telegram", external_id="1")
        await work.people.add(account)
        conversation = Conversation(team_id=team.id, customer_id=customer.id, opened_at=work.now)
        await work.talk.add(conversation)
        seat = await _seat(work, conversation, account)
        return Case(team.id, customer.id, agent.id, account.id, conversation.id, seat.id)


async def _seat(work: Work, conversation: Conversation, account: ChannelAccount) -> Seat:
    seat = Seat(conversation_id=conversation.id, account_id=account.id, side=Side.CUSTOMER, chat="1")
    await work.talk.add(seat)
    return seat


def fill(connection: Connection) -> dict[str, int]:
    """Put a row into each empty table that the database has, whatever its revision; how many each has now."""
    found = MetaData()
    found.reflect(connection)
    tables = [table for table in found.sorted_tables if table.name != "alembic_version"]
    for table in tables:
        if not _count(connection, table):
            connection.execute(table.insert().values(_row(table)))
    return {table.name: _count(connection, table) for table in tables}


def _count(connection: Connection, table: sa.Table) -> int:
    count: int = connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
    return count


def _row(table: sa.Table) -> dict[str, Any]:
    return {column.name: _value(column) for column in table.columns}


def _value(column: sa.Column[Any]) -> Any:
    """Every row has the number 1, and points at the rows of that number."""
    kinds: tuple[tuple[type[Any], Any], ...] = (
        (sa.Boolean, True),
        (sa.Integer, 1),
        (sa.DateTime, NOON.replace(tzinfo=None)),
        (sa.String, "x"),
    )
    return next(value for kind, value in kinds if isinstance(column.type, kind))

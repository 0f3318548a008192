"""Forgetting a customer, and the words of a conversation, on each database: every table had a row of theirs."""

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import Column, Enum, Table, select, update
from sqlmodel import SQLModel, col

from payments.numbering import PaperKind
from storage.database import Database
from storage.tables import (
    CallSignal,
    Conversation,
    Delivery,
    GatewayFact,
    Identity,
    JobState,
    JoinCode,
    Outbox,
    Paper,
    Person,
    Presence,
    PretendedLine,
    Room,
    Seat,
    Side,
    SpokenMessage,
    Team,
)
from storage.work import Work
from tests.storage.rows import fill

NAME = "Mia 100%_"
"""What an SQL pattern could take for something else."""
WORD = f"for {NAME} only"
TALK = (SpokenMessage, Delivery, Room, Presence, CallSignal, JoinCode)
JSON = (Paper, GatewayFact, PretendedLine)


def _first_words(table: Table) -> dict[Column[Any], Any]:
    """For each column that takes only certain words, the first of them."""
    return {
        column: next(iter(column.type.enum_class))
        for column in table.columns
        if isinstance(column.type, Enum) and column.type.enum_class
    }


async def _filled(database: Database) -> None:
    """A row in every table, all of customer 1, with JSON where the program writes JSON."""
    async with database.engine.begin() as connection:
        await connection.run_sync(fill)
    async with database.begin() as work:
        for table in SQLModel.metadata.sorted_tables:
            first = _first_words(table)
            if first:
                await work.session.execute(update(table).values(first))
        for kept in JSON:
            await work.session.execute(update(kept).values(body=json.dumps({"customer": "x", "detail": WORD})))
        await work.session.execute(update(Paper).values(kind=PaperKind.RECEIPT))
        await work.session.execute(
            update(Outbox).values(kind="tell_team", lane="team:1", state=JobState.DONE, body=WORD)
        )
        await work.session.execute(update(Person).values(name=NAME, erased_at=None))
        await work.session.execute(update(Seat).values(side=Side.CUSTOMER))
        await work.session.execute(update(Team).values(keep_days=90))


def _is_enum(column: Column[Any]) -> bool:
    return isinstance(column.type, Enum) and column.type.enum_class is not None


async def _rows(work: Work, *tables: type[SQLModel]) -> list[Any]:
    return [row for table in tables for row in (await work.session.execute(select(table))).scalars()]


async def test_a_customer_leaves_nothing_but_the_books(database: Database) -> None:
    await _filled(database)
    async with database.begin() as work:
        traces = await work.forgetting.traces(await work.people.person(1))
        await work.forgetting.words(traces.conversations)
        await work.forgetting.person(traces)
    async with database.begin() as work:
        assert await _rows(work, *TALK, Identity, Seat) == []
        (person,) = await _rows(work, Person)
        assert person.name == "Erased customer 1" and person.erased_at is not None
        (paper,) = await _rows(work, Paper)
        assert '"customer": "Erased customer 1"' in paper.body
        (told,) = await _rows(work, Outbox)
        assert "Mia" not in told.body and told.body.startswith("for Erased customer 1")


async def test_words_fall_due_once_and_only_when_their_time_is_over(database: Database) -> None:
    await _filled(database)
    async with database.begin() as work:
        now = work.now
        closed = update(Conversation).values(closed_at=now - timedelta(days=90), emptied_at=None)
        await work.session.execute(closed)
        assert list(await work.forgetting.terms()) == [90]
        assert list(await work.forgetting.due(90, now - timedelta(days=91), 10)) == []
        assert list(await work.forgetting.due(30, now - timedelta(days=90), 10)) == []
        assert list(await work.forgetting.due(90, now - timedelta(days=90), 10)) == [1]
        await work.forgetting.words([1])
        assert list(await work.forgetting.due(90, now, 10)) == []
        assert await _rows(work, *TALK) == []
        assert [row.external_id for row in await _rows(work, Identity)] == ["x"]
        left = (await work.session.execute(select(col(Conversation.emptied_at)))).scalar_one()
        assert left is not None

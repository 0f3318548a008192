"""What is asked all day long finds its rows by an index when the tables are long, on each kind of database."""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import event, insert, select
from sqlalchemy.engine import Connection
from sqlmodel import SQLModel

from payments.machine import State
from storage.database import Database
from storage.tables import (
    Booking,
    BookingState,
    Checkout,
    Conversation,
    JobState,
    Outbox,
    PaymentRequest,
    Presence,
    Room,
    Service,
)
from storage.work import Work
from tests.databases import Pool
from tests.storage.rows import NOON, Case, a_case

pytestmark = pytest.mark.long
PAST = NOON - timedelta(days=3)
MANY = 5000
DAY = timedelta(days=1)
EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN (FORMAT JSON) ", "mysql": "EXPLAIN FORMAT=JSON "}


@pytest_asyncio.fixture(scope="module")
async def long_tables(databases: Pool) -> AsyncIterator[Callable[[str], Awaitable[tuple[Database, Case]]]]:
    """Databases that have been in use for long, one of each kind, made at the first need."""
    made: dict[str, tuple[Database, Case]] = {}
    async with AsyncExitStack() as stack:

        async def of(kind: str) -> tuple[Database, Case]:
            if kind not in made:
                database = Database(await databases.ready(kind), keys=["k"], clock=lambda: NOON)
                stack.push_async_callback(database.aclose)
                made[kind] = database, await _grow(database, kind)
            return made[kind]

        yield of


async def _grow(database: Database, kind: str) -> Case:
    case = await a_case(database)
    async with database.engine.begin() as connection:
        for table, rows in past_rows(case).items():
            await connection.execute(insert(table), rows)
        await connection.execute(insert(Outbox), [job("c", PAST, state=JobState.DONE)] * 800)
        columns = [column for column in SQLModel.metadata.tables["outbox"].columns if not column.primary_key]
        for _ in range(7):
            await connection.execute(insert(Outbox).from_select(columns, select(*columns)))
        await connection.execute(insert(Outbox), [job("stuck", NOON + timedelta(hours=1))] + [job("stuck")] * 2000)
        await connection.execute(insert(Outbox), [job(f"lane {number}") for number in range(2000)])
    # Servers count their rows by themselves now and then; SQLite never does.
    if kind != "sqlite":
        async with database.engine.begin() as connection:
            for name in ("outbox", "booking", "paymentrequest", "checkout", "room", "conversation", "presence"):
                await connection.exec_driver_sql(f"ANALYZE {'TABLE ' if kind == 'mysql' else ''}{name}")
    return case


def job(lane: str, due_at: datetime = NOON, **more: Any) -> dict[str, Any]:
    """Something to be done, or done long ago."""
    return {"lane": lane, "kind": "k", "body": "b", "due_at": due_at, "made_at": PAST, **more}


def past_rows(case: Case) -> dict[Any, list[dict[str, Any]]]:
    """What is over and stays: bookings, requests, checkouts, rooms and who was in them."""
    service = {
        "id": 1,
        "team_id": case.team,
        "slug": "s",
        "name": "S",
        "minutes": 30,
        "price_minor": 1,
        "currency": "EUR",
    }
    booking = {
        "team_id": case.team, "service_id": 1, "customer_id": case.customer, "agent_id": case.agent, "starts_at": PAST,
        "ends_at": PAST, "busy_until": PAST, "state": BookingState.CONFIRMED, "uid": "u", "made_at": PAST,
    }  # fmt: skip
    request = {
        "team_id": case.team, "conversation_id": case.conversation, "asked_by_id": case.agent, "amount_minor": 1,
        "currency": "EUR", "description": "d", "gateway": "stripe", "state": State.PAID, "expires_at": PAST,
        "made_at": PAST,
    }  # fmt: skip
    checkout = {"request_id": 1, "gateway": "stripe", "state": State.PAID, "expires_at": PAST, "made_at": PAST}
    room = {
        "conversation_id": case.conversation, "provider": "webrtc", "opened_at": PAST, "closes_at": PAST,
        "closed_at": PAST,
    }  # fmt: skip
    stay = {
        "person_id": case.customer, "joined_at": PAST, "left_at": PAST, "seen_at": PAST, "entry": "", "call": "",
        "direct": False,
    }  # fmt: skip
    closed = {"team_id": case.team, "customer_id": case.customer, "opened_at": PAST, "closed_at": PAST, "spoken": 0}
    return {
        Conversation: [closed | {"abusive": False}] * MANY,
        Service: [service | {"currency": "EUR"}],
        Booking: [booking] * MANY,
        PaymentRequest: [request | {"id": number + 1, "code": f"c{number}"} for number in range(MANY)],
        Checkout: [checkout | {"reference": f"r{number}"} for number in range(MANY)],
        Room: [room | {"id": number + 1, "name": f"r{number}"} for number in range(MANY)],
        Presence: [stay | {"room_id": number + 1} for number in range(MANY)],
    }


@contextmanager
def overheard(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """The statements that go to the database meanwhile, with what is bound to them."""
    heard: list[tuple[str, Any]] = []

    def hear(_connection: Connection, _cursor: object, statement: str, bound: Any, *_: object) -> None:
        if re.match("(?i)select|update|delete", statement):
            heard.append((statement, bound))

    event.listen(database.engine.sync_engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", hear)


async def explained(database: Database, kind: str, statement: str, bound: Any) -> str:
    async with database.engine.connect() as connection:
        rows = (await connection.exec_driver_sql(EXPLAIN[kind] + statement, bound)).all()
    return "\n".join(str(row[-1]) if kind == "sqlite" else _as_json(row[0]) for row in rows)


def _as_json(told: Any) -> str:
    return json.dumps(json.loads(told) if isinstance(told, str) else told, indent=1)


LONG_WAYS = {
    "sqlite": r"SCAN (?!.*CONSTANT)",
    "postgresql": r'"Seq Scan"|"Hash',
    "mysql": r'"access_type": "(ALL|index)"',
}
SORTING = {"sqlite": "TEMP B-TREE", "postgresql": r'"(Incremental )?Sort"', "mysql": r"filesort|temporary_table"}
ASKED: dict[str, Callable[[Work, Case], Awaitable[Any]]] = {
    "what is to be done": lambda work, case: work.outbox.claim(16, timedelta(seconds=60)),
    "when the next is due": lambda work, case: work.outbox.next_due(),
    "what is long done": lambda work, case: work.outbox.clean(work.now - timedelta(days=7)),
    "which holds are over": lambda work, case: work.bookings.let_lapse(),
    "which of an agent's holds are over": lambda work, case: work.bookings.let_lapse(case.agent),
    "when an agent is busy": lambda work, case: work.bookings.busy(
        [case.agent], work.now, work.now + timedelta(days=30)
    ),
    "what a team does today": lambda work, case: work.bookings.agenda(
        case.team, work.now, work.now + timedelta(days=1)
    ),
    "which requests are over": lambda work, case: work.payments.expired(),
    "which checkouts to ask about": lambda work, case: work.payments.to_poll(),
    "whom to remind": lambda work, case: work.bookings.to_remind(50),
    "which cases wake": lambda work, case: work.desk.to_wake(),
    "who waits before somebody": lambda work, case: work.desk.waiting_before(
        Conversation(id=1, team_id=case.team, customer_id=case.customer, opened_at=NOON)
    ),
    "which rests are due": lambda work, case: work.pricing.rests_due(),
    "which rooms are over": lambda work, case: work.rooms.lapsed(),
    "who is in a call": lambda work, case: work.calls.seen_by(1),
    "who is missed in a call": lambda work, case: work.calls.doubt(timedelta(minutes=1), timedelta(minutes=1)),
    "whose server has died": lambda work, case: work.calls.lost(timedelta(minutes=1), timedelta(minutes=1)),
    "what a browser has to hear": lambda work, case: work.calls.take(
        Presence(id=1, room_id=1, person_id=case.customer, joined_at=NOON, seen_at=NOON)
    ),
}


@pytest.mark.parametrize("question", ASKED)
async def test_no_question_of_the_day_reads_the_past(long_tables: Any, kind: str, question: str) -> None:
    database, case = await long_tables(kind)
    with overheard(database) as statements:
        async with database.begin() as work:
            await ASKED[question](work, case)
            await work.session.rollback()
    assert statements
    for statement, bound in statements:
        plan = await explained(database, kind, statement, bound)
        assert not re.search(LONG_WAYS[kind], plan), f"{statement}\n{plan}"


async def test_the_heads_of_lanes_come_in_the_order_of_the_index(long_tables: Any, kind: str) -> None:
    database, _ = await long_tables(kind)
    with overheard(database) as statements:
        async with database.begin() as work:
            assert len(await work.outbox.claim(16, timedelta(seconds=60))) == 16
            await work.session.rollback()
    plan = await explained(database, kind, *statements[0])
    assert "ix_outbox_due" in plan and not re.search(SORTING[kind], plan), plan

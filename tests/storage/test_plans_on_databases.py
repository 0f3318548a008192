"""The questions that are asked all day find their rows by an index when the tables are long, on each kind of database."""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import event, text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.work import Work
from tests.databases import Pool
from tests.storage.rows import NOON, Case, a_case

PAST, WAITING = 100_000, 2_000
COUNT = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT {columns} FROM n"
JOB = "lane, kind, body, state, due_at, tries, failures, problem, made_at"
FILL = {
    # A week of finished jobs, newest last; then what waits: many lanes, one of them long and stuck.
    f"outbox ({JOB})": (
        (PAST, "'c', 'k', 'b', 'done', :past, 1, 0, '', :past"),
        (WAITING, "'stuck', 'k', 'b', 'waiting', CASE WHEN i = 1 THEN :later ELSE :now END, 1, 0, '', :now"),
        (WAITING, "{lane}, 'k', 'b', 'waiting', :now, 0, 0, '', :now"),
    ),
    "booking (team_id, service_id, customer_id, agent_id, starts_at, ends_at, busy_until, state, uid, sequence, made_at)": (
        (PAST // 10, ":team, 1, :customer, :agent, :past, :past, :past, 'confirmed', 'u', 0, :past"),
    ),
    "paymentrequest (code, team_id, conversation_id, asked_by_id, amount_minor, currency, description, state, gateway, "
    "live, captured_minor, refunded_minor, payment_ref, receipt_url, detail, expires_at, made_at)": (
        (
            PAST // 10,
            "{code}, :team, :conversation, :agent, 1, 'EUR', 'd', 'paid', 'stripe', {no}, 1, 0, '', '', '', :past, :past",
        ),
    ),
    "checkout (request_id, gateway, account, reference, url, state, payment_ref, captured_minor, refunded_minor, polls, "
    "expires_at, made_at)": ((PAST // 10, "{first} + i, 'stripe', '', {code}, '', 'paid', '', 1, 0, 0, :past, :past"),),
}
WORDS = {
    "sqlite": {"lane": "'lane' || i", "code": "'code' || i", "no": "0"},
    "postgresql": {"lane": "'lane' || i", "code": "'code' || i", "no": "false"},
    "mysql": {"lane": "concat('lane', i)", "code": "concat('code', i)", "no": "0"},
}
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
    naive = NOON.replace(tzinfo=None)
    times = {"past": naive - timedelta(days=3), "now": naive, "later": naive + timedelta(hours=1)}
    numbers = {"team": case.team, "customer": case.customer, "agent": case.agent, "conversation": case.conversation}
    async with database.engine.connect() as connection:
        await _service(connection, case)
        if kind == "mysql":
            await connection.exec_driver_sql("SET SESSION max_recursive_iterations = 1000000")
        for table, parts in FILL.items():
            for count, columns in parts:
                words = {**WORDS[kind], "first": await _first_request(connection)}
                select = COUNT.format(count=count, columns=_bound(columns.format(**words), kind, times, numbers))
                await connection.exec_driver_sql(f"INSERT INTO {table} {select}")
        await connection.commit()
        # Servers count their rows by themselves now and then; SQLite never does.
        for table in FILL if kind != "sqlite" else ():
            await connection.exec_driver_sql(f"ANALYZE {'TABLE ' if kind == 'mysql' else ''}{table.partition(' ')[0]}")
        await connection.commit()
    return case


async def _service(connection: AsyncConnection, case: Case) -> None:
    await connection.execute(
        text(
            "INSERT INTO service (team_id, slug, name, description, minutes, price_minor, currency, step_minutes, "
            "pause_minutes, notice_minutes, horizon_days, free_cancel_hours, late_fee_percent, fulfilment, retired) "
            "VALUES (:team, 's', 'S', '', 30, 1, 'EUR', 30, 0, 0, 30, 0, 0, '{}', :no)"
        ),
        {"team": case.team, "no": False},
    )


async def _first_request(connection: AsyncConnection) -> int:
    found = await connection.exec_driver_sql("SELECT coalesce(min(id), 1) - 1 FROM paymentrequest")
    return int(found.scalar_one())


def _bound(columns: str, kind: str, times: dict[str, Any], numbers: dict[str, int]) -> str:
    moment = "timestamp '{}'" if kind == "postgresql" else "'{}'"
    shown = {name: moment.format(f"{value:%Y-%m-%d %H:%M:%S.%f}") for name, value in times.items()}
    shown |= {name: str(value) for name, value in numbers.items()}
    return re.sub(r":(\w+)", lambda found: shown[found[1]], columns)


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
    "when an agent is busy": lambda work, case: work.bookings.busy([case.agent], work.now, work.now + timedelta(days=30)),
    "what a team does today": lambda work, case: work.bookings.agenda(case.team, work.now, work.now + timedelta(days=1)),
    "which requests are over": lambda work, case: work.payments.expired(),
    "which checkouts to ask about": lambda work, case: work.payments.to_poll(),
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

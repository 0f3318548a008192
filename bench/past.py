"""The past of a house that has been in use for long: rows by the million in a SQLite file, made by itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    String,
    cast,
    column,
    create_engine,
    func,
    insert,
    literal,
    select,
)  # fmt: skip
from sqlalchemy.pool import NullPool
from sqlmodel import Session, SQLModel

from bench.stage import now
from payments.facts import FactKind, Source
from payments.machine import State
from storage import tables
from storage.tables import BookingState, DeliveryState, Hours, JobState, Person, Service, Side, Team

AGENTS = 4
AHEAD = 480
"""Hours to come of which each agent has one half taken; all other bookings are over."""
DESK = "past"
MESSAGES_OF_A_CASE = 10
CASES_OF_A_CUSTOMER = 5
CELLS = 6
"""Five minutes each: half an hour."""
FAST = ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY")
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class House:
    """Whose past it is. The cases are those of the team that Bellhop serves, the bookings those of another."""

    cases_team: int
    account: int
    bookings_team: Team
    service: Service
    agents: tuple[int, ...]
    last: datetime
    """When the last booking begins."""


def found(url: str) -> House:
    """A team with agents to book, beside the one that is there."""
    with Session(create_engine(url, poolclass=NullPool), expire_on_commit=False) as db:
        cases_team = db.execute(select(Team.id).limit(1)).scalar_one()  # type: ignore[call-overload]
        account = db.execute(select(tables.ChannelAccount.id).limit(1)).scalar_one()  # type: ignore[call-overload]
        team = Team(slug="past", name="Past", currency="USD", zone="Europe/Berlin", made_at=now())
        agents = [Person(name=f"Agent {number}") for number in range(AGENTS)]
        db.add_all([team, *agents])
        db.flush()
        ids = tuple(agent.id for agent in agents)
        service = Service(
            team_id=team.id, slug="talk", name="Consultation", minutes=30, price_minor=4900, currency="USD"
        )
        db.add(service)
        for agent in ids:
            db.add(Hours(team_id=team.id, person_id=agent, zone="Europe/Berlin", text="Mon-Sun 00:00-24:00"))
        db.commit()
    last = now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=AHEAD)
    return House(cases_team, account, team, service, ids, last)


def grow(url: str, house: House, before: int, after: int) -> range:
    """From so many past payments, bookings and messages to so many; the new customers, by their ids.

    Nobody else may have the file open.
    """
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        for pragma in FAST:
            connection.exec_driver_sql(f"PRAGMA {pragma}")
        connection.commit()
        count = after - before
        cases = _cases(connection, house, count)
        _messages(connection, cases, count)
        _payments(connection, house, cases, count)
        _bookings(connection, house, cases, before, count)
        _queues(connection, count)
        connection.commit()
    engine.dispose()
    return cases.customers


@dataclass(frozen=True, slots=True)
class Cases:
    """New cases, by the first one's id, and the ids of its customer's seat and of its seat at the desk."""

    first: int
    theirs: int
    ours: int
    count: int
    customers: range


def _cases(connection: Connection, house: House, count: int) -> Cases:
    cases = count // MESSAGES_OF_A_CASE
    long_ago = now() - timedelta(days=30)
    agent = house.agents[0]
    customers = fill(connection, "person", cases // CASES_OF_A_CUSTOMER, Person(name="Customer"))
    customer = customers + N // CASES_OF_A_CUSTOMER
    case = tables.Conversation(
        team_id=house.cases_team, customer_id=0, holder_id=agent, opened_at=long_ago, closed_at=long_ago,
        spoken=MESSAGES_OF_A_CASE,
    )  # fmt: skip
    first = fill(connection, "conversation", cases, case, customer_id=customer)
    theirs = tables.Seat(conversation_id=0, account_id=house.account, side=Side.CUSTOMER, chat="")
    customers_seats = fill(connection, "seat", cases, theirs, conversation_id=first + N, chat=_text(customer))
    ours = tables.Seat(conversation_id=0, account_id=house.account, side=Side.AGENT, chat=DESK)
    desk_seats = fill(connection, "seat", cases, ours, conversation_id=first + N, thread=_text(first + N))
    return Cases(first, customers_seats, desk_seats, cases, range(customers, customers + cases // CASES_OF_A_CUSTOMER))


def _messages(connection: Connection, cases: Cases, count: int) -> None:
    words = tables.SpokenMessage(conversation_id=0, body='{"text": "Good morning"}', version=0, said_at=now())
    case, version = cases.first + N % cases.count, N // cases.count + 1
    first = fill(connection, "message", count, words, conversation_id=case, version=version, origin=code())
    sent = tables.Delivery(message_id=0, seat_id=0, state=DeliveryState.SENT, sent_version=1)
    # A private chat counts its own messages, a desk those of all cases.
    for seat, number in ((cases.theirs, version), (cases.ours, first + N)):
        ways = {"message_id": first + N, "seat_id": seat + N % cases.count, "external_id": _text(number)}
        fill(connection, "delivery", count, sent, **ways)


def _payments(connection: Connection, house: House, cases: Cases, count: int) -> None:
    then = now() - timedelta(days=30)
    request = tables.PaymentRequest(
        code="", team_id=house.cases_team, conversation_id=0, asked_by_id=house.agents[0], sent_at=then,
        amount_minor=1999, captured_minor=1999, currency="USD", description="Consultation", gateway="stripe",
        state=State.PAID, known_by=Source.WEBHOOK, paid_at=then, expires_at=then, made_at=then,
    )  # fmt: skip
    case = cases.first + N % cases.count
    first = fill(connection, "paymentrequest", count, request, code=code(), conversation_id=case)
    checkout = tables.Checkout(
        request_id=0, gateway="stripe", reference="", state=State.PAID, captured_minor=1999, expires_at=then,
        made_at=then,
    )  # fmt: skip
    names = {"reference": code(), "checkout_ref": code(), "payment_ref": code()}
    checkouts = fill(connection, "checkout", count, checkout, request_id=first + N, **names)
    fact = tables.GatewayFact(
        gateway="stripe", event_key="", kind=FactKind.CAPTURED, source=Source.WEBHOOK, body="{}", heard_at=then
    )
    fill(connection, "gatewayfact", count, fact, event_key=code(), checkout_id=checkouts + N)


def _bookings(connection: Connection, house: House, cases: Cases, before: int, count: int) -> None:
    """One an hour for each agent, from the last one back into the past."""
    booking = tables.Booking(
        team_id=house.bookings_team.id, service_id=house.service.id, customer_id=0, agent_id=0,
        starts_at=now(), ends_at=now(), busy_until=now(), state=BookingState.CONFIRMED, uid="", made_at=now(),
    )  # fmt: skip

    def agent(number: Any) -> Any:
        return house.agents[0] + (before + number) % AGENTS

    def start(number: Any) -> Any:
        return int(house.last.timestamp()) - (before + number) // AGENTS * 3600

    end = _moment(start(N) + 1800)
    times = {"starts_at": _moment(start(N)), "ends_at": end, "busy_until": end}
    who = {"agent_id": agent(N), "customer_id": cases.customers.start + N % len(cases.customers)}
    first = fill(connection, "booking", count, booking, uid=code(), **who, **times)
    cell = tables.BookedCell(agent_id=0, starts_at=now(), booking_id=0)
    of, starts = N // CELLS, _moment(start(N // CELLS) + N % CELLS * 300)
    taken = {"agent_id": agent(of), "starts_at": starts, "booking_id": first + of}
    fill(connection, "bookedcell", count * CELLS, cell, **taken)


def _queues(connection: Connection, count: int) -> None:
    """Finished jobs of the last days, which are kept for a week."""
    done: Values = {"body": "{}", "state": JobState.DONE, "due_at": now() - timedelta(hours=1), "tries": 1}
    done |= {"made_at": now()}
    said = tables.Outbox(lane="", kind="deliver", **done)
    fill(connection, "outbox", count, said, lane=_text(N % 1000))
    heard = tables.Inbox(lane="", kind="said", source="telegram", event_id="", **done)
    fill(connection, "inbox", count, heard, lane=_text(N % 1000), event_id=code())


def fill(connection: Connection, name: str, count: int, pattern: SQLModel, **varying: Any) -> int:
    """Rows as the pattern, but for what varies with their number `N`; gives the first one's id."""
    table = SQLModel.metadata.tables[name]
    first: int = connection.execute(select(func.coalesce(func.max(table.c.id), 0) + 1)).scalar_one()
    values = {column.name: literal(getattr(pattern, column.name, None), column.type) for column in table.columns}
    values |= {"id": first + N} | varying
    start = select(literal(0).label("n")).cte("numbers", recursive=True)
    numbers = start.union_all(select(start.c.n + 1).where(start.c.n < count - 1))
    connection.execute(insert(table).from_select([*values], select(*values.values()).select_from(numbers)))
    return first


N: ColumnElement[int] = column("n", Integer)
"""A row's number among those that are made together, from 0."""


def _text(number: Any) -> ColumnElement[str]:
    return cast(number, String)


def code() -> ColumnElement[str]:
    """Sixteen bytes, another for each row: an index over them grows everywhere at once."""
    return func.lower(func.hex(func.randomblob(16)))


def _moment(seconds: Any) -> ColumnElement[str]:
    """A moment as SQLAlchemy writes it into SQLite."""
    return func.strftime("%Y-%m-%d %H:%M:%S.000000", seconds, "unixepoch")

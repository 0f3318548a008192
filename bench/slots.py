"""Looking for a free time, in an empty calendar and among ten thousand bookings."""

import time
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session, create_engine

from bench.figures import Figure, Goal, against, figure, percentile
from bench.stage import KEY, now
from handlers.appointments.calendar import calendar
from storage.database import Database
from storage.schema import upgrade
from storage.tables import Booking, BookingState, Hours, Person, Service, Team

BOOKINGS = 10_000
SEARCHES = 60
AGENTS = 4


async def measure(folder: Path) -> list[Figure]:
    """The calendar read, and one day's slots worked out, as a tap on a day does it."""
    path = folder / "slots.db"
    database = Database(f"sqlite:///{path}", keys=[KEY], clock=now)
    await upgrade(database)
    team, service = _furnish(path)
    few = await search(database, team, service)
    _book(path, team, service)
    many = await search(database, team, service)
    await database.aclose()
    empty = figure("slot search, no bookings, p50", percentile(few, 50), "ms")
    return [
        empty,
        against("slot search, 10k bookings, p50", [percentile(many, 50)], "ms", empty),
        figure("slot search, 10k bookings, p99", percentile(many, 99), "ms", Goal(10, at_most=True)),
    ]


async def search(database: Database, team: Team, service: Service) -> list[float]:
    """How long a tap on a day takes, each time; milliseconds."""
    took = []
    for number in range(SEARCHES):
        day = (now() + timedelta(days=1 + number % 20)).date()
        began = time.perf_counter()
        async with database.begin() as work:
            shown = await calendar(work, team, service, "Asia/Kolkata", day=day)
        shown.slots(day)
        took.append((time.perf_counter() - began) * 1000)
    return took


def _furnish(path: Path) -> tuple[Team, Service]:
    with Session(create_engine(f"sqlite:///{path}"), expire_on_commit=False) as db:
        team = Team(slug="bench", name="Bench", currency="USD", zone="Europe/Berlin", made_at=now())
        db.add(team)
        db.flush()
        service = Service(
            team_id=team.id, slug="talk", name="Consultation", minutes=30, price_minor=4900, currency="USD"
        )
        people = [Person(name=f"Agent {number}") for number in range(AGENTS)]
        db.add_all([service, *people, Person(name="Customer")])
        db.flush()
        for agent in people:
            db.add(Hours(team_id=team.id, person_id=agent.id, zone="Europe/Berlin", text="Mon-Sun 00:00-24:00"))
        db.commit()
        return team, service


def _book(path: Path, team: Team, service: Service) -> None:
    """Every second half hour of each agent, a fifth of them still to come."""
    first = now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=BOOKINGS / AGENTS * 0.8)
    with Session(create_engine(f"sqlite:///{path}")) as db:
        for number in range(BOOKINGS):
            hour, agent = divmod(number, AGENTS)
            db.add(_booking(team, service, 1 + agent, first + timedelta(hours=hour), number))
        db.commit()


def _booking(team: Team, service: Service, agent: int, start: datetime, number: int) -> Booking:
    end = start + timedelta(minutes=30)
    return Booking(
        team_id=team.id, service_id=service.id, customer_id=AGENTS + 1, agent_id=agent, starts_at=start, ends_at=end,
        busy_until=end, state=BookingState.CONFIRMED, uid=f"bench-{number}", made_at=start,
    )  # fmt: skip

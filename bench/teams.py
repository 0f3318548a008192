"""One team, and a thousand in one database with as much of everything between them: nothing is slower."""

import asyncio

from sqlalchemy import case, create_engine, func, select, update
from sqlalchemy.pool import NullPool

from bench import chats, past, process
from bench.databases import Databases
from bench.figures import Figure, durable
from bench.growth import Measured, busy, questions, quiet, slot_search
from bench.stage import Theatre, now, theatre
from bench.webhooks import SQLITE
from storage.tables import Conversation, PaymentRequest, Team

TEAMS = {1: "1 team", 1000: "1,000 teams"}
VOLUME = 20_000
"""Past messages, payments and bookings of all teams together."""


async def measure(made: Databases) -> list[Figure]:
    """On SQLite, one house for each."""
    measured, floor = Measured(), process.floor(made.folder)
    for count, words in TEAMS.items():
        url = made.sqlite(f"teams-{count}")
        async with theatre(SQLITE, url, made.folder) as place:
            await _house(measured, place, count, words)
    return durable(measured.figures(), floor)


async def _house(measured: Measured, place: Theatre, count: int, words: str) -> None:
    async with place.open() as stage:
        await chats.meet(stage)
    house = past.found(place.url)
    customers = await asyncio.to_thread(past.grow, place.url, house, 0, VOLUME)
    await asyncio.to_thread(share_out, place.url, house, count)
    await quiet(measured, place.url, words, questions(house, customers))
    await slot_search(measured, place.url, words, house)
    await busy(measured, place, words, round_of=0, payments_from=VOLUME)


def share_out(url: str, house: past.House, count: int) -> None:
    """Give the past cases of one team, and what was paid in them, to so many. Nobody else may have the file open."""
    if count == 1:
        return
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        pattern = Team(slug="", name="Team", currency="USD", zone="Europe/Berlin", made_at=now())
        first = past.fill(connection, "team", count - 1, pattern, slug=past.code())
        cases, requests = Conversation.__table__, PaymentRequest.__table__  # type: ignore[attr-defined]
        whose = case((cases.c.id % count == 0, house.cases_team), else_=first + cases.c.id % count - 1)
        old = cases.c.closed_at.is_not(None)
        connection.execute(update(cases).where(old).values(team_id=whose))
        theirs = select(cases.c.team_id).where(cases.c.id == requests.c.conversation_id).scalar_subquery()
        connection.execute(update(requests).values(team_id=func.coalesce(theirs, requests.c.team_id)))
    engine.dispose()

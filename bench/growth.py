"""What becomes slower with the years: the same figures with ten thousand, a hundred thousand, a million of all."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from statistics import median
from typing import Any

from sqlalchemy import delete
from sqlmodel import col

from bench import chats, delivery, past, process
from bench.checkouts import lay_out, pay, post
from bench.databases import Databases
from bench.figures import Figure, Goal, against, durable, figure, percentile
from bench.slots import search
from bench.stage import KEY, Stage, Theatre, now, theatre
from bench.webhooks import SQLITE
from handlers.privacy.keeping import AT_ONCE
from handlers.sweeps import KEEP_FINISHED
from storage.database import Database
from storage.tables import JobState, Outbox
from storage.work import Work

SIZES = {10_000: "10k", 100_000: "100k", 1_000_000: "1M"}
ASKED, LONGEST = 200, 3000.0
"""Times that a question is asked, and milliseconds after which it is not asked again."""
ROUNDS, EACH = 3, 100
LANES = 200
NO_SLOWER = Goal(2, at_most=True, of_baseline=True)
NO_FEWER = Goal(0.5, of_baseline=True)
TO_THE_LAST = ("one agent's day", "claim of the outbox", "slot search")
"""Of these the slowest in a hundred is told too."""
IN_ITSELF = {"one agent's day, p99": Goal(2, at_most=True)}
"""Bounds in milliseconds that the largest house keeps, whatever the smallest took."""
Question = Callable[[Work, int], Awaitable[Any]]


class Measured:
    """Figures by name and size; the smallest size is what the others are held against."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._rounds: dict[tuple[str, str], dict[str, list[float]]] = {}

    def add(self, name: str, unit: str, size: str, rounds: list[float]) -> None:
        """What the rounds at one size gave."""
        self._rounds.setdefault((name, unit), {})[size] = rounds

    def figures(self) -> list[Figure]:
        """All, sizes of one thing together."""
        return [one for (name, unit), sizes in self._rounds.items() for one in _compared(name, unit, sizes)]


def _compared(name: str, unit: str, sizes: Mapping[str, list[float]]) -> list[Figure]:
    (size, rounds), *larger = sizes.items()
    smallest = figure(f"{name}, {size}", median(rounds), unit, rounds=rounds)
    goal = NO_SLOWER if unit == "ms" else NO_FEWER
    compared = [against(f"{name}, {size}", rounds, unit, smallest, goal) for size, rounds in larger]
    if name in IN_ITSELF:
        size, rounds = larger[-1]
        compared.append(figure(f"{name}, {size}", median(rounds), unit, IN_ITSELF[name]))
    return [smallest, *compared]


async def measure(made: Databases) -> list[Figure]:
    """On SQLite, in one house that grows between the rounds."""
    url = made.sqlite("growth")
    measured, before, floor = Measured(), 0, process.floor(made.folder)
    async with theatre(SQLITE, url, made.folder) as place:
        async with place.open() as stage:
            await chats.meet(stage)
        house = past.found(url)
        for size, words in SIZES.items():
            began = time.perf_counter()
            customers = await asyncio.to_thread(past.grow, url, house, before, size)
            print(f"{words}: made in {time.perf_counter() - began:.0f} s", flush=True)
            before = size
            await quiet(measured, url, words, questions(house, customers))
            await slot_search(measured, url, words, house)
            measured.add("ordered delivery", "jobs/s", words, [await delivery.rate(url, f"bench-{words}")])
            await busy(measured, place, words, round_of=[*SIZES].index(size), payments_from=size)
    return durable(measured.figures(), floor)


async def busy(measured: Measured, place: Theatre, words: str, *, round_of: int, payments_from: int) -> None:
    """What needs the whole program. `round_of` counts the rounds in one database, `payments_from` the payments."""
    async with place.open() as stage:
        took = await chats.confirmations(stage, chats.FIRST + round_of * chats.PAYMENTS)
        measured.add("webhook to both confirmations, p50", "ms", words, [percentile(took, 50)])
        starts = range(payments_from, payments_from + ROUNDS * EACH, EACH)
        rates = [await _paid(stage, range(start, start + EACH)) for start in starts]
        measured.add("webhooks answered", "/s", words, [answered for answered, _ in rates])
        measured.add("webhooks applied", "/s", words, [applied for _, applied in rates])


async def _paid(stage: Stage, numbers: range) -> tuple[float, float]:
    requests = await lay_out(stage.database, numbers)
    secret = stage.cast.world.secrets.stripe_webhook_secret
    paid = await pay(stage, [post(number, secret) for number in numbers], requests)
    return paid.answers.rate, paid.rate


async def quiet(measured: Measured, url: str, words: str, asked: Mapping[str, Question]) -> None:
    """Single questions, with nobody else at the database and some lanes of the outbox waiting."""
    async with _opened(url) as database, _waiting(database):
        for name, question in asked.items():
            _both(measured, name, words, await _asked(database, question))


async def slot_search(measured: Measured, url: str, words: str, house: past.House) -> None:
    """What is free for a customer, with nobody else at the database."""
    async with _opened(url) as database:
        _both(measured, "slot search", words, await search(database, house.bookings_team, house.service))


def _both(measured: Measured, name: str, words: str, took: list[float]) -> None:
    for percent in (50, 99) if name in TO_THE_LAST else (50,):
        measured.add(f"{name}, p{percent}", "ms", words, [percentile(took, percent)])


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    database = Database(url, keys=[KEY], clock=now)
    yield database
    await database.aclose()


@asynccontextmanager
async def _waiting(database: Database) -> AsyncIterator[None]:
    async with database.begin() as work:
        for lane in range(LANES):
            await work.outbox.add(lane=f"lane {lane}", kind="deliver", body="{}")
    yield
    async with database.begin() as work:
        await work.session.execute(delete(Outbox).where(col(Outbox.state) == JobState.WAITING))


async def _asked(database: Database, question: Question) -> list[float]:
    """What each time took, of so many times as fit; a slow question is not asked for minutes."""
    took: list[float] = []
    while len(took) < ASKED and sum(took) < LONGEST:
        took.append(await _timed(database, question, len(took)))
    return took


async def _timed(database: Database, question: Question, number: int) -> float:
    """Milliseconds of the question alone; what it changed is undone."""
    async with database.begin() as work:
        began = time.perf_counter()
        await question(work, number)
        took = (time.perf_counter() - began) * 1000
        await work.session.rollback()
    return took


def questions(house: past.House, customers: range) -> dict[str, Question]:
    """What is asked of the database all day, by its words."""
    agent, team, account, day = house.agents[0], house.cases_team, house.account, timedelta(days=1)
    step = max(1, len(customers) // ASKED)

    def one(number: int) -> int:
        return customers[number * step % len(customers)]

    return {
        "one agent's day": lambda work, _: work.bookings.busy([agent], work.now + day, work.now + 2 * day),
        "claim of the outbox": lambda work, _: work.outbox.claim(16, timedelta(seconds=20)),
        "case of a customer": lambda work, number: work.talk.open_for(team, one(number)),
        "place of a customer": lambda work, number: work.talk.customer_seats_at(account, str(one(number))),
        "thread of a case": lambda work, number: work.talk.seat_in_thread(account, past.DESK, str(number)),
        "bookings of a customer": lambda work, number: work.bookings.held_by_customer(one(number)),
        "open cases of a team": lambda work, _: work.talk.open_cases(team),
        "cases an agent holds": lambda work, _: work.talk.held_by(team, agent),
        "look for what is due": _look,
    }


async def _look(work: Work, _: int) -> None:
    """As the sweeps do every second."""
    await work.bookings.let_lapse()
    await work.payments.expired()
    await work.payments.to_poll()
    await work.inbox.clean(work.now - KEEP_FINISHED)
    await work.outbox.clean(work.now - KEEP_FINISHED)
    for days in await work.forgetting.terms():
        await work.forgetting.due(days, work.now - timedelta(days=days), AT_ONCE)

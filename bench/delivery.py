"""Ordered delivery by the engine, through a channel that does nothing."""

import asyncio
import time
from typing import Any, cast

from pydantic import SecretStr

from bench import process
from bench.databases import Databases
from bench.figures import Figure, Goal, durable, figure
from bench.stage import KEY
from bot.app import App, build
from bot.settings import Settings
from handlers.channel import Sent
from handlers.messages import Message
from handlers.speech import say
from storage.schema import upgrade
from storage.tables import ChannelAccount, Conversation, Person, Seat, Side, Team
from storage.work import Work

CONVERSATIONS = 30
EACH = 15


class Quiet:
    """Takes everything at once and writes down what came for whom."""

    name = "quiet"
    per_second = 1_000_000

    def __init__(self) -> None:
        self.heard: dict[int, list[str]] = {}
        self.complete = asyncio.Event()

    async def send(self, seat: Seat, account: str, message: Message, *, replaces: str = "") -> Sent:
        """It has arrived."""
        self.heard.setdefault(seat.id, []).append(message.text)
        count = sum(map(len, self.heard.values()))
        if count == CONVERSATIONS * EACH:
            self.complete.set()
        return Sent(message_id=str(count))


async def measure(made: Databases) -> list[Figure]:
    """The rate, with SQLite as durable as ever."""
    floor = process.floor(made.folder)
    reached = await rate(made.sqlite("delivery"))
    return durable([figure("ordered delivery, no-op channel", reached, "jobs/s", Goal(2000))], floor)


async def rate(url: str, slug: str = "bench") -> float:
    """Jobs a second, for a new team of that name; the order is checked."""
    app = build(Settings(database_url=url, secret_keys=(SecretStr(KEY),)))
    await upgrade(app.house.database)
    quiet = Quiet()
    cast("dict[str, Any]", app.channels)[quiet.name] = quiet
    await _seed(app, slug)
    began = time.perf_counter()
    await app.engine.start()
    async with asyncio.timeout(60):
        await quiet.complete.wait()
    took = time.perf_counter() - began
    await app.engine.stop()
    await app.house.database.aclose()
    expected = [f"Word {number}" for number in range(EACH)]
    assert all(words == expected for words in quiet.heard.values()), "out of order"
    return CONVERSATIONS * EACH / took


async def _seed(app: App, slug: str) -> None:
    async with app.house.database.begin() as work:
        team = Team(slug=slug, name="Bench", currency="USD", zone="Europe/Berlin", made_at=work.now)
        await work.people.add(team)
        account = ChannelAccount(team_id=team.id, channel=Quiet.name, external_id=slug)
        await work.people.add(account)
        for number in range(CONVERSATIONS):
            await _conversation(work, team, account, number)


async def _conversation(work: Work, team: Team, account: ChannelAccount, number: int) -> None:
    customer = Person(name=f"Customer {number}")
    await work.people.add(customer)
    case = Conversation(team_id=team.id, customer_id=customer.id, opened_at=work.now)
    await work.talk.add(case)
    await work.talk.add(Seat(conversation_id=case.id, account_id=account.id, side=Side.CUSTOMER, chat=str(number)))
    for word in range(EACH):
        await say(work, case, Side.CUSTOMER, Message(text=f"Word {word}"))

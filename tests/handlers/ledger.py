"""A market for thousands of histories: built once, put back as it was before each, its books read without the ORM."""

import asyncio
import sqlite3
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import delete
from sqlmodel import col

from handlers.checkout.ledger import record
from handlers.checkout.opening import NotPayable
from handlers.checkout.polling import look_up, sweep_expired, sweep_polls
from handlers.heard import Heard
from handlers.pay_page import begin_checkout, came_back
from handlers.router import hear
from payments.errors import PaymentError
from payments.facts import Fact
from payments.gateway import Gateway
from payments.machine import State
from storage.tables import Outbox
from tests.handlers.market import Market
from tests.handlers.till import Till
from tests.handlers.town import START, TEST_LEASE, Town, town

T = TypeVar("T")
OF_MONEY = ("refund", "end_checkout", "ask_gateway")
"""The effects that reach a gateway; what is said in chats is for other tests, and costs ten times as much."""
ROUNDS = 40


class Second(Till):
    """Another gateway of the same team."""

    name = "second"
    title = "Second"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as our books have it; sums in minor units."""

    id: int
    code: str
    state: State
    captured: int
    refunded: int
    fulfilled: bool
    taken_back: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """A checkout as our books have it."""

    id: int
    request_id: int
    gateway: str
    ref: str
    captured: int
    refunded: int


class Ledger:
    """The town with two gateways and two requests, the first with a page open at either; and a picture of all that."""

    def __init__(self, template: Path) -> None:
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.tills: dict[str, Till] = {"till": Till(), "second": Second()}
        self.town: Town = self.run(self.stack.enter_async_context(town(template, _offered(self.tills))))
        self.market = Market(self.town, self.tills["till"])
        self.run(self._begin())
        self._file = sqlite3.connect(str(self.town.database.url.database), isolation_level=None)
        self._file.execute("PRAGMA synchronous=OFF")
        self._picture = sqlite3.connect(":memory:")
        self._file.backup(self._picture)
        self._pages = {name: deepcopy(till.sessions) for name, till in self.tills.items()}

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something now."""
        return self.runner.run(work)

    def close(self) -> None:
        """Let go of everything."""
        self._file.close()
        self._picture.close()
        self.run(self.stack.aclose())
        self.runner.close()

    async def _begin(self) -> None:
        await self.market.begin()
        self.tills["second"].now = self.town.clock
        async with self.town.database.begin() as work:
            (await work.people.team(self.town.team.id)).gateway = ",".join(self.tills)
        for _ in range(2):
            await self.market.ask()
        for way in self.tills:
            await begin_checkout(self.town.house, (await self.market.requests())[0].code, way)

    def fresh(self) -> None:
        """Everything is as it was when the pages had just been opened."""
        self._picture.backup(self._file)
        self.town.clock.now = START
        for name, till in self.tills.items():
            till.forget()
            till.sessions.update(deepcopy(self._pages[name]))
        self.town.notebook.shown.clear()
        self.town.notebook.answers.clear()

    # What happens.

    async def hear(self, heard: Heard) -> None:
        """Somebody of the team says or presses something; what follows waits in the outbox."""
        async with self.town.database.begin() as work:
            await hear(self.town.house, work, heard)

    async def open(self, code: str, way: str) -> None:
        """The customer goes to a gateway's page; it may not answer."""
        with suppress(NotPayable, PaymentError):
            await begin_checkout(self.town.house, code, way)

    async def come_back(self, code: str) -> None:
        """The customer is back from the gateway."""
        with suppress(PaymentError):
            await came_back(self.town.house, code)

    async def webhook(self, fact: Fact) -> None:
        """A gateway's report arrives."""
        async with self.town.database.begin() as work:
            await record(self.town.house, work, fact.gateway, [fact])

    async def sweep(self) -> None:
        """What a running program looks at each second."""
        for till in self.tills.values():
            till.lapse()
        await sweep_expired(self.town.house)
        await sweep_polls(self.town.house)

    async def carry_out(self, most: int = ROUNDS) -> None:
        """The outbox, in at most so many turns; what a gateway does not answer is tried again in the next."""
        for _ in range(most):
            async with self.town.database.begin() as work:
                await work.session.execute(delete(Outbox).where(col(Outbox.kind).not_in(OF_MONEY)))
                jobs = await work.outbox.claim(16, TEST_LEASE)
            if not jobs:
                return
            for job in jobs:
                try:
                    await self.town.jobs.send_out(job)
                except PaymentError as error:
                    async with self.town.database.begin() as work:
                        await work.outbox.retry(job, due_at=work.now, problem=str(error))
        assert most < ROUNDS, "the outbox never ends"

    async def reconcile(self) -> None:
        """Every gateway answers again, and is asked about every checkout until nothing new comes of it."""
        for till in self.tills.values():
            till.breaks.clear()
        await self.carry_out()
        before = None
        while before != (now := self._standing()):
            before = now
            for checkout in self.tried():
                await look_up(self.town.house, checkout.id)
            await self.carry_out()

    # What the books say.

    def asked(self) -> list[Asked]:
        """All requests, oldest first."""
        rows = self._file.execute(
            "SELECT id, code, state, captured_minor, refunded_minor, fulfilled_at, taken_back_at "
            "FROM paymentrequest ORDER BY id"
        )
        return [Asked(row[0], row[1], State(row[2]), row[3], row[4], bool(row[5]), bool(row[6])) for row in rows]

    def tried(self) -> list[Tried]:
        """All checkouts, oldest first."""
        rows = self._file.execute(
            "SELECT id, request_id, gateway, checkout_ref, captured_minor, refunded_minor FROM checkout ORDER BY id"
        )
        return [Tried(row[0], row[1], row[2], row[3] or "", row[4], row[5]) for row in rows]

    def refunds_sent(self) -> int:
        """How many refunds were said yes to."""
        count: int = self._file.execute("SELECT count(*) FROM refund WHERE confirmed_at IS NOT NULL").fetchone()[0]
        return count

    def prepared(self, request_id: int) -> str:
        """The button of the newest refund that nobody has said yes to; "" when there is none."""
        asked = "SELECT max(id) FROM refund WHERE confirmed_at IS NULL AND request_id = ?"
        found = self._file.execute(asked, (request_id,)).fetchone()[0]
        return f"{request_id}|{found}" if found else ""

    def _standing(self) -> tuple[list[Asked], list[Tried], int]:
        return self.asked(), self.tried(), self.refunds_sent()


def _offered(tills: dict[str, Till]) -> dict[str, Gateway]:
    return dict(tills)

"""What can be done with money in a town with a till."""

from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import select
from sqlmodel import SQLModel, col

from handlers.checkout.ledger import record
from handlers.checkout.opening import NotPayable
from handlers.checkout.polling import look_up, sweep_expired, sweep_polls
from handlers.effects import EFFECT, TellTeam
from handlers.heard import Heard
from handlers.pay_page import begin_checkout
from payments.errors import PaymentError
from payments.facts import Fact
from storage.tables import Checkout, Outbox, PaymentRequest, Refund
from tests.handlers.till import Session, Till
from tests.handlers.town import TEST_LEASE, Town, Voice

PRICE = 4900
Row = TypeVar("Row", bound=SQLModel)


class Market:
    """What can be done with money in a town with a till."""

    def __init__(self, made: Town, till: Till) -> None:
        self.town, self.till = made, till
        till.now = made.clock
        self.desk: Voice = made.ana
        self.colleague: Voice = made.ben

    async def begin(self) -> None:
        """A customer with a case that Ana holds, and a team with a system of its own."""
        async with self.town.database.begin() as work:
            (await work.people.team(self.town.team.id)).webhook_url = "http://127.0.0.1:9/hook"
        await self.hear(self.town.mia.says("hello"))
        self.desk = self.town.ana.at("acme-desk", await self.town.case_thread(1))
        self.colleague = self.town.ben.at("acme-desk", self.desk.thread)
        await self.hear(self.desk.does("claim"))

    async def hear(self, *heard: Heard) -> None:
        await self.town.hear(*heard)
        await self.carry_out()

    async def carry_out(self) -> None:
        """The outbox, as the engine would; what fails is tried again until it is well."""
        for _ in range(30):
            async with self.town.database.begin() as work:
                jobs = await work.outbox.claim(16, TEST_LEASE)
            if not jobs:
                return
            for job in jobs:
                try:
                    if job.kind != "tell_team":
                        await self.town.jobs.send_out(job)
                        continue
                    async with self.town.database.begin() as work:
                        await work.outbox.done(job)
                except PaymentError as error:
                    async with self.town.database.begin() as work:
                        await work.outbox.retry(job, due_at=work.now, problem=str(error))
        raise AssertionError("the outbox never ends")

    async def ask(self) -> int:
        """A request before the customer; its id."""
        await self.hear(self.desk.does("pay", "49 USD Consultation, valid 2 h"))
        newest = (await self.requests())[-1].id
        await self.hear(self.desk.presses("pay.send", str(newest)))
        return newest

    async def open(self, request: PaymentRequest) -> str:
        """The customer goes to the pay page; the gateway's word for the checkout, or nothing."""
        with suppress(NotPayable, PaymentError):
            return (await begin_checkout(self.town.house, request.code)).rpartition("/")[2]
        return ""

    async def webhook(self, fact: Fact) -> None:
        async with self.town.database.begin() as work:
            await record(self.town.house, work, "till", [fact])
        await self.carry_out()

    async def sweep(self) -> None:
        await sweep_expired(self.town.house)
        await sweep_polls(self.town.house)
        await self.carry_out()

    async def wait(self, *, sweeps: int = 12, **span: float) -> None:
        """Time passes, with some of the sweeps of a running program."""
        left = timedelta(**span)
        step = left / sweeps
        while left > timedelta():
            self.town.clock.now += min(step, left)
            left -= step
            self.till.lapse()
            await self.sweep()

    async def reconcile(self) -> None:
        """Ask about every checkout, until nothing new comes of it."""
        self.till.breaks.clear()
        for _ in range(3):
            for checkout in await self._all(Checkout):
                await look_up(self.town.house, checkout.id)
            await self.carry_out()

    async def requests(self) -> list[PaymentRequest]:
        return await self._all(PaymentRequest)

    async def refunds(self) -> list[Refund]:
        return await self._all(Refund)

    async def checkouts(self) -> list[Checkout]:
        return await self._all(Checkout)

    async def _all(self, table: type[Row]) -> list[Row]:
        async with self.town.database.begin() as work:
            rows = (await work.session.execute(select(table))).scalars().all()
            return sorted(rows, key=lambda row: getattr(row, "id"))  # noqa: B009  # every table has one

    async def told(self) -> list[TellTeam]:
        """What the team's own system hears."""
        async with self.town.database.begin() as work:
            rows = await work.session.execute(select(col(Outbox.body)).where(col(Outbox.kind) == "tell_team"))
            return [one for body in rows.scalars() if isinstance(one := EFFECT.validate_json(body), TellTeam)]

    def sessions(self, checkouts: list[Checkout], request: PaymentRequest) -> list[Session]:
        mine = [one.checkout_ref for one in checkouts if one.request_id == request.id]
        return [self.till.sessions[ref] for ref in mine if ref]

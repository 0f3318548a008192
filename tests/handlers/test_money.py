"""Money, asked for and paid in every order the world knows, held against the books of a gateway that forgets nothing."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from sqlalchemy import select
from sqlmodel import col

from handlers.checkout.ledger import record
from handlers.checkout.polling import look_up, sweep_expired, sweep_polls
from handlers.effects import EFFECT, TellTeam
from handlers.heard import Heard
from handlers.pay_page import NotPayable, begin_checkout, came_back
from payments.errors import PaymentError
from payments.facts import Fact
from payments.gateway import Gateway
from payments.machine import State
from storage.tables import Checkout, Outbox, PaymentRequest, Refund
from tests.handlers.machine import MODEST, InTown
from tests.handlers.till import Session, Till
from tests.handlers.town import TEST_LEASE, Town, Voice, town

PRICE = 4900


class Market:
    """What can be done with money in a town with a till."""

    def __init__(self, made: Town, till: Till) -> None:
        self.town, self.till = made, till
        till.now = made.clock
        self.desk: Voice = made.ana

    async def begin(self) -> None:
        """A customer with a case that Ana holds, and a team with a system of its own."""
        async with self.town.database.begin() as work:
            (await work.people.team(self.town.team.id)).webhook_url = "http://127.0.0.1:9/hook"
        await self.hear(self.town.mia.says("hello"))
        self.desk = self.town.ana.at("acme-desk", await self.town.case_thread(1))
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

    async def wait(self, **span: float) -> None:
        """Time passes, with the sweeps of a running program."""
        left = timedelta(**span)
        step = max(left / 12, timedelta(seconds=1))
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

    async def checkouts(self) -> list[Checkout]:
        return await self._all(Checkout)

    async def refunds(self) -> list[Refund]:
        return await self._all(Refund)

    async def _all(self, table: type) -> list:  # type: ignore[type-arg]
        async with self.town.database.begin() as work:
            return list((await work.session.execute(select(table).order_by(table.id))).scalars())  # type: ignore[attr-defined]

    async def told(self) -> list[TellTeam]:
        """What the team's own system hears."""
        async with self.town.database.begin() as work:
            rows = await work.session.execute(select(col(Outbox.body)).where(col(Outbox.kind) == "tell_team"))
            return [one for body in rows.scalars() if isinstance(one := EFFECT.validate_json(body), TellTeam)]

    def sessions(self, checkouts: list[Checkout], request: PaymentRequest) -> list[Session]:
        mine = [one.checkout_ref for one in checkouts if one.request_id == request.id]
        return [self.till.sessions[ref] for ref in mine if ref]


class TheMarket(InTown):
    """Everything that can happen to money, in any order."""

    def till(self) -> dict[str, Gateway]:
        self.books = Till()
        return {"till": self.books}

    @initialize()
    def begin(self) -> None:
        self.market = Market(self.town, self.books)
        self.run(self.market.begin())
        self.asked = 0
        self.pages: list[str] = []

    @precondition(lambda self: self.asked < 2)
    @rule()
    def an_agent_asks(self) -> None:
        self.run(self.market.ask())
        self.asked += 1

    @precondition(lambda self: self.asked)
    @rule(index=st.integers(0, 9))
    def the_customer_opens_the_page(self, index: int) -> None:
        page = self.run(self.market.open(self.request(index)))
        if page and page not in self.pages:
            self.pages.append(page)

    def request(self, index: int) -> PaymentRequest:
        requests = self.run(self.market.requests())
        return requests[index % len(requests)]

    @precondition(lambda self: self.pages)
    @rule(
        index=st.integers(0, 9), what=st.sampled_from(["pay", "pay", "pay_late", "decline", "begin_slow", "close_page"])
    )
    def at_the_gateway(self, index: int, what: str) -> None:
        getattr(self.books, what)(self.pages[index % len(self.pages)])

    @precondition(lambda self: self.pages)
    @rule(index=st.integers(0, 9), well=st.booleans())
    def a_slow_payment_ends(self, index: int, *, well: bool) -> None:
        self.books.finish_slow(self.pages[index % len(self.pages)], well=well)

    @precondition(lambda self: self.pages)
    @rule(index=st.integers(0, 9), minor=st.sampled_from([1000, PRICE]))
    def somebody_refunds_in_the_dashboard(self, index: int, minor: int) -> None:
        self.books.refund_in_dashboard(self.pages[index % len(self.pages)], minor)

    @precondition(lambda self: self.books.webhooks)
    @rule(index=st.integers(0, 99))
    def a_webhook_arrives_in_any_order_and_number(self, index: int) -> None:
        self.run(self.market.webhook(self.books.webhooks[index % len(self.books.webhooks)]))

    @precondition(lambda self: self.asked)
    @rule(index=st.integers(0, 9))
    def the_customer_comes_back(self, index: int) -> None:
        with suppress(PaymentError):
            self.run(came_back(self.town.house, self.request(index).code))

    @precondition(lambda self: self.asked)
    @rule(index=st.integers(0, 9), what=st.sampled_from(["pay.withdraw", "refund.yes", "pay.send", "pay.drop"]))
    def an_agent_presses(self, index: int, what: str) -> None:
        self.run(self.market.hear(self.market.desk.presses(what, str(self.request(index).id))))

    @rule(minutes=st.sampled_from([1, 10, 45, 200]))
    def time_passes(self, minutes: int) -> None:
        self.run(self.market.wait(minutes=minutes))

    @rule(when=st.sampled_from(["before", "after"]))
    def the_gateway_stumbles(self, when: str) -> None:
        self.books.breaks.append(when)

    @invariant()
    def what_is_said_to_be_paid_is_paid(self) -> None:
        if not self.asked:
            return
        checkouts = self.run(self.market.checkouts())
        for request in self.run(self.market.requests()):
            held = [session.captured for session in self.market.sessions(checkouts, request)]
            assert request.state is not State.PAID or PRICE in held
            assert request.refunded_minor <= request.captured_minor <= max([0, *held])

    @invariant()
    def what_was_paid_for_happens_once(self) -> None:
        told = self.run(self.market.told())
        paid = [one.data.partition('"request":')[2][:30] for one in told if one.event == "payment.paid"]
        assert len(paid) == len(set(paid))

    def teardown(self) -> None:
        try:
            self.run(self.in_the_end_the_books_agree())
        finally:
            super().teardown()

    async def in_the_end_the_books_agree(self) -> None:
        await self.market.reconcile()
        checkouts = await self.market.checkouts()
        for checkout in checkouts:
            if checkout.checkout_ref:
                session = self.books.sessions[checkout.checkout_ref]
                assert (checkout.captured_minor, checkout.refunded_minor) == (session.captured, session.refunded)
        for request in await self.market.requests():
            sessions = self.market.sessions(checkouts, request)
            kept = sum(session.captured - session.refunded for session in sessions)
            assert kept <= PRICE, "two payments were kept for one request"
            assert kept == 0 or request.state is not State.CANCELLED
            if kept == PRICE:
                assert request.state is State.PAID
            elif kept:
                assert request.state is State.PART_REFUNDED
            else:
                assert request.state not in {State.PAID, State.PART_REFUNDED}


TheMarket.TestCase.settings = MODEST
TestTheMarket = TheMarket.TestCase


@pytest_asyncio.fixture
async def market(template: Path) -> AsyncIterator[Market]:
    till = Till()
    async with town(template, {"till": till}) as made:
        there = Market(made, till)
        await there.begin()
        yield there


async def _paying(market: Market) -> str:
    await market.ask()
    return await market.open((await market.requests())[-1])


async def _state(market: Market) -> State:
    return (await market.requests())[-1].state


async def test_a_payment_whose_webhook_is_lost_is_found_within_a_minute(market: Market) -> None:
    market.till.pay(await _paying(market))
    await market.wait(minutes=1)
    assert await _state(market) is State.PAID


async def test_a_slow_payment_whose_webhooks_are_lost_is_found_days_later(market: Market) -> None:
    page = await _paying(market)
    market.till.begin_slow(page)
    await market.wait(hours=1)
    assert await _state(market) is State.PROCESSING
    await market.wait(days=3)
    market.till.finish_slow(page, well=True)
    await market.wait(days=1)
    assert await _state(market) is State.PAID


async def test_a_refund_in_the_dashboard_whose_webhook_is_lost_is_found_days_later(market: Market) -> None:
    page = await _paying(market)
    market.till.pay(page)
    await market.wait(days=3)
    market.till.refund_in_dashboard(page, PRICE)
    await market.wait(days=1)
    assert await _state(market) is State.REFUNDED


async def test_each_partial_refund_is_told(market: Market) -> None:
    page = await _paying(market)
    market.till.pay(page)
    for _ in range(2):
        market.till.refund_in_dashboard(page, 1000)
    for fact in list(market.till.webhooks):
        await market.webhook(fact)
    assert [one.event for one in await market.told()] == ["payment.paid", "payment.refunded", "payment.refunded"]


async def test_a_payment_for_a_withdrawn_request_goes_back(market: Market) -> None:
    page = await _paying(market)
    market.till.pay(page)
    await market.hear(market.desk.presses("pay.withdraw", "1"))
    assert await _state(market) is State.CANCELLED
    assert market.till.kept == 0


async def test_a_page_that_opens_while_its_request_is_withdrawn_takes_no_money(market: Market) -> None:
    await market.ask()
    request = (await market.requests())[-1]

    async def withdrawn() -> None:
        await market.hear(market.desk.presses("pay.withdraw", str(request.id)))

    market.till.meanwhile = withdrawn
    with pytest.raises(NotPayable):
        await begin_checkout(market.town.house, request.code)
    await market.carry_out()
    assert [session.status for session in market.till.sessions.values()] == ["over"]


async def test_money_that_comes_twice_is_kept_once(market: Market) -> None:
    first = await _paying(market)
    market.till.close_page(first)
    await market.webhook(market.till.webhooks[-1])
    second = await market.open((await market.requests())[-1])
    assert second not in {"", first}
    market.till.pay(second)
    market.till.pay_late(first)
    await market.wait(minutes=5)
    await market.reconcile()
    assert market.till.kept == PRICE
    assert await _state(market) is State.PAID


async def test_a_second_payment_that_was_partly_refunded_elsewhere_goes_back_as_a_whole(market: Market) -> None:
    first = await _paying(market)
    market.till.close_page(first)
    await market.webhook(market.till.webhooks[-1])
    second = await market.open((await market.requests())[-1])
    market.till.pay(second)
    await market.wait(minutes=5)
    market.till.pay_late(first)
    late = market.till.webhooks[-1]
    market.till.refund_in_dashboard(first, 1000)
    await market.webhook(late)
    assert market.till.kept == PRICE


async def test_a_refund_without_an_answer_is_made_once(market: Market) -> None:
    page = await _paying(market)
    market.till.pay(page)
    await market.webhook(market.till.webhooks[-1])
    market.till.breaks += ["after", "before", "after"]
    await market.hear(market.desk.presses("refund.yes", "1"))
    assert await _state(market) is State.REFUNDED
    assert len(market.till.refunds) == 1
    assert market.till.kept == 0


async def test_a_preview_that_nobody_saw_cannot_be_withdrawn_before_the_customer(market: Market) -> None:
    await market.hear(market.desk.does("pay", "49 USD Consultation"))
    before = len(market.town.notebook.shown)
    await market.hear(market.desk.presses("pay.withdraw", "1"))
    assert not [one for one in market.town.notebook.shown[before:] if one.chat == "mia"]


async def test_what_does_not_fit_is_kept_and_shown_and_never_applied(market: Market) -> None:
    from dataclasses import replace

    from payments.money import Money

    page = await _paying(market)
    market.till.pay(page)
    paid = market.till.webhooks[-1]
    wrong = {
        "live": replace(paid, live=True),
        "currency": replace(paid, captured=Money(PRICE, "EUR")),
        "sum": replace(paid, captured=Money(PRICE + 1, "USD")),
        "account": replace(paid, account="acct_other"),
        "reference": replace(paid, reference="co_other"),
    }
    for name, fact in wrong.items():
        await market.webhook(replace(fact, event_id=f"evt_{name}"))
        assert await _state(market) is State.OPENED, name
    flagged = [one for one in market.town.notebook.shown if one.message.title == "Please check"]
    assert len(flagged) == len(wrong)

"""Money, asked for and paid in every order the world knows, against the books of a gateway that forgets nothing.

A few walks with all that is said in the chats; `test_money_histories` walks thousands, with the money alone.
"""

from contextlib import suppress

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from handlers.pay_page import came_back
from payments.errors import PaymentError
from payments.gateway import Gateway
from payments.machine import State
from storage.tables import PaymentRequest
from tests.budget import rounds
from tests.handlers.machine import MODEST, InTown
from tests.handlers.market import PRICE, Market
from tests.handlers.till import Till


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
        self.an_agent_asks()
        self.the_customer_opens_the_page(0)

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

    @rule(index=st.integers(0, 9))
    def a_page_is_closed_and_the_customer_opens_another(self, index: int) -> None:
        page = self.pages[index % len(self.pages)]
        self.books.close_page(page)
        if story := self.books.sessions[page].story:
            self.run(self.market.webhook(story[-1]))
        self.the_customer_opens_the_page(index)

    @rule(index=st.integers(0, 9))
    def a_payment_and_a_withdrawal_cross(self, index: int) -> None:
        self.books.pay(self.pages[index % len(self.pages)])
        self.an_agent_presses(index, "pay.withdraw")

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
    @rule(index=st.integers(0, 9), what=st.sampled_from(["pay.withdraw", "refund.yes", "refund.yes", "pay.drop"]))
    def an_agent_presses(self, index: int, what: str) -> None:
        self.run(self.market.hear(self.market.desk.presses(what, str(self.request(index).id))))

    @rule(minutes=st.sampled_from([1, 10, 200]))
    def time_passes(self, minutes: int) -> None:
        self.run(self.market.wait(minutes=minutes, sweeps=3))

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


TheMarket.TestCase.settings = settings(MODEST, max_examples=rounds(4))
TestTheMarket = pytest.mark.long(pytest.mark.timeout(rounds(180))(TheMarket.TestCase))

"""A sum that changes while its pages are open, paid and told of in any order: one agreed sum is kept, or none."""

from contextlib import suppress

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from handlers.checkout.changing import CannotChange
from handlers.checkout.opening import NotPayable
from handlers.pay_page import begin_checkout
from handlers.pay_sum import choose_tip, use_coupon, use_no_coupon
from payments.errors import PaymentError
from payments.gateway import Gateway
from payments.machine import State
from storage.tables import Coupon, PaymentRequest
from tests.budget import rounds
from tests.handlers.machine import MODEST, InTown
from tests.handlers.market import Market
from tests.handlers.till import Till

REFUSED = (CannotChange, NotPayable, PaymentError)


class TheSum(InTown):
    """A customer who tips, takes it back, finds a coupon, and has many tabs open."""

    def till(self) -> dict[str, Gateway]:
        self.books = Till()
        return {"till": self.books}

    @initialize()
    def begin(self) -> None:
        self.market = Market(self.town, self.books)
        self.pages: list[str] = []
        self.run(self._begin())
        self.a_page_is_opened()

    async def _begin(self) -> None:
        await self.market.begin()
        async with self.town.database.begin() as work:
            (await work.people.team(self.town.team.id)).tips = "10,20"
            await work.pricing.add(Coupon(team_id=self.town.team.id, code="SPRING", percent=1000, most_uses=1))
        await self.market.ask()

    def request(self) -> PaymentRequest:
        return self.run(self.market.requests())[-1]

    @rule()
    def a_page_is_opened(self) -> None:
        request = self.request()
        with suppress(*REFUSED):
            url = self.run(begin_checkout(self.town.house, request.code, agreed=request.amount_minor))
            self.pages = [*dict.fromkeys([*self.pages, url.rpartition("/")[2]])]

    @rule(tip=st.sampled_from(["0", "10", "20", "own 7"]))
    def a_tip_is_chosen(self, tip: str) -> None:
        with suppress(*REFUSED):
            self.run(choose_tip(self.town.house, self.request().code, tip))
        self.run(self.market.carry_out())

    @rule(used=st.booleans())
    def a_coupon_comes_and_goes(self, *, used: bool) -> None:
        with suppress(*REFUSED):
            code = self.request().code
            self.run(use_coupon(self.town.house, code, "SPRING") if used else use_no_coupon(self.town.house, code))
        self.run(self.market.carry_out())

    @precondition(lambda self: self.pages)
    @rule(index=st.integers(0, 9), what=st.sampled_from(["pay", "pay_late", "begin_slow", "decline"]))
    def at_the_gateway(self, index: int, what: str) -> None:
        getattr(self.books, what)(self.pages[index % len(self.pages)])

    @precondition(lambda self: self.books.webhooks)
    @rule(index=st.integers(0, 99))
    def a_webhook_arrives(self, index: int) -> None:
        self.run(self.market.webhook(self.books.webhooks[index % len(self.books.webhooks)]))

    @rule()
    def time_passes(self) -> None:
        self.run(self.market.wait(minutes=5, sweeps=2))

    @rule(when=st.sampled_from(["before", "after"]))
    def the_gateway_stumbles(self, when: str) -> None:
        self.books.breaks.append(when)

    @invariant()
    def a_paid_sum_is_the_one_that_was_asked_for(self) -> None:
        request = self.request()
        assert request.state is not State.PAID or request.captured_minor == request.amount_minor
        assert request.amount_minor == 4900 - request.discount_minor + request.tip_minor

    @invariant()
    def a_coupon_is_counted_for_who_has_it(self) -> None:
        request = self.request()
        over = request.state in {State.EXPIRED, State.CANCELLED}
        assert self.run(self._uses()) == int(request.coupon_id is not None and not over)

    async def _uses(self) -> int:
        async with self.town.database.begin() as work:
            (coupon,) = await work.pricing.coupons(self.town.team.id)
            return coupon.used

    def teardown(self) -> None:
        try:
            self.run(self.market.reconcile())
            request = self.request()
            assert self.books.kept == (request.amount_minor if request.state is State.PAID else 0)
        finally:
            super().teardown()


TheSum.TestCase.settings = settings(MODEST, max_examples=rounds(3))
TestTheSum = pytest.mark.long(pytest.mark.timeout(rounds(180))(TheSum.TestCase))

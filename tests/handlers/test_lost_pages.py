"""A page that was opened, and nobody was told where: another is opened in its place, and it is still asked about."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from handlers.pay_page import begin_checkout
from payments.errors import OutcomeUnknown, PageLost
from payments.gateway import CheckoutLink, CheckoutOrder
from payments.machine import State
from tests.handlers.market import PRICE, Market
from tests.handlers.stall import ask, fresh
from tests.handlers.till import Till
from tests.handlers.town import town


class Forgetful(Till):
    """Like PhonePe it takes a reference once, and names the page in that one answer."""

    async def open_checkout(self, order: CheckoutOrder) -> CheckoutLink:
        ref = f"cs_{order.key}"
        if ref in self.sessions:
            raise PageLost("It was opened before.", ref)
        return await super().open_checkout(order)


@pytest_asyncio.fixture
async def market(template: Path) -> AsyncIterator[Market]:
    till = Forgetful()
    async with town(template, {"till": till}) as made:
        there = Market(made, till)
        await there.begin()
        yield there


async def test_the_next_try_opens_another_page_and_that_is_paid(market: Market) -> None:
    request = await ask(market, "49 USD Consultation")
    market.till.breaks += ["after"]
    with pytest.raises(OutcomeUnknown):
        await begin_checkout(market.town.house, request.code)
    page = await market.open(request)
    lost, found = market.till.sessions
    assert page == found
    market.till.pay(page)
    await market.webhook(market.till.webhooks[-1])
    assert ((await fresh(market, request)).state, market.till.kept) == (State.PAID, PRICE)
    assert market.till.sessions[lost].status == "over", "the other takes no more money"


async def test_money_that_came_to_the_lost_page_is_found_by_asking(market: Market) -> None:
    request = await ask(market, "49 USD Consultation")
    market.till.breaks += ["after"]
    with pytest.raises(OutcomeUnknown):
        await begin_checkout(market.town.house, request.code)
    assert await market.open(request)
    market.till.pay(next(iter(market.till.sessions)))
    await market.wait(minutes=5)
    assert ((await fresh(market, request)).state, market.till.kept) == (State.PAID, PRICE)
    assert [each.status for each in market.till.sessions.values()] == ["paid", "over"]

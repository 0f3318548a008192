"""One request and two gateways: the first that is paid wins, and what comes to the other goes back."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio

from handlers.checkout.ledger import record
from handlers.pay_page import begin_checkout
from payments.machine import State
from tests.handlers.market import PRICE, Market
from tests.handlers.stall import paying, state_of
from tests.handlers.till import Till
from tests.handlers.town import town


class Second(Till):
    """Another gateway of the same team."""

    name = "second"
    title = "Second"


@dataclass
class TwoTills:
    """A request with a page open at each of two gateways."""

    market: Market
    second: Second
    page: str
    other: str

    async def told_by_second(self) -> None:
        """The second gateway's newest webhook."""
        async with self.market.town.database.begin() as work:
            await record(self.market.town.house, work, "second", [self.second.webhooks[-1]])
        await self.market.carry_out()


@pytest_asyncio.fixture
async def two(template: Path) -> AsyncIterator[TwoTills]:
    till, second = Till(), Second()
    async with town(template, {"till": till, "second": second}) as made:
        second.now = made.clock
        market = Market(made, till)
        await market.begin()
        async with made.database.begin() as work:
            (await work.people.team(made.team.id)).gateway = "till,second"
        page = await paying(market)
        code = (await market.requests())[-1].code
        other = (await begin_checkout(made.house, code, "second")).rpartition("/")[2]
        yield TwoTills(market, second, page, other)


async def test_the_first_that_is_paid_wins_and_the_other_page_takes_no_more_money(two: TwoTills) -> None:
    two.second.pay(two.other)
    await two.told_by_second()
    (request,) = await two.market.requests()
    assert (request.state, request.gateway) == (State.PAID, "second")
    assert two.market.till.sessions[two.page].status == "over"


async def test_who_pays_at_both_gets_the_second_sum_back_from_where_it_went(two: TwoTills) -> None:
    two.market.till.pay(two.page)
    two.second.pay(two.other)
    await two.market.webhook(two.market.till.webhooks[-1])
    await two.told_by_second()
    assert (two.market.till.kept, two.second.kept) == (PRICE, 0)
    assert await state_of(two.market) is State.PAID


async def test_a_decline_elsewhere_does_not_hide_a_payment_under_way(two: TwoTills) -> None:
    two.market.till.begin_slow(two.page)
    await two.market.webhook(two.market.till.webhooks[-1])
    two.second.decline(two.other)
    await two.told_by_second()
    assert await state_of(two.market) is State.PROCESSING
    two.market.till.finish_slow(two.page, well=False)
    await two.market.webhook(two.market.till.webhooks[-1])
    assert await state_of(two.market) is State.FAILED

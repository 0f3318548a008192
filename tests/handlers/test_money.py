"""Money in the corners: lost webhooks, late and double payments, refunds without an answer."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio

from handlers.checkout.ledger import record
from handlers.checkout.opening import NotPayable
from handlers.pay_page import begin_checkout
from payments.gateway import refund_key
from payments.machine import State
from payments.money import Money
from storage.tables import PaymentRequest
from tests.handlers.market import PRICE, Market
from tests.handlers.till import Till
from tests.handlers.town import Voice, town


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


async def _paid(market: Market) -> PaymentRequest:
    market.till.pay(await _paying(market))
    await market.webhook(market.till.webhooks[-1])
    return (await market.requests())[-1]


async def _press_newest(market: Market, action: str, voice: Voice | None = None) -> None:
    """Press the newest button with that action, as somebody who sees it would."""
    button = market.town.notebook.button(action)
    await market.hear((voice or market.desk).presses(action, button))


async def test_a_part_goes_back_with_its_reason_and_the_rest_later(market: Market) -> None:
    await _paid(market)
    await market.hear(market.desk.does("refund", "20 left early"))
    await _press_newest(market, "refund.yes")
    assert await _state(market) is State.PART_REFUNDED
    assert market.till.kept == PRICE - 2000
    assert [(each.amount_minor, each.reason) for each in await market.refunds()] == [(2000, "left early")]
    await market.hear(market.desk.does("refund"))
    await _press_newest(market, "refund.yes")
    assert await _state(market) is State.REFUNDED
    assert market.till.kept == 0


@pytest.mark.parametrize("words", ["49.01", "0", "20 EUR", "-5", "lots"])
async def test_a_sum_that_cannot_go_back_is_refused_with_a_sentence(market: Market, words: str) -> None:
    await _paid(market)
    before = len(market.town.notebook.answers)
    await market.hear(market.desk.does("refund", words))
    ((_, answer),) = market.town.notebook.answers[before:]
    assert (answer.text != "", answer.buttons) == (True, ())
    assert not await market.refunds()


async def test_the_same_yes_twice_gives_back_once(market: Market) -> None:
    await _paid(market)
    await market.hear(market.desk.does("refund", "20"))
    for _ in range(2):
        await _press_newest(market, "refund.yes")
    assert market.till.kept == PRICE - 2000


async def _limit(market: Market, minor: int) -> None:
    async with market.town.database.begin() as work:
        (await work.people.team(market.town.team.id)).approve_above_minor = minor


async def test_a_sum_above_the_limit_waits_for_a_colleague(market: Market) -> None:
    await _limit(market, PRICE - 1)
    number = await market.ask()
    assert (await market.requests())[-1].sent_at is None
    await market.hear(market.desk.presses("pay.approve", str(number)))
    assert (await market.requests())[-1].sent_at is None, "one's own yes is not a second one"
    await market.hear(market.colleague.presses("pay.approve", str(number)))
    assert (await market.requests())[-1].sent_at is not None


async def test_a_refund_above_the_limit_waits_for_a_colleague(market: Market) -> None:
    await _paid(market)
    await _limit(market, 2000)
    await market.hear(market.desk.does("refund"))
    await _press_newest(market, "refund.yes")
    assert market.till.kept == PRICE
    await _press_newest(market, "refund.approve")
    assert market.till.kept == PRICE
    await _press_newest(market, "refund.approve", market.colleague)
    assert market.till.kept == 0
    async with market.town.database.begin() as work:
        deeds = [(deed.deed, deed.actor_id) for deed in await work.audits.of(market.town.team.id)]
    assert deeds[0] == ("refund", market.colleague.person_id)


async def test_what_is_within_the_limit_needs_nobody_else(market: Market) -> None:
    await _limit(market, PRICE)
    await _paid(market)
    await market.hear(market.desk.does("refund"))
    await _press_newest(market, "refund.yes")
    assert market.till.kept == 0


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
        page = await _paying(market)
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
    assert await _state(two.market) is State.PAID


async def test_a_decline_elsewhere_does_not_hide_a_payment_under_way(two: TwoTills) -> None:
    two.market.till.begin_slow(two.page)
    await two.market.webhook(two.market.till.webhooks[-1])
    two.second.decline(two.other)
    await two.told_by_second()
    assert await _state(two.market) is State.PROCESSING
    two.market.till.finish_slow(two.page, well=False)
    await two.market.webhook(two.market.till.webhooks[-1])
    assert await _state(two.market) is State.FAILED


async def test_refunds_that_were_never_said_yes_to_leave_no_gap_in_the_keys(market: Market) -> None:
    await _paid(market)
    for _ in range(4):
        await market.hear(market.desk.does("refund", "5"))
    await market.hear(market.desk.does("refund", "20"))
    await _press_newest(market, "refund.yes")
    await market.hear(market.desk.does("refund", "9"))
    await _press_newest(market, "refund.yes")
    (checkout,) = await market.checkouts()
    assert sorted(market.till.refunds) == [refund_key(checkout.reference, number) for number in (1, 2)]

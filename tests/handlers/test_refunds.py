"""Refunds at the desk: in parts, with a reason, never too much, once, and above a limit with a colleague's yes."""

import pytest

from payments.gateway import refund_key
from payments.machine import State
from tests.handlers.market import PRICE, Market
from tests.handlers.stall import answer, card, paid, paying, press, rows, state_of


async def test_a_part_goes_back_with_its_reason_and_the_rest_later(market: Market) -> None:
    await paid(market)
    await market.hear(market.desk.does("refund", "20 left early"))
    await press(market, "refund.yes")
    assert await state_of(market) is State.PART_REFUNDED
    assert market.till.kept == PRICE - 2000
    assert [(each.amount_minor, each.reason) for each in await market.refunds()] == [(2000, "left early")]
    await market.hear(market.desk.does("refund"))
    await press(market, "refund.yes")
    assert await state_of(market) is State.REFUNDED
    assert market.till.kept == 0


@pytest.mark.parametrize("words", ["49.01", "0", "20 EUR", "-5", "lots"])
async def test_a_sum_that_cannot_go_back_is_refused_with_a_sentence(market: Market, words: str) -> None:
    await paid(market)
    before = len(market.town.notebook.answers)
    await market.hear(market.desk.does("refund", words))
    ((_, answer),) = market.town.notebook.answers[before:]
    assert (answer.text != "", answer.buttons) == (True, ())
    assert not await market.refunds()


async def test_the_same_yes_twice_gives_back_once(market: Market) -> None:
    await paid(market)
    await market.hear(market.desk.does("refund", "20"))
    for _ in range(2):
        await press(market, "refund.yes")
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
    await paid(market)
    await _limit(market, 2000)
    await market.hear(market.desk.does("refund"))
    await press(market, "refund.yes")
    assert market.till.kept == PRICE
    await press(market, "refund.approve")
    assert market.till.kept == PRICE
    await press(market, "refund.approve", market.colleague)
    assert market.till.kept == 0
    async with market.town.database.begin() as work:
        deeds = [(deed.deed, deed.actor_id) for deed in await work.audits.of(market.town.team.id)]
    assert deeds[0] == ("refund", market.colleague.person_id)


async def test_a_colleague_refuses_a_request_and_nobody_can_send_it_any_more(market: Market) -> None:
    await _limit(market, PRICE - 1)
    await market.ask()
    await press(market, "pay.refuse", market.colleague)
    refused = card(market, "acme-desk", "Request: refused")
    assert refused.text.endswith("has refused it.") and not refused.buttons
    await market.hear(market.colleague.presses("pay.approve", "1"))
    (request,) = await market.requests()
    assert (request.sent_at, request.state) == (None, State.CANCELLED)


async def test_a_colleague_reads_the_reason_of_a_refund_refuses_it_and_it_stays_refused(market: Market) -> None:
    await paid(market)
    await _limit(market, 2000)
    await market.hear(market.desk.does("refund", "30 left early"))
    await press(market, "refund.yes")
    assert rows(card(market, "acme-desk", "Refund $30.00?"))["Reason"] == "left early"
    value = market.town.notebook.button("refund.approve")
    await press(market, "refund.refuse", market.colleague)
    assert card(market, "acme-desk", "Refund: refused").text.endswith("has refused it.")
    for action in ("refund.approve", "refund.yes", "refund.refuse"):
        await market.hear(market.colleague.presses(action, value))
        assert answer(market).text.startswith("This refund was refused")
    assert market.till.kept == PRICE
    await market.hear(market.desk.does("refund", "20"))
    await press(market, "refund.yes")
    assert market.till.kept == PRICE - 2000


async def test_what_is_within_the_limit_needs_nobody_else(market: Market) -> None:
    await _limit(market, PRICE)
    await paid(market)
    await market.hear(market.desk.does("refund"))
    await press(market, "refund.yes")
    assert market.till.kept == 0


async def test_a_refund_without_an_answer_is_made_once(market: Market) -> None:
    page = await paying(market)
    market.till.pay(page)
    await market.webhook(market.till.webhooks[-1])
    market.till.breaks += ["after", "before", "after"]
    await market.hear(market.desk.presses("refund.yes", "1"))
    assert await state_of(market) is State.REFUNDED
    assert len(market.till.refunds) == 1
    assert market.till.kept == 0


async def test_refunds_that_were_never_said_yes_to_leave_no_gap_in_the_keys(market: Market) -> None:
    await paid(market)
    for _ in range(4):
        await market.hear(market.desk.does("refund", "5"))
    await market.hear(market.desk.does("refund", "20"))
    await press(market, "refund.yes")
    await market.hear(market.desk.does("refund", "9"))
    await press(market, "refund.yes")
    (checkout,) = await market.checkouts()
    assert sorted(market.till.refunds) == [refund_key(checkout.reference, number) for number in (1, 2)]

"""Money in the corners: lost webhooks, late and double payments, refunds without an answer."""

from dataclasses import replace

import pytest

from handlers.checkout.ledger import record
from handlers.checkout.opening import NotPayable
from handlers.pay_page import begin_checkout
from payments.machine import State
from payments.money import Money
from tests.handlers.market import PRICE, Market
from tests.handlers.stall import fresh, paid, paying, state_of


async def test_a_payment_whose_webhook_is_lost_is_found_within_a_minute(market: Market) -> None:
    market.till.pay(await paying(market))
    await market.wait(minutes=1)
    assert await state_of(market) is State.PAID


async def test_a_slow_payment_whose_webhooks_are_lost_is_found_days_later(market: Market) -> None:
    page = await paying(market)
    market.till.begin_slow(page)
    await market.wait(hours=1)
    assert await state_of(market) is State.PROCESSING
    await market.wait(days=3)
    market.till.finish_slow(page, well=True)
    await market.wait(days=1)
    assert await state_of(market) is State.PAID


async def test_a_refund_in_the_dashboard_whose_webhook_is_lost_is_found_days_later(market: Market) -> None:
    page = await paying(market)
    market.till.pay(page)
    await market.wait(days=3)
    market.till.refund_in_dashboard(page, PRICE)
    await market.wait(days=1)
    assert await state_of(market) is State.REFUNDED


async def test_each_partial_refund_is_told(market: Market) -> None:
    page = await paying(market)
    market.till.pay(page)
    for _ in range(2):
        market.till.refund_in_dashboard(page, 1000)
    for fact in list(market.till.webhooks):
        await market.webhook(fact)
    assert [one.event for one in await market.told()] == ["payment.paid", "payment.refunded", "payment.refunded"]


async def test_a_payment_for_a_withdrawn_request_goes_back(market: Market) -> None:
    page = await paying(market)
    market.till.pay(page)
    await market.hear(market.desk.presses("pay.withdraw", "1"))
    assert await state_of(market) is State.CANCELLED
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
    first = await paying(market)
    market.till.close_page(first)
    await market.webhook(market.till.webhooks[-1])
    second = await market.open((await market.requests())[-1])
    assert second not in {"", first}
    market.till.pay(second)
    market.till.pay_late(first)
    await market.wait(minutes=5)
    await market.reconcile()
    assert market.till.kept == PRICE
    assert await state_of(market) is State.PAID


async def test_a_second_payment_that_was_partly_refunded_elsewhere_goes_back_as_a_whole(market: Market) -> None:
    first = await paying(market)
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


async def test_a_preview_that_nobody_saw_cannot_be_withdrawn_before_the_customer(market: Market) -> None:
    await market.hear(market.desk.does("pay", "49 USD Consultation"))
    before = len(market.town.notebook.shown)
    await market.hear(market.desk.presses("pay.withdraw", "1"))
    assert not [one for one in market.town.notebook.shown[before:] if one.chat == "mia"]


async def test_what_does_not_fit_is_kept_and_shown_and_never_applied(market: Market) -> None:
    page = await paying(market)
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
        assert await state_of(market) is State.OPENED, name
    flagged = [one for one in market.town.notebook.shown if one.message.title == "Please check"]
    assert len(flagged) == len(wrong)


async def test_late_money_goes_back_once_though_two_notices_tell_of_it(market: Market) -> None:
    market.till.pay(await paying(market))
    told = market.till.webhooks[-1]
    async with market.town.database.begin() as work:
        request = await work.payments.request(1)
        assert request is not None
        request.state = State.CANCELLED
        await record(market.town.house, work, "till", [told, replace(told, event_id="another notice")])
    await market.carry_out()
    assert [each.amount_minor for each in await market.refunds()] == [PRICE]
    assert market.till.kept == 0


async def test_what_a_gateway_says_of_an_erased_customer_later_is_not_kept(market: Market) -> None:
    request = await paid(market)
    mia = market.town.mia
    await market.hear(mia.presses("privacy.erase"))
    await market.hear(mia.presses("privacy.erased", market.town.notebook.button("privacy.erased")))
    (checkout,) = await market.checkouts()
    market.till.refund_in_dashboard(str(checkout.checkout_ref), 1000)
    told = replace(market.till.webhooks[-1], receipt_url="https://till.invalid/receipts/mia", detail="Mia's card")
    await market.webhook(told)
    now = await fresh(market, request)
    assert (now.refunded_minor, now.receipt_url) == (1000, "")
    async with market.town.database.begin() as work:
        kept = [row.body for row in await work.papers.facts_about(request.id)]
    assert len(kept) > 1 and not any("mia" in body.casefold() for body in kept)

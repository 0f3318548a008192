"""What changes a sum before it is paid: coupons and tips, and what gateway and evidence say to it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.checkout.changing import CannotChange
from handlers.checkout.may_pay import CHANGED, may_pay
from handlers.messages import Button
from handlers.papers.chain import Pack
from handlers.papers.evidence import make_evidence
from handlers.pay_page import begin_checkout
from handlers.pay_sum import choose_tip, use_coupon
from payments.facts import Fact, FactKind, Source
from payments.machine import State
from payments.money import Money
from tests.handlers.market import Market
from tests.handlers.stall import answer, ask, card, coupon, fresh, pay, rows, team_says, uses
from tests.handlers.town import START


async def test_a_coupon_in_the_chat_changes_the_card_in_place(market: Market) -> None:
    await coupon(market)
    request = await ask(market)
    mia = market.town.mia
    await market.hear(mia.presses("pay.coupon", market.town.notebook.button("pay.coupon")), mia.says("spring"))
    assert (await fresh(market, request)).amount_minor == 10962
    assert rows(card(market, "mia", "$109.62"))["Coupon SPRING"] == "\N{MINUS SIGN}$12.18"
    await market.hear(mia.presses("pay.coupon", str(request.id)), mia.says("summer"))
    assert "no such coupon" in answer(market).text


async def test_a_coupon_can_be_entered_beside_the_call_too(market: Market) -> None:
    await coupon(market)
    request = await ask(market)
    async with market.town.database.begin() as work:
        case = await work.talk.conversation(1)
        assert case is not None
    beside = replace(market.town.mia, person_id=case.customer_id).on_page(1, 1)
    await market.hear(beside.presses("pay.coupon", str(request.id)), beside.says("spring"))
    assert (await fresh(market, request)).amount_minor == 10962


async def test_tips_are_offered_on_the_card_and_chosen_by_its_customer_alone(market: Market) -> None:
    await team_says(market, tips="10,20")
    request = await ask(market, "49 USD Consultation")
    assert [b.label for b in tips_on(market)] == ["Tip 10 %", "Tip 20 %"]
    for stranger in (market.town.noor, market.desk):
        await market.hear(stranger.presses("pay.tip", f"{request.id}|20"))
    assert (await fresh(market, request)).amount_minor == 4900
    await market.hear(market.town.mia.presses("pay.tip", tips_on(market)[1].value))
    assert ((await fresh(market, request)).amount_minor, (await fresh(market, request)).tip_minor) == (5880, 980)
    assert [b.label for b in tips_on(market)] == ["Tip 10 %", "No tip"]
    await pay(market, await fresh(market, request))
    assert tips_on(market) == []
    await market.hear(market.town.mia.presses("pay.tip", f"{request.id}|0"))
    assert answer(market).text == "This has been paid. Thank you."


async def test_with_a_deposit_the_tip_waits_for_the_rest(market: Market) -> None:
    await team_says(market, tips="10")
    request = await ask(market, "49 USD Consultation; deposit 50%")
    assert tips_on(market) == []
    await market.hear(market.town.mia.presses("pay.tip", f"{request.id}|10"))
    assert "No tip can be given" in answer(market).text


def tips_on(market: Market) -> list[Button]:
    """The tips that the customer's newest card offers."""
    shown = card(market, "mia", ": $")
    return [button for row in shown.buttons for button in row if button.action == "pay.tip"]


async def test_nobody_else_can_touch_somebodys_sum(market: Market) -> None:
    await coupon(market)
    request = await ask(market)
    await market.hear(market.town.noor.fills("pay.coupon", str(request.id), code="SPRING"))
    assert (await fresh(market, request)).amount_minor == 12180


async def test_the_last_use_of_a_coupon_is_had_by_one_and_free_again_when_that_one_ends(market: Market) -> None:
    await coupon(market, most_uses=1)
    first, second = await ask(market), await ask(market)
    house = market.town.house
    await use_coupon(house, first.code, "SPRING")
    await use_coupon(house, first.code, "SPRING")
    with pytest.raises(CannotChange, match="used up"):
        await use_coupon(house, second.code, "SPRING")
    assert ((await fresh(market, second)).amount_minor, await uses(market)) == (12180, 1)
    await market.hear(market.desk.presses("pay.withdraw", str(first.id)))
    await use_coupon(house, second.code, "SPRING")
    await market.wait(hours=1)
    assert ((await fresh(market, second)).state, await uses(market)) == (State.EXPIRED, 0)


async def test_a_coupon_of_a_customer_who_is_erased_may_be_used_by_another(market: Market) -> None:
    await coupon(market, most_uses=1)
    request = await ask(market)
    await use_coupon(market.town.house, request.code, "SPRING")
    assert await uses(market) == 1
    mia = market.town.mia
    await market.hear(mia.presses("privacy.erase"))
    await market.hear(mia.presses("privacy.erased", market.town.notebook.button("privacy.erased")))
    assert ((await fresh(market, request)).state, await uses(market)) == (State.CANCELLED, 0)


async def test_a_coupon_that_was_paid_with_counts_once(market: Market) -> None:
    await coupon(market, most_uses=1)
    request = await ask(market)
    await use_coupon(market.town.house, request.code, "SPRING")
    await pay(market, await fresh(market, request))
    assert ((await fresh(market, request)).state, await uses(market)) == (State.PAID, 1)


async def test_a_coupon_of_a_request_that_is_paid_after_its_end_counts_after_all(market: Market) -> None:
    await coupon(market, most_uses=1)
    request = await ask(market)
    await use_coupon(market.town.house, request.code, "SPRING")
    url = await begin_checkout(market.town.house, request.code, agreed=10962)
    page = url.rpartition("/")[2]
    market.till.pay(page)
    async with market.town.database.begin() as work:
        locked = await work.payments.request(request.id)
        assert locked is not None
        locked.state = State.EXPIRED
        await work.pricing.free(request.id)
    assert await uses(market) == 0
    await market.webhook(market.till.webhooks[-1])
    assert ((await fresh(market, request)).state, await uses(market)) == (State.PAID, 1)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"starts_on": "2026-03-03"}, "for later"),
        ({"ends_on": "2026-03-01"}, "ended on"),
        ({"percent": None, "sum_minor": 500, "currency": "EUR"}, "payments in EUR"),
        ({"percent": 10000}, "would be left to pay"),
        ({"retired": True}, "No coupon can be used"),
    ],
)
async def test_a_coupon_that_does_not_hold_says_why(market: Market, columns: dict[str, object], sentence: str) -> None:
    await coupon(market, **columns)
    request = await ask(market)
    with pytest.raises(CannotChange, match=sentence):
        await use_coupon(market.town.house, request.code, "SPRING")
    assert ((await fresh(market, request)).amount_minor, await uses(market)) == (12180, 0)


@pytest.mark.parametrize(("zone", "holds"), [("Pacific/Honolulu", True), ("Europe/Berlin", False)])
async def test_a_coupons_last_day_is_the_teams_own(market: Market, zone: str, *, holds: bool) -> None:
    # 09:00 UTC on the second of March is still the first in Honolulu.
    await team_says(market, zone=zone)
    await coupon(market, ends_on="2026-03-01")
    request = await ask(market)
    if holds:
        await use_coupon(market.town.house, request.code, "SPRING")
    else:
        with pytest.raises(CannotChange, match="ended on"):
            await use_coupon(market.town.house, request.code, "SPRING")


async def test_money_for_a_sum_that_was_changed_meanwhile_goes_back(market: Market) -> None:
    await team_says(market, tips="10")
    request = await ask(market)
    url = await begin_checkout(market.town.house, request.code, agreed=12180)
    await choose_tip(market.town.house, request.code, "10")
    await market.carry_out()
    old = url.rpartition("/")[2]
    assert market.till.sessions[old].status == "over"
    market.till.pay_late(old)
    await market.webhook(market.till.webhooks[-1])
    await market.carry_out()
    assert market.till.kept == 0
    assert (await fresh(market, request)).state not in {State.PAID, State.REFUNDED}
    await pay(market, await fresh(market, request))
    assert ((await fresh(market, request)).state, market.till.kept) == (State.PAID, 13398)


async def test_an_invoice_for_the_sum_before_is_refused_at_the_last_word(market: Market) -> None:
    await team_says(market, tips="10")
    request = await ask(market)
    await begin_checkout(market.town.house, request.code, agreed=12180)
    (checkout,) = await market.checkouts()
    question = Fact(
        kind=FactKind.OPENED, gateway="till", at=market.town.clock(), source=Source.WEBHOOK, live=False,
        event_id="asked:1", reference=checkout.reference, asked=Money(12180, "USD"), detail="mia",
    )  # fmt: skip
    assert await may_pay(market.town.house, question) == ""
    await choose_tip(market.town.house, request.code, "10")
    assert await may_pay(market.town.house, question) == CHANGED


async def test_evidence_tells_the_arithmetic_and_when_it_was_agreed_to(market: Market) -> None:
    request = await ask(market)
    market.town.clock.pass_by(minutes=3)
    await pay(market, request)
    async with market.town.database.begin() as work:
        told = await work.payments.request(request.id)
        assert told is not None
        pack = Pack.model_validate_json((await make_evidence(work, told)).body)
    offer = next(line for line in pack.lines if line.what.startswith("The request was written"))
    agreed = next(line for line in pack.lines if "agreed to pay it" in line.what)
    assert (offer.facts["2 × $49.00 Consultation"], offer.facts["Total"]) == ("$98.00", "$121.80")
    assert (agreed.facts["sum"], agreed.at) == ("$121.80", START + timedelta(minutes=3))

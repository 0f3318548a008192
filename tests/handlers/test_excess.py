"""More arrives than was asked for: the desk is shown it, takes it with one tap, and what is too much goes back."""

from dataclasses import replace

from payments.facts import Fact, Source
from payments.machine import State
from payments.money import Money
from storage.tables import PaymentRequest
from tests.handlers.market import PRICE, Market
from tests.handlers.stall import answer, ask, card, fresh, press, team_says

TOO_MUCH = 1000


async def overpaid(market: Market) -> tuple[PaymentRequest, Fact]:
    """The customer's bank has sent ten dollars too much."""
    request = await ask(market, "49 USD Consultation")
    page = await market.open(request)
    market.till.pay(page)
    market.till.sessions[page].captured = PRICE + TOO_MUCH
    fact = replace(market.till.webhooks[-1], captured=Money(PRICE + TOO_MUCH, "USD"))
    market.till.sessions[page].story[-1] = fact
    await market.webhook(fact)
    return request, fact


async def test_it_is_shown_and_not_applied_and_one_tap_takes_it_and_sends_the_rest_back(market: Market) -> None:
    request, _ = await overpaid(market)
    assert (await fresh(market, request)).state is State.OPENED
    (button,) = card(market, "acme-desk", "Please check").buttons[0]
    assert button.label == "Take it, refund $10.00"
    await press(market, "pay.excess")
    after = await fresh(market, request)
    assert (after.state, after.captured_minor, after.refunded_minor) == (State.PAID, PRICE + TOO_MUCH, TOO_MUCH)
    assert market.till.kept == PRICE
    said = [one.message.text for one in market.town.notebook.shown if one.chat == "mia"]
    assert "Refunded: $10.00, which was too much for Consultation." in said
    assert [one.event for one in await market.told()] == ["payment.paid"], "what was bought stays bought"


async def test_a_second_tap_and_what_is_told_again_change_nothing(market: Market) -> None:
    request, fact = await overpaid(market)
    for _ in range(2):
        await press(market, "pay.excess")
    assert "seen to already" in answer(market).text
    before = len(market.town.notebook.shown)
    await market.webhook(replace(fact, event_id="", source=Source.POLL))
    flags = [one for one in market.town.notebook.shown[before:] if one.message.title == "Please check"]
    assert (flags, market.till.kept, len(market.till.refunds)) == ([], PRICE, 1)
    await market.hear(market.desk.does("refund"))
    await press(market, "refund.yes")
    assert ((await fresh(market, request)).state, market.till.kept) == (State.REFUNDED, 0)


async def test_above_the_limit_a_colleague_says_yes_to_what_goes_back(market: Market) -> None:
    request, _ = await overpaid(market)
    await team_says(market, approve_above_minor=500)
    await press(market, "pay.excess")
    assert ((await fresh(market, request)).state, market.till.kept) == (State.PAID, PRICE + TOO_MUCH)
    await market.hear(market.colleague.presses("refund.approve", market.town.notebook.button("refund.approve")))
    assert market.till.kept == PRICE


async def test_what_does_not_fit_in_another_way_has_no_such_button(market: Market) -> None:
    _, fact = await overpaid(market)
    for wrong in (replace(fact, live=True), replace(fact, reference="co_other")):
        await market.webhook(replace(wrong, event_id=f"evt_{wrong.reference}_{wrong.live}"))
        assert card(market, "acme-desk", "Please check").buttons == ()


async def test_a_tap_on_another_requests_fact_takes_nothing(market: Market) -> None:
    first, _ = await overpaid(market)
    fact_id = market.town.notebook.button("pay.excess").partition("|")[2]
    other = await ask(market, "20 USD Materials")
    await market.hear(market.desk.presses("pay.excess", f"{other.id}|{fact_id}"))
    assert "nothing of that kind" in answer(market).text
    assert (await fresh(market, first)).state is State.OPENED

"""Requests of several lines, from the agent's words to the customer's card; deposits and their rests."""

from datetime import timedelta

import pytest

from handlers.checkout.resting import sweep_rests
from handlers.fulfilment import Fulfilment
from payments.machine import State
from storage.tables import BookingState
from tests.handlers.market import Market
from tests.handlers.stall import LINES, answer, ask, booked, card, fresh, pay, press, rows, team_says


async def test_the_agent_and_the_customer_see_the_same_arithmetic(market: Market) -> None:
    request = await ask(market)
    expected = {
        "2 × $49.00 Consultation": "$98.00", "Materials": "$20.00", "Tax 19 % on top": "$3.80", "Total": "$121.80",
        "Tax included": "$3.80 (19 %)",
    }  # fmt: skip
    preview = next(one for _, one in market.town.notebook.answers if one.title == "Ask Mia for $121.80?")
    for seen in (preview, card(market, "mia", "To pay"), card(market, "acme-desk", "Waiting for payment")):
        assert expected.items() <= rows(seen).items()
    await pay(market, request)
    assert (await fresh(market, request)).state is State.PAID


async def test_one_sum_looks_as_ever(market: Market) -> None:
    await market.hear(market.desk.does("pay", "49 USD Consultation"))
    assert list(rows(answer(market))) == ["Case", "For", "Payee", "Pay until"]


async def test_a_bare_rate_is_asked_for_and_the_tap_answers(market: Market) -> None:
    await market.hear(market.desk.does("pay", "49 Consultation; 20 Materials 19%"))
    question = answer(market)
    assert question.title.endswith("What is 19 % in “20 Materials 19%”?")
    await market.hear(market.desk.presses("form.answer", question.buttons[1][0].value))
    assert rows(answer(market))["Tax included"] == "$3.19 (19 %)"


async def test_lines_and_a_deposit_are_added_to_a_preview_step_by_step(market: Market) -> None:
    await market.hear(market.desk.does("pay", "49 Consultation"))
    await press(market, "pay.line")
    await market.hear(market.desk.says("2 x 10"), market.desk.says("Bands"), market.desk.says("+19%"))
    assert rows(answer(market))["Total"] == "$72.80"
    await press(market, "pay.deposit")
    await market.hear(market.desk.says("25%"))
    seen = answer(market)
    assert (seen.title, rows(seen)["Rest, later"]) == ("Ask Mia for $18.20?", "$54.60")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("10 EUR", "Bands", "no tax"), "in USD"),
        (("10", "Bands; tape", "no tax"), "tape"),
        (("ten", "Bands", "x"), "no amount"),
    ],
)
async def test_a_line_that_does_not_fit_says_why_and_changes_nothing(
    market: Market, words: tuple[str, ...], sentence: str
) -> None:
    await market.hear(market.desk.does("pay", "49 Consultation"))
    await press(market, "pay.line")
    await market.hear(*map(market.desk.says, words))
    assert sentence in answer(market).plain
    assert (await market.requests())[-1].amount_minor == 4900


async def test_a_button_whose_sum_is_out_of_date_asks_for_nothing(market: Market) -> None:
    await market.hear(market.desk.does("pay", "49 Consultation"))
    old = market.town.notebook.button("pay.send")
    await press(market, "pay.line")
    await market.hear(market.desk.says("10"), market.desk.says("Bands"), market.desk.says("no tax"))
    await market.hear(market.desk.presses("pay.send", old))
    assert "out of date" in answer(market).text
    assert (await market.requests())[-1].sent_at is None


async def test_a_deposit_below_the_limit_of_a_whole_above_it_needs_a_colleague(market: Market) -> None:
    await team_says(market, approve_above_minor=10000)
    request = await ask(market, f"{LINES}; deposit 30%")
    assert (request.amount_minor, request.sent_at) == (3654, None)
    await market.hear(market.colleague.presses("pay.approve", market.town.notebook.button("pay.approve")))
    assert (await fresh(market, request)).sent_at is not None


async def test_deposit_and_rest_are_two_payments_that_make_the_whole(market: Market) -> None:
    deposit = await ask(market, f"{LINES}; deposit 30%")
    assert "Ask for the rest" not in card(market, "acme-desk", "Waiting").model_dump_json()
    await pay(market, deposit)
    await press(market, "pay.rest")
    rest = (await market.requests())[-1]
    assert (rest.rest_of_id, rest.amount_minor) == (deposit.id, 12180 - 3654)
    assert rows(card(market, "mia", "To pay: $85.26"))["Deposit, paid"] == "\N{MINUS SIGN}$36.54"
    await market.hear(market.desk.presses("pay.rest", str(deposit.id)))
    assert len(await market.requests()) == 2, "the rest is asked for once"
    await pay(market, rest)
    assert market.till.kept == 12180


async def test_an_end_on_another_day_says_which(market: Market) -> None:
    await ask(market, "49 Consultation, valid 2 d")
    assert rows(card(market, "mia", "To pay"))["Pay until"] == "Wed 4 Mar, 10:00, Berlin (UTC+1)"


async def test_a_rest_that_was_withdrawn_can_be_asked_for_again(market: Market) -> None:
    deposit = await ask(market, f"{LINES}; deposit 30%")
    await pay(market, deposit)
    await press(market, "pay.rest")
    await press(market, "pay.withdraw")
    await press(market, "pay.rest")
    assert [each.state for each in await market.requests()] == [State.PAID, State.CANCELLED, State.REQUESTED]


async def test_the_end_of_what_was_booked_brings_the_rest(market: Market) -> None:
    booking = await booked(market, starts_in=30)
    deposit = await ask(market, f"{LINES}; deposit 30%")
    await pay(market, deposit)
    async with market.town.database.begin() as work:
        moved = await work.bookings.get(booking.id)
        assert moved is not None
        moved.ends_at += timedelta(minutes=30)
    market.town.clock.pass_by(minutes=70)
    await sweep_rests(market.town.house)
    assert len(await market.requests()) == 1, "it has moved, and is read anew"
    market.town.clock.pass_by(minutes=30)
    for _ in range(2):
        await sweep_rests(market.town.house)
    rest = (await market.requests())[1:]
    assert [(each.amount_minor, each.sent_at is not None) for each in rest] == [(8526, True)]


async def test_what_was_bought_is_delivered_when_the_rest_is_paid_and_once(market: Market) -> None:
    async with market.town.database.begin() as work:
        service = await work.people.service(market.town.service.id)
        assert service is not None
        service.fulfilment = Fulfilment(text="Your exercises").model_dump_json()
    await booked(market, starts_in=30)
    await pay(market, await ask(market, f"{LINES}; deposit 30%"))

    def delivered() -> int:
        return sum(one.message.text == "Your exercises" for one in market.town.notebook.shown if one.chat == "mia")

    assert delivered() == 0
    await press(market, "pay.rest")
    await pay(market, (await market.requests())[-1])
    assert delivered() == 1


async def test_a_cancelled_booking_brings_no_rest(market: Market) -> None:
    booking = await booked(market, starts_in=30)
    await pay(market, await ask(market, f"{LINES}; deposit 30%"))
    async with market.town.database.begin() as work:
        there = await work.bookings.get(booking.id)
        assert there is not None
        await work.bookings.release(there, BookingState.CANCELLED)
    market.town.clock.pass_by(minutes=90)
    await sweep_rests(market.town.house)
    assert len(await market.requests()) == 1

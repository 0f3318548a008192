"""A booking is cancelled: its open requests are withdrawn, and what was paid goes back as its policy says."""

import pytest

from payments.machine import State
from storage.tables import Booking
from tests.handlers.market import PRICE, Market
from tests.handlers.stall import ask, booked, fresh, heard_by, pay, rows, team_says
from tests.handlers.town import Voice

DAY = 24 * 60


async def policy(market: Market, *, free_hours: int, fee: int) -> None:
    async with market.town.database.begin() as work:
        service = await work.people.service(market.town.service.id)
        assert service is not None
        service.free_cancel_hours, service.late_fee_percent = free_hours, fee


async def cancels(market: Market, voice: Voice, booking: Booking) -> None:
    await market.hear(voice.presses("book.cancelled", str(booking.id)))


async def test_who_cancelled_is_in_the_log(market: Market) -> None:
    booking = await booked(market, starts_in=3 * DAY)
    await cancels(market, market.desk, booking)
    async with market.town.database.begin() as work:
        deeds = [(line.deed, line.actor_id, line.about) for line in await work.audits.of(market.town.team.id)]
    assert (
        "booking cancelled",
        market.town.ana.person_id,
        f"booking {booking.id}, {market.town.service.slug}",
    ) in deeds


async def test_the_agent_sees_for_which_booking_it_is(market: Market) -> None:
    await booked(market, starts_in=3 * DAY)
    await market.hear(market.desk.does("pay", "49 USD"))
    preview = market.town.notebook.answers[-1][1]
    assert "Booking" in rows(preview) and rows(preview)["For"] == market.town.service.name


@pytest.mark.parametrize(
    ("starts_in", "fee", "kept"), [(3 * DAY, 100, 0), (60, 40, PRICE * 40 // 100), (60, 100, PRICE), (60, 0, 0)]
)
async def test_a_customer_gets_back_what_the_policy_leaves_them(
    market: Market, starts_in: int, fee: int, kept: int
) -> None:
    await policy(market, free_hours=24, fee=fee)
    booking = await booked(market, starts_in=starts_in)
    await pay(market, await ask(market, "49 USD"))
    for _ in range(2):
        await cancels(market, market.town.mia, booking)
    assert market.till.kept == kept
    for chat in ("mia", "acme-desk"):
        assert heard_by(market, chat, "goes back, as the booking was cancelled") == (kept < PRICE)


async def test_what_has_gone_back_before_counts(market: Market) -> None:
    await policy(market, free_hours=24, fee=50)
    booking = await booked(market, starts_in=60)
    await pay(market, await ask(market, "49 USD"))
    await market.hear(market.desk.does("refund", "10"))
    await market.hear(market.desk.presses("refund.yes", market.town.notebook.button("refund.yes")))
    await cancels(market, market.town.mia, booking)
    assert market.till.kept == PRICE // 2


async def test_what_cannot_go_back_while_another_refund_is_under_way_is_left_to_the_desk(market: Market) -> None:
    booking = await booked(market, starts_in=3 * DAY)
    await pay(market, await ask(market, "49 USD"))
    await market.hear(market.desk.does("refund", "10"))
    yes = market.desk.presses("refund.yes", market.town.notebook.button("refund.yes"))
    # Both before the gateway is asked.
    await market.town.hear(yes)
    await market.town.hear(market.town.mia.presses("book.cancelled", str(booking.id)))
    await market.carry_out()
    assert market.till.kept == PRICE - 1000
    assert heard_by(market, "acme-desk", "by the policy $49.00 for") == 1
    assert heard_by(market, "mia", "goes back, as the booking was cancelled") == 0


async def test_who_is_sent_away_by_the_team_gets_everything_back(market: Market) -> None:
    await policy(market, free_hours=24, fee=100)
    booking = await booked(market, starts_in=60)
    await pay(market, await ask(market, "49 USD"))
    await market.hear(market.desk.presses("book.cancel", str(booking.id)))
    assert "all that was paid" in market.town.notebook.answers[-1][1].text
    await cancels(market, market.desk, booking)
    assert market.till.kept == 0


async def test_what_is_not_paid_yet_is_withdrawn_and_late_money_goes_back(market: Market) -> None:
    booking = await booked(market, starts_in=3 * DAY)
    request = await ask(market, "49 USD")
    page = await market.open(request)
    market.till.pay(page)
    await cancels(market, market.town.mia, booking)
    assert (await fresh(market, request)).state is State.CANCELLED
    await market.reconcile()
    assert market.till.kept == 0


async def test_money_for_a_request_that_ended_before_its_booking_was_cancelled_goes_back(market: Market) -> None:
    booking = await booked(market, starts_in=3 * DAY)
    request = await ask(market, "49 USD")
    page = await market.open(request)
    await market.wait(hours=3)
    assert (await fresh(market, request)).state is State.EXPIRED
    await cancels(market, market.town.mia, booking)
    market.till.pay_late(page)
    await market.webhook(market.till.webhooks[-1])
    assert market.till.kept == 0
    for chat in ("mia", "acme-desk"):
        assert heard_by(market, chat, "although the booking had been cancelled") == 1


async def test_money_that_comes_late_for_a_booking_that_stands_is_taken(market: Market) -> None:
    await booked(market, starts_in=3 * DAY)
    request = await ask(market, "49 USD")
    page = await market.open(request)
    await market.wait(hours=3)
    market.till.pay_late(page)
    await market.webhook(market.till.webhooks[-1])
    assert ((await fresh(market, request)).state, market.till.kept) == (State.PAID, PRICE)


async def test_above_the_limit_somebody_of_the_desk_says_yes(market: Market) -> None:
    booking = await booked(market, starts_in=3 * DAY)
    await pay(market, await ask(market, "49 USD"))
    await team_says(market, approve_above_minor=2000)
    await cancels(market, market.town.mia, booking)
    assert market.till.kept == PRICE
    assert heard_by(market, "mia", "is to go back") == 1
    await market.hear(market.desk.presses("refund.approve", market.town.notebook.button("refund.approve")))
    assert market.till.kept == 0


async def test_a_refund_that_was_announced_and_is_refused_is_told_to_the_customer(market: Market) -> None:
    booking = await booked(market, starts_in=3 * DAY)
    await pay(market, await ask(market, "49 USD"))
    await team_says(market, approve_above_minor=2000)
    await cancels(market, market.town.mia, booking)
    for _ in range(2):
        await market.hear(market.desk.presses("refund.refuse", market.town.notebook.button("refund.refuse")))
    assert market.till.kept == PRICE
    assert heard_by(market, "mia", "does not go back") == 1


async def test_what_was_asked_for_without_a_booking_stays(market: Market) -> None:
    request = await ask(market, "20 USD Materials")
    await pay(market, request)
    booking = await booked(market, starts_in=3 * DAY)
    await cancels(market, market.town.mia, booking)
    assert (await fresh(market, request)).state is State.PAID

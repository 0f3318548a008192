"""A paid booking is moved: it stays paid, on either platform, whoever moves it."""

import pytest

from tests.stories.script import booked_and_paid
from tests.stories.stage import Stage

pytestmark = pytest.mark.long


@pytest.mark.parametrize("platform", ["telegram", "slack"])
async def test_a_customer_moves_a_paid_booking_and_an_agent_moves_it_again(stage: Stage, platform: str) -> None:
    customer, agent = await booked_and_paid(stage, platform)
    await customer.taps("Move")
    await customer.hears("which day", "You can move it free of charge")
    await customer.taps("Tomorrow")
    await customer.taps("09:00")
    await customer.hears("Move it?", "10:00–10:30", "09:00–09:30", "What was paid stays paid")
    await customer.taps("Confirm")
    await customer.hears("Your booking", "09:00–09:30")
    await agent.hears("Moved by ", "Consultation")

    await agent.taps("Move")
    await agent.taps("Tomorrow")
    await agent.taps("08:30")
    await agent.hears("Move it?", "09:00–09:30", "08:30–09:00", "What was paid stays paid")
    await agent.taps("Confirm")
    await customer.hears("Moved by ", "09:00–09:30", "08:30–09:00")
    await customer.hears("Your booking", "08:30–09:00")
    assert customer.count("Your booking") == 1
    assert not stage.cast.stripe.books.refunds

"""A paid booking is cancelled: its customer gets the money back without asking, on either platform."""

import pytest

from tests.stories.script import asks, booked_and_paid
from tests.stories.stage import Stage

pytestmark = pytest.mark.long


@pytest.mark.parametrize("platform", ["telegram", "slack"])
async def test_a_customer_cancels_and_is_paid_back(stage: Stage, platform: str) -> None:
    customer, agent = await booked_and_paid(stage, platform)
    await asks(customer, agent, "20 USD Materials", "$20.00")

    await customer.taps("Cancel booking")
    await customer.hears("Cancel Consultation?", "You can cancel free of charge")
    await customer.taps("Yes, cancel it")
    await customer.hears("$49.00 for Consultation goes back, as the booking was cancelled.")
    await agent.hears("$49.00 for Consultation goes back, as the booking was cancelled.")
    await customer.hears("Withdrawn: $20.00")
    await customer.hears("Refunded: $49.00", without="for Consultation")
    await agent.hears("Refunded: $49.00", without="for Consultation")
    assert [refund["amount"] for refund in stage.cast.stripe.books.refunds.values()] == [4900]

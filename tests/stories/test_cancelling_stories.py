"""A paid booking is cancelled: its customer gets the money back without asking, on either platform."""

import pytest

from tests.stories.people import OnTelegram
from tests.stories.script import Human, asks, claims
from tests.stories.stage import Stage

pytestmark = pytest.mark.long


def people(stage: Stage, customer: str) -> tuple[Human, Human]:
    """A customer on that platform, and an agent on the other one."""
    return (stage.mia, stage.ana) if customer == "telegram" else (stage.carla, stage.ana_on_telegram)


@pytest.mark.parametrize("platform", ["telegram", "slack"])
async def test_a_customer_cancels_and_is_paid_back(stage: Stage, platform: str) -> None:
    customer, agent = people(stage, platform)
    await customer.starts()
    await customer.taps("Book")
    if isinstance(customer, OnTelegram):
        await customer.taps("Berlin")
    for label in ("Consultation", "Tomorrow", "10:00", "Confirm"):
        await customer.taps(label)
    await customer.hears("Your booking")
    await agent.hears("Case 1")
    await claims(customer, agent)
    session = await stage.session_of(await asks(customer, agent))
    await stage.cast.stripe.pay(session)
    await customer.hears("Paid: $49.00")
    await agent.hears("Paid: $49.00", "How we know")
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

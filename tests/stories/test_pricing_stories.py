"""Several lines, a deposit and its rest, a coupon and a tip, told on both platforms."""

import httpx2
import pytest

from storage.tables import Coupon
from tests.stories.people import OnSlack, OnTelegram
from tests.stories.script import claims, in_conversation, writes_in
from tests.stories.stage import Stage

pytestmark = pytest.mark.long


async def offers(stage: Stage) -> None:
    """The team suggests a tip and takes a coupon."""
    async with stage.app.house.database.begin() as work:
        (team,) = await work.people.teams()
        team.tips = "10"
        await work.pricing.add(Coupon(team_id=team.id, code="SPRING", percent=1000, most_uses=5))


async def agrees_and_pays(stage: Stage, customer: OnTelegram | OnSlack, shown: str, minor: int) -> None:
    """The customer opens the pay page, says yes to the sum there, and pays at Stripe."""
    url = await customer.taps(f"Pay {shown}")
    async with httpx2.AsyncClient(follow_redirects=False) as browser:
        page = await browser.get(url)
        assert f"I agree to pay <strong>{shown}</strong>" in page.text
        gone = await browser.post(url, data={"agree": str(minor)}, headers={"origin": stage.url})
    assert gone.status_code == 303, gone.text
    await stage.cast.stripe.pay(gone.headers["location"].rstrip("/").rpartition("/")[2])


def paid_at_stripe(stage: Stage) -> int:
    """All that was paid, in minor units, by Stripe's own books."""
    sessions = stage.cast.stripe.sessions.values()
    return sum(session["amount_total"] for session in sessions if session["payment_status"] == "paid")


async def test_a_deposit_now_and_the_rest_later(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    await ana.says("!pay 2 x 49 Consultation; 20 Materials +19%; deposit 30%")
    await ana.hears("Ask Mia Schneider for $36.54?", "2 × $49.00 Consultation", "$121.80", "Rest, later")
    await ana.taps("Ask for $36.54")
    await mia.hears("To pay: $36.54", "2 × $49.00 Consultation: $98.00", "Deposit now, 30 %: $36.54")
    await agrees_and_pays(stage, mia, "$36.54", 3654)
    await mia.hears("Paid: $36.54")
    await ana.taps("Ask for the rest $85.26")
    await mia.hears("To pay: $85.26", "Deposit, paid: −$36.54")
    await agrees_and_pays(stage, mia, "$85.26", 8526)
    await mia.hears("Paid: $85.26")
    await ana.hears("Paid: $85.26", "confirmed by webhook from Stripe")
    assert paid_at_stripe(stage) == 12180


async def test_lines_by_questions_on_telegram_and_a_coupon_by_a_modal_on_slack(stage: Stage) -> None:
    carla, ana = stage.carla, stage.ana_on_telegram
    await offers(stage)
    await writes_in(carla, ana)
    await claims(carla, ana)
    await ana.says("/pay 49 Consultation")
    await ana.taps("Add a line")
    await ana.fills(How_much="20", What_for="Materials", Its_tax="19%")
    await ana.taps("19 % tax on top")
    await ana.taps("Ask for $72.80")
    await carla.hears("To pay: $72.80", "Tax 19 % on top")
    await carla.taps("Enter a coupon")
    await carla.fills(**{"Which code?": "spring"})
    await carla.hears("To pay: $65.52", "Coupon SPRING")
    await ana.hears("Waiting for payment: $65.52")
    await agrees_and_pays(stage, carla, "$65.52", 6552)
    await carla.hears("Paid: $65.52")
    assert paid_at_stripe(stage) == 6552


async def test_lines_by_a_modal_on_slack_and_a_coupon_by_a_question_on_telegram(stage: Stage) -> None:
    await offers(stage)
    mia, ana = await in_conversation(stage)
    await ana.says("!pay 49 Consultation")
    await ana.taps("Add a line")
    await ana.fills(**{"How much?": "2 x 10", "What for?": "Bands", "Its tax?": "19%"})
    await ana.fills(**{"What is 19 % in “2 x 10 Bands 19%”?": "19 % tax in the price"})
    await ana.taps("Deposit")
    await ana.fills(**{"How much now?": "50%"})
    await ana.taps("Ask for $34.50")
    await mia.hears("To pay: $34.50", "2 × $10.00 Bands: $20.00")
    await mia.taps("Enter a coupon")
    await mia.hears("Which code?")
    await mia.says("spring")
    await mia.hears("To pay: $31.05", "Rest, later: $31.05")
    assert mia.count("To pay") == 1, "the card is edited in place"


@pytest.mark.parametrize("platform", ["telegram", "slack"])
async def test_a_tip_is_one_tap_in_the_chat(stage: Stage, platform: str) -> None:
    await offers(stage)
    customer, agent = (stage.mia, stage.ana) if platform == "telegram" else (stage.carla, stage.ana_on_telegram)
    await writes_in(customer, agent)
    await claims(customer, agent)
    await agent.says("!pay 49 USD Consultation")
    await agent.taps("Ask for $49.00")
    await customer.hears("To pay: $49.00")
    await customer.taps("Tip 10 %")
    await customer.hears("To pay: $53.90", "Tip", "$4.90")
    await agent.hears("Waiting for payment: $53.90")
    await customer.taps("No tip")
    await customer.hears("To pay: $49.00")
    await customer.taps("Tip 10 %")
    await agrees_and_pays(stage, customer, "$53.90", 5390)
    await customer.hears("Paid: $53.90", "Tip")
    assert paid_at_stripe(stage) == 5390

"""Each gateway in Chromium, for customers and desks on either platform, from the chat's link and beside the call."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.databases import Pool
from tests.pages.stage import PLACES, check_access
from tests.stories import tills
from tests.stories.people import OnTelegram
from tests.stories.script import Human, asks, claims, writes_in
from tests.stories.stage import TEAM, Stage, set_up
from tests.stories.test_telegram_moves import founds
from tests.stories.tills import DOLLARS, STARS, Till, Way, choose, press

pytestmark = pytest.mark.long

FULL = 'gateway = ["stripe", "paypal", "razorpay", "phonepe", "telegram", "pretend"]'

EVERYWHERE = [
    (tills.STRIPE, "telegram", "slack", "chat"),
    (tills.STRIPE, "slack", "telegram", "room"),
    (tills.STRIPE_INSIDE, "telegram", "telegram", "room"),
    (tills.STRIPE_INSIDE, "slack", "slack", "room"),
    (tills.RAZORPAY, "telegram", "telegram", "room"),
    (tills.RAZORPAY, "slack", "slack", "chat"),
    (tills.RAZORPAY_CODE, "telegram", "slack", "room"),
    (tills.RAZORPAY_CODE, "slack", "telegram", "chat"),
    (tills.PAYPAL, "telegram", "slack", "room"),
    (tills.PAYPAL, "slack", "telegram", "chat"),
    (tills.PHONEPE, "telegram", "telegram", "chat"),
    (tills.PHONEPE, "slack", "slack", "room"),
    (tills.PHONEPE_CODE, "telegram", "slack", "chat"),
    (tills.PHONEPE_CODE, "slack", "telegram", "room"),
    (tills.PRETEND, "telegram", "telegram", "chat"),
    (tills.PRETEND, "slack", "slack", "room"),
    # Telegram's own invoices open in Telegram alone: see below what a customer on Slack is told.
    (tills.TELEGRAM, "telegram", "slack", "chat"),
    (tills.TELEGRAM, "telegram", "telegram", "room"),
    (tills.TELEGRAM_STARS, "telegram", "slack", "room"),
    (tills.TELEGRAM_STARS, "telegram", "telegram", "chat"),
]
"""Who pays how, who asks, and from where it is paid."""


@pytest_asyncio.fixture
async def stage(databases: Pool, tmp_path: Path) -> AsyncIterator[Stage]:
    """A team that takes money at every gateway of the sandbox, in Telegram, and at the one that pretends."""
    team = tmp_path / "team.toml"
    team.write_text(TEAM.read_text().replace('gateway = "stripe"', FULL))
    async with set_up(tmp_path, database_url=await databases.ready("sqlite"), team=team, all_gateways=True,
                      telegram_sells=True) as whole:  # fmt: skip
        yield whole


async def meets(stage: Stage, customer: str, desk: str) -> tuple[Human, Human]:
    """A customer and an agent, each on that platform; they talk, and the agent holds the case."""
    buyer = stage.mia if customer == "telegram" else stage.carla
    agent = stage.ana if desk == "slack" else stage.ana_on_telegram
    if isinstance(agent, OnTelegram):
        stage.cast.telegram.people.start(agent.person)
    await writes_in(buyer, agent)
    await claims(buyer, agent)
    return buyer, agent


async def joins(browser: Browser, customer: Human, agent: Human) -> Page:
    """The customer opens the room page from the chat."""
    await agent.taps("Video room")
    room = await (await browser.new_context(reduced_motion="reduce")).new_page()
    await room.goto(await customer.taps("Join the video room"))
    return room


async def asked(stage: Stage, browser: Browser, people: tuple[Human, Human], what: tuple[str, str], place: str) -> Till:
    """The agent asks for money; the customer has the link in the chat, and the card beside the call when there."""
    room = await joins(browser, *people) if place == "room" else None
    return Till(stage, browser, people[0], await asks(*people, *what), what[1], room)


async def gives_back(agent: Human, customer: Human, total: str) -> None:
    """All of it."""
    await agent.taps("Refund")
    await agent.taps(f"Refund {total}")
    await customer.hears(f"Refunded: {total}", without="for Lesson")
    await agent.hears(f"Refunded: {total}", without="for Lesson")


@pytest.mark.parametrize(("way", "customer", "desk", "place"), EVERYWHERE)
async def test_asked_paid_seen_by_both_and_given_back(
    stage: Stage, browser: Browser, way: Way, customer: str, desk: str, place: str
) -> None:
    buyer, agent = await meets(stage, customer, desk)
    total = way.asked[1]
    till = await asked(stage, browser, (buyer, agent), way.asked, place)
    page = await way.opens(till)
    if way.declines:
        await way.declined(till, page)
        await agent.hears(f"A try to pay {total} did not go through")
    await way.paid(till, page)
    await till.shows(f"Paid: {total}")
    await buyer.hears(f"Paid: {total}", way.title)
    await agent.hears(f"Paid: {total}", "How we know", way.title)
    if way.refunds:
        await gives_back(agent, buyer, total)
        await till.shows(f"Refunded: {total}")


@pytest.mark.parametrize(("desk", "place"), [("slack", "chat"), ("telegram", "room")])
async def test_telegrams_own_money_is_not_offered_to_a_customer_on_slack(
    stage: Stage, browser: Browser, desk: str, place: str
) -> None:
    carla, agent = await meets(stage, "slack", desk)
    await agent.says(f"!pay {STARS[0]}")
    await agent.hears("Telegram takes payments of customers on Telegram alone")
    till = await asked(stage, browser, (carla, agent), DOLLARS, place)
    assert not any("Telegram" in label for seen in carla.screen() for label in seen.labels)
    page = await till.pay_page()
    await expect(page.get_by_role("button", name="with PayPal")).to_be_visible()
    await expect(page.get_by_role("button", name="Telegram")).to_have_count(0)


async def test_one_gateway_declines_and_another_is_paid_on_the_same_request(stage: Stage, browser: Browser) -> None:
    carla, ana = await meets(stage, "slack", "slack")
    till = await asked(stage, browser, (carla, ana), DOLLARS, "chat")
    page = await tills.PAYPAL.opens(till)
    await tills.PAYPAL.declined(till, page)
    await carla.hears("did not go through: $49.00")
    await choose(page, "stripe")
    await press(page, "card")
    await expect(page.get_by_text("This has been paid")).to_be_visible()
    await carla.hears("Paid: $49.00", "Stripe")
    await ana.hears("Paid: $49.00", "How we know", "Stripe")


async def test_a_rehearsal_says_so_everywhere(stage: Stage, browser: Browser) -> None:
    carla, ana = await meets(stage, "slack", "telegram")
    till = await asked(stage, browser, (carla, ana), DOLLARS, "chat")
    page = await tills.PRETEND.opens(till)
    await expect(page.get_by_text("PRETEND", exact=True)).to_be_visible()
    await expect(page.get_by_text("No money moves.", exact=True)).to_be_visible()
    await check_access(Axe(), page, places=PLACES[:1] + PLACES[-1:])
    await tills.PRETEND.declined(till, page)
    await expect(page.get_by_role("status")).to_have_text("The pretend card was declined.")
    await tills.PRETEND.paid(till, page)
    await carla.hears("PRETEND, no money moves", "Paid: $49.00", "Pretend gateway")
    await ana.hears("PRETEND, no money moves", "Paid: $49.00", "Pretend gateway")


async def test_an_owner_without_an_account_begins_a_rehearsal_in_the_chat(tmp_path: Path) -> None:
    async with set_up(tmp_path, shared=True, team=None) as stage:
        ana = OnTelegram(stage.cast, 2001)
        await ana.starts()
        await founds(ana, "Yoga People")
        await ana.says("/payments")
        await ana.taps("Rehearse without money")
        await ana.hears("Payments are rehearsed from now on", "no money moves")
        await ana.says("/setup")
        await ana.hears("☑ Payments", "Pretend gateway")
        await ana.says("/payments")
        await ana.hears("payments are pretended, no money moves")
        await ana.taps("End the rehearsal")
        await ana.hears("The rehearsal is over")

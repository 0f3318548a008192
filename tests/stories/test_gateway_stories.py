"""A story for each gateway, on its own page in Chromium: declined, paid, seen at the desk, given back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.databases import Pool
from tests.pages.stage import PLACES
from tests.stories.people import OnTelegram
from tests.stories.script import Human, asks, claims, writes_in
from tests.stories.stage import TEAM, Stage, set_up
from tests.stories.test_telegram_moves import founds

pytestmark = pytest.mark.long

FULL = 'gateway = ["stripe", "paypal", "razorpay", "phonepe", "pretend"]'


@pytest_asyncio.fixture
async def stage(databases: Pool, tmp_path: Path) -> AsyncIterator[Stage]:
    """A team that takes money at every gateway of the sandbox, and at the one that pretends."""
    team = tmp_path / "team.toml"
    team.write_text(TEAM.read_text().replace('gateway = "stripe"', FULL))
    async with set_up(tmp_path, database_url=await databases.ready("sqlite"), team=team, all_gateways=True) as whole:
        yield whole


async def meet(customer: Human, agent: Human) -> None:
    """They talk, and the agent holds the case."""
    await writes_in(customer, agent)
    await claims(customer, agent)


async def at(browser: Browser, address: str, gateway: str) -> Page:
    """The customer opens the pay page in a browser and chooses that gateway."""
    page = await (await browser.new_context(reduced_motion="reduce")).new_page()
    await page.goto(address)
    await choose(page, gateway)
    return page


async def choose(page: Page, gateway: str) -> None:
    """On the pay page: that gateway; its own page opens."""
    before = page.url
    await page.locator(f'form button[name="way"][value="{gateway}"]').click()
    await expect(page).not_to_have_url(before)


async def press(page: Page, deed: str) -> None:
    """A button of the gateway's page, also one that lies behind “more”."""
    button = page.locator(f'button[value="{deed}"]')
    if not await button.is_visible():
        await page.locator("summary").click()
    await button.click()


async def accessible(page: Page) -> None:
    """On a phone in the dark and on a desktop in the light."""
    for width, scheme in PLACES[:1] + PLACES[-1:]:
        await page.set_viewport_size({"width": width, "height": 800})
        await page.emulate_media(color_scheme=scheme)
        result = await Axe().run(page)
        assert result.violations_count == 0, result.generate_report()
        assert await page.evaluate("document.documentElement.scrollWidth") == width


async def gives_back(agent: Human, customer: Human, total: str) -> None:
    """All of it."""
    await agent.taps("Refund")
    await agent.taps(f"Refund {total}")
    await customer.hears(f"Refunded: {total}", without="for Lesson")
    await agent.hears(f"Refunded: {total}", without="for Lesson")


async def test_razorpay_customer_on_telegram_agent_on_slack(stage: Stage, browser: Browser) -> None:
    mia, ana = stage.mia, stage.ana
    await meet(mia, ana)
    page = await at(browser, await asks(mia, ana, "500 INR Lesson", "₹500.00"), "razorpay")
    await press(page, "payment_failed")
    await ana.hears("did not go through: ₹500.00")
    await press(page, "upi")
    await expect(page.get_by_text("This has been paid")).to_be_visible()
    await mia.hears("Paid: ₹500.00", "Razorpay")
    await ana.hears("Paid: ₹500.00", "How we know", "Razorpay")
    await gives_back(ana, mia, "₹500.00")


async def test_paypal_declines_so_stripe_is_paid_customer_on_slack(stage: Stage, browser: Browser) -> None:
    carla, ana = stage.carla, stage.ana
    await meet(carla, ana)
    address = await asks(carla, ana, "49 USD Lesson")
    page = await at(browser, address, "paypal")
    await press(page, "decline")
    await page.goto(address)
    await choose(page, "stripe")
    await press(page, "card")
    await expect(page.get_by_text("This has been paid")).to_be_visible()
    await carla.hears("Paid: $49.00", "Stripe")
    await gives_back(ana, carla, "$49.00")

    page = await at(browser, await asks(carla, ana, "30 USD Lesson", "$30.00"), "paypal")
    await press(page, "pay")
    await expect(page.get_by_text("This has been paid")).to_be_visible()
    await carla.hears("Paid: $30.00", "PayPal")
    await ana.hears("Paid: $30.00", "How we know", "PayPal")
    await gives_back(ana, carla, "$30.00")


async def test_phonepe_from_the_room_page_with_the_desk_on_telegram(stage: Stage, browser: Browser) -> None:
    arjun, ana = stage.arjun, stage.ana_on_telegram
    stage.cast.telegram.people.start(ana.person)
    await meet(arjun, ana)
    await ana.taps("Video room")
    room = await (await browser.new_context(reduced_motion="reduce")).new_page()
    await room.goto(await arjun.taps("Join the video room"))
    await asks(arjun, ana, "500 INR Lesson", "₹500.00")
    card = room.get_by_role("complementary", name="Payment")
    async with room.context.expect_page() as opening:
        await card.get_by_role("link", name="Pay ₹500.00").click()
    page = await opening.value
    await choose(page, "phonepe")
    await press(page, "pay")
    await expect(page.get_by_text("This has been paid")).to_be_visible()
    await expect(card.get_by_role("heading", name="Paid: ₹500.00")).to_be_visible()
    await arjun.hears("Paid: ₹500.00", "PhonePe")
    await ana.hears("Paid: ₹500.00", "How we know", "PhonePe")
    await gives_back(ana, arjun, "₹500.00")


async def test_a_rehearsal_customer_on_slack_desk_on_telegram(stage: Stage, browser: Browser) -> None:
    carla, ana = stage.carla, stage.ana_on_telegram
    stage.cast.telegram.people.start(ana.person)
    await meet(carla, ana)
    page = await at(browser, await asks(carla, ana, "49 USD Lesson"), "pretend")
    await expect(page.get_by_text("PRETEND", exact=True)).to_be_visible()
    await expect(page.get_by_text("No money moves.", exact=True)).to_be_visible()
    await accessible(page)
    await press(page, "declined")
    await expect(page.get_by_role("status")).to_have_text("The pretend card was declined.")
    await carla.hears("did not go through: $49.00")
    await press(page, "paid")
    await expect(page.get_by_text("This has been paid")).to_be_visible()
    await carla.hears("PRETEND, no money moves", "Paid: $49.00", "Pretend gateway")
    await ana.hears("PRETEND, no money moves", "Paid: $49.00", "Pretend gateway")
    await gives_back(ana, carla, "$49.00")


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

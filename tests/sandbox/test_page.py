"""The page itself, in Chromium, used as a person would."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import jwt
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from sandbox.app import Cast
from sandbox.world import World

pytestmark = pytest.mark.browser

PANES = [["[data-mount]"]]
"""What the twins draw has tests of its own."""
FORM: dict[str, Any] = {
    "mode": "payment",
    "client_reference_id": "ord_1",
    "line_items": [
        {"quantity": 1, "price_data": {"currency": "usd", "unit_amount": 4900, "product_data": {"name": "Talk"}}},
    ],
}


@pytest_asyncio.fixture
async def page(browser: Browser, sandbox_server: str) -> AsyncIterator[Page]:
    tab = await browser.new_page(viewport={"width": 1440, "height": 900})
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    await tab.goto(sandbox_server)
    yield tab
    assert errors == []


async def test_the_three_panes_and_the_warning_are_there(page: Page) -> None:
    await expect(page.get_by_role("note")).to_contain_text("SANDBOX")
    for place in ("#customer", "#slack", "#browser", "#tools"):
        await expect(page.locator(place)).to_be_visible()
    await page.get_by_role("tab", name="Team's Telegram group").click()
    await expect(page.locator("#group")).to_be_visible()
    await expect(page.locator("#slack")).to_be_hidden()


async def test_a_phone_shows_one_pane_at_a_time(page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await expect(page.locator("#customer")).to_be_visible()
    await page.get_by_role("tab", name="Slack", exact=True).click()
    await expect(page.locator("#customer")).to_be_hidden()
    await expect(page.locator("#slack")).to_be_visible()
    await page.get_by_role("tab", name="Tools").click()
    await expect(page.locator("#tool-wire")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_the_tools_move_the_world(page: Page, world: World, sandbox_server: str) -> None:
    await page.get_by_role("tab", name="Clock").click()
    await page.get_by_role("button", name="+1 hour").click()
    await expect(page.locator("#shifted")).to_have_text("+1 h")
    assert world.clock.offset.total_seconds() == 3600
    await page.get_by_role("tab", name="Faults").click()
    await page.get_by_label("Trouble").select_option("server_error")
    await page.get_by_role("button", name="Switch on").click()
    await expect(page.locator("#tool-faults")).to_contain_text("server error (500), 1 more")
    async with aiohttp.ClientSession() as program:
        key = {"Authorization": f"Bearer {world.secrets.stripe_api_key}"}
        await program.get(f"{sandbox_server}/stripe/v1/balance", headers=key)
    await page.get_by_role("tab", name="Wire log").click()
    line = page.locator("#tool-wire li").first
    await expect(line).to_contain_text("GET /v1/balance")
    await expect(line).to_contain_text("server error")
    await line.click()
    await expect(line.locator("pre").last).to_contain_text("api_error")


async def test_a_payment_is_made_in_the_customers_browser(page: Page, cast: Cast, sandbox_server: str) -> None:
    session = cast.stripe.books.open(FORM | {"success_url": f"{sandbox_server}/stripe/pay/nothing"})
    cast.world.touched("stripe")  # the API says so by itself; here the books were opened behind its back
    await page.get_by_role("tab", name="Stripe").click()
    await page.get_by_role("button", name="Open pay page").click()
    pay_page = page.frame_locator("#view-customer iframe")
    await pay_page.get_by_label("Test card").select_option("card_declined")
    await pay_page.get_by_role("button", name="Pay $49.00").click()
    await expect(pay_page.get_by_role("alert")).to_contain_text("declined")
    await expect(page.locator("#tool-stripe")).to_contain_text("declined, still open")
    await pay_page.get_by_role("button", name="Pay $49.00").click()
    await expect(page.locator(".stripe-status")).to_have_text("paid")
    assert session["payment_status"] == "paid"


async def test_jitsis_script_seats_two_people_and_tells_of_it(
    browser: Browser, page: Page, world: World, sandbox_server: str
) -> None:
    now = int(time.time())
    claims = {"iss": "sandbox", "aud": "jitsi", "sub": "*", "room": "r-1", "nbf": now - 10, "exp": now + 300}
    tokens = [
        jwt.encode(claims | {"context": {"user": {"id": name, "name": name}}}, world.secrets.jitsi_app_secret)
        for name in ("Ana", "Mia")
    ]
    await page.add_script_tag(url=f"{sandbox_server}/external_api.js")
    await page.evaluate(
        """([domain, jwt]) => {
            window.heard = [];
            window.call = new JitsiMeetExternalAPI(domain, { roomName: "r-1", jwt, parentNode: document.body });
            for (const name of ["videoConferenceJoined", "participantJoined", "participantLeft", "readyToClose"])
                call.addListener(name, (data) => heard.push([name, data.displayName || ""]));
        }""",
        [sandbox_server.removeprefix("http://"), tokens[0]],
    )
    await page.wait_for_function("heard.length === 1")
    other = await browser.new_page()
    await other.goto(f"{sandbox_server}/r-1?jwt={tokens[1]}")
    await page.wait_for_function("call.getNumberOfParticipants() === 2")
    await other.get_by_role("button", name="Leave").click()
    await page.wait_for_function("call.getNumberOfParticipants() === 1")
    await page.evaluate("call.executeCommand('hangup')")
    await page.wait_for_function("heard.some(([name]) => name === 'readyToClose')")
    heard = await page.evaluate("heard")
    assert heard[:3] == [["videoConferenceJoined", "Ana"], ["participantJoined", "Mia"], ["participantLeft", ""]]
    await page.evaluate("call.dispose()")
    assert await page.locator("iframe[title='Video call']").count() == 0


@pytest.mark.parametrize("place", ["/", "/stripe/pay/{session}"])
async def test_the_shell_and_the_pay_page_keep_nobody_out(
    browser: Browser, cast: Cast, sandbox_server: str, place: str
) -> None:
    session = cast.stripe.books.open(FORM | {"success_url": "http://127.0.0.1:9/", "cancel_url": "http://127.0.0.1:9/"})
    tab = await browser.new_page()
    await tab.goto(sandbox_server + place.format(session=session["id"]))
    async with asyncio.timeout(20):
        found = (await Axe().run(tab, {"exclude": PANES})).response["violations"]
    grave = [(item["id"], item["nodes"][0]["html"]) for item in found if item["impact"] in ("serious", "critical")]
    assert grave == [], grave


async def test_show_me_plays_the_story_until_it_is_stopped(page: Page, cast: Cast) -> None:
    await page.get_by_role("button", name="Show me").click()
    await expect(page.locator(".caption")).to_contain_text("opens the front desk")
    await expect(page.locator("#customer")).to_contain_text("/start")
    await page.get_by_role("button", name="Pause").click()
    await page.get_by_role("button", name="Stop").click()
    await expect(page.locator("#player")).to_be_hidden()
    await expect(page.get_by_role("button", name="Show me")).to_be_enabled()

"""Paying where one is: inside the room page, by a code on the screen, and what stays when the form cannot be shown."""

import httpx2
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page, expect

from handlers.checkout.cards import show_request
from payments.machine import State
from sandbox.app import Cast
from tests.pages.stage import Stage, visitor
from tests.pages.test_pay_sum import itemised

pytestmark = pytest.mark.browser


async def asked(stage: Stage, **fields: object) -> str:
    """A request whose cards stand in front of both; the address of its pay page."""
    url = await stage.request(State.REQUESTED, **fields)
    async with stage.house.database.begin() as work:
        request = await work.payments.request_by_code(url.rpartition("/")[2])
        assert request is not None
        await show_request(stage.house, work, request)
    return url


async def sells_in_rupees(stage: Stage) -> None:
    """The team takes money through Razorpay."""
    async with stage.house.database.begin() as work:
        (await work.people.team(stage.team_id)).gateway = "razorpay"


def card_of(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Payment")


async def test_paid_inside_the_room_it_turns_to_paid_on_both_sides(browser: Browser, stage: Stage, axe: Axe) -> None:
    ana, carla = await visitor(browser, stage.agent_link), await visitor(browser, stage.customer_link)
    await asked(stage)
    card = card_of(carla)
    await expect(card.get_by_role("link", name="Pay $49.00")).to_be_visible()
    code = card.get_by_alt_text("QR code of the pay page")
    await expect(code).to_be_visible()
    assert await code.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 0
    await carla.set_viewport_size({"width": 390, "height": 800})
    await expect(code).to_be_hidden()
    assert not (await axe.run(carla)).response["violations"]
    await carla.set_viewport_size({"width": 1280, "height": 800})

    await card.get_by_role("button", name="Pay here with Stripe").click()
    form = carla.frame_locator("iframe[title='Secure payment input frame']")
    await expect(form.get_by_role("heading", name="Pay with card")).to_be_visible()
    # The card above it changes (the form was opened), and what is being filled in stays.
    await expect(card.get_by_role("heading", name="To pay: $49.00")).to_be_visible()
    await form.get_by_role("button", name="Pay $49.00").click()
    for page in (ana, carla):
        await expect(card_of(page).get_by_role("heading", name="Paid: $49.00")).to_be_visible()
    await expect(carla.locator("iframe[title='Secure payment input frame']")).to_have_count(0)
    await expect(card_of(ana).get_by_role("button", name="Pay here")).to_have_count(0)


async def test_a_form_that_cannot_be_shown_leaves_the_pay_page(browser: Browser, stage: Stage, cast: Cast) -> None:
    carla = await visitor(browser, stage.customer_link)
    await carla.route(f"{cast.world.public_url}/static/stripe/stripe.js", lambda route: route.abort())
    url = await asked(stage)
    card = card_of(carla)
    await card.get_by_role("button", name="Pay here with Stripe").click()
    await expect(card.get_by_role("status")).to_contain_text("Use the pay button above")
    await expect(card.get_by_role("link", name="Pay $49.00")).to_have_attribute("href", f"{url}?from=room")


async def test_a_upi_code_on_the_pay_page_and_beside_the_call(
    browser: Browser, stage: Stage, cast: Cast, axe: Axe
) -> None:
    await sells_in_rupees(stage)
    url = await asked(stage, amount_minor=50000, currency="INR", gateway="razorpay")
    carla, desk = await visitor(browser, stage.customer_link), await visitor(browser, url)
    await expect(desk.get_by_alt_text("QR code of this page")).to_be_visible()
    await desk.get_by_role("button", name="UPI QR").click()
    code = desk.get_by_alt_text("UPI code for ₹500.00 to Lotus Clinic")
    await expect(code).to_be_visible()
    assert await code.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 0
    assert not (await axe.run(desk)).response["violations"]

    await card_of(carla).get_by_role("button", name="UPI QR").click()
    await expect(card_of(carla).get_by_alt_text("UPI code")).to_be_visible()
    (scanned,) = cast.razorpay.books.codes
    await cast.razorpay.scan(scanned)
    await expect(desk.get_by_text("This has been paid. Thank you.")).to_be_visible(timeout=15_000)
    await expect(card_of(carla).get_by_role("heading", name="Paid: ₹500.00")).to_be_visible()
    await expect(card_of(carla).get_by_alt_text("UPI code")).to_have_count(0)


async def test_a_sum_with_arithmetic_is_agreed_to_on_the_pay_page_first(stage: Stage) -> None:
    url = await itemised(stage)
    async with httpx2.AsyncClient() as client:
        assert (await client.get(f"{url}/offers")).json() == {"can_pay": True, "upi": [], "forms": []}
        refused = await client.post(f"{url}/forms/stripe")
        assert (refused.status_code, "agree to it" in refused.json()["sentence"]) == (409, True)
        await client.post(url, data={"agree": "12180"})
        assert (await client.get(f"{url}/offers")).json()["forms"] == [{"way": "stripe", "title": "Stripe"}]
        form = (await client.post(f"{url}/forms/stripe")).json()
        assert (await client.post(f"{url}/forms/stripe")).json() == form
    assert form["client_secret"] and form["publishable_key"].startswith("pk_test_")


async def test_the_room_page_allows_the_forms_and_nothing_for_who_does_not_pay(stage: Stage, cast: Cast) -> None:
    async with httpx2.AsyncClient() as client:
        hers = (await client.get(stage.agent_link)).headers
        theirs = (await client.get(stage.customer_link)).headers
    vendor = cast.world.public_url
    policy = dict(rule.split(" ", 1) for rule in theirs["content-security-policy"].split("; "))
    assert [vendor in policy[name] for name in ("script-src", "frame-src", "connect-src")] == [True] * 3
    assert "'unsafe-inline'" not in theirs["content-security-policy"]
    assert f'payment=(self "{vendor}")' in theirs["permissions-policy"]
    assert "payment=()" in hers["permissions-policy"]
    assert vendor not in dict(rule.split(" ", 1) for rule in hers["content-security-policy"].split("; "))["script-src"]

"""The set-up page in a browser: one way in, mistakes at their field, keys that work, and nothing that shows a key."""

import socket
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from fastapi import FastAPI
from playwright.async_api import Browser, Page, expect
from pydantic import SecretStr

from bot.gateway_settings import StripeSettings
from bot.pages.routes import page_routes
from bot.pages.setup import setup_routes
from bot.pages.setup_bot import bot_routes
from bot.settings import Settings
from handlers.accounts.visiting import digest
from handlers.heard import Origin, Place
from handlers.house import House
from sandbox.world import World
from storage.tables import RoleKind, SetupVisit
from tests.pages.conftest import fetch, serving
from tests.pages.stage import furnish

CODE = "the-code-in-the-link"
HERE = Origin(channel="slack", account="T1", chat="D1", place=Place.PRIVATE, user="U1")


@pytest_asyncio.fixture
async def link(house: House, listener: socket.socket, world: World) -> AsyncIterator[str]:
    """Ana's link to the page, served."""
    stage = await furnish(house)
    async with house.database.begin() as work:
        role = await work.people.role(stage.team_id, stage.agent_id)
        assert role is not None
        role.kind = RoleKind.OWNER
        visit = SetupVisit(
            digest=digest(CODE), team_id=stage.team_id, person_id=stage.agent_id, origin=HERE.model_dump_json(),
            expires_at=work.now + timedelta(minutes=15),
        )  # fmt: skip
        await work.accounts.add(visit)
    stripe = StripeSettings(
        api_key=SecretStr(world.secrets.stripe_api_key), client_id=world.secrets.stripe_client_id,
        api_url=f"{world.public_url}/stripe", connect_url=f"{world.public_url}/stripe",
    )  # fmt: skip
    app = FastAPI()
    app.include_router(page_routes(house, fetch))
    app.include_router(bot_routes(house, Settings(stripe=stripe)))
    app.include_router(setup_routes(house, Settings(stripe=stripe)))
    async with serving(app, listener):
        yield house.link(f"setup/{CODE}")


async def test_keys_are_typed_checked_and_never_seen_again(
    link: str, browser: Browser, axe: Axe, world: World, house: House
) -> None:
    page = await browser.new_page(viewport={"width": 390, "height": 844})
    await page.goto(link)
    await _is_usable(page, axe)
    await page.get_by_role("button", name="Open").click()
    await expect(page.get_by_role("heading", name="Payment accounts")).to_be_visible()
    await _is_usable(page, axe)

    await page.get_by_role("link", name="Stripe").click()
    await expect(page.get_by_text("/webhooks/stripe/")).to_have_count(2)
    await page.get_by_label("API key").fill("pk_test_of_another_kind")
    await page.get_by_role("button", name="Check and save").click()
    await expect(page.get_by_role("alert")).to_contain_text("Must begin with sk_test_ or sk_live_")
    await expect(page.get_by_label("API key")).to_have_value("")
    await _is_usable(page, axe)

    await page.get_by_label("API key").fill(world.secrets.stripe_second_api_key)
    await page.get_by_role("button", name="Check and save").click()
    await expect(page.get_by_role("status")).to_contain_text("Stripe works: Bella Bikes, test mode, no real money")
    await page.get_by_role("link", name="Change keys").click()
    await expect(page.get_by_label("API key")).to_have_attribute("placeholder", "Kept unless you type a new one")
    assert world.secrets.stripe_second_api_key not in await page.content()
    async with house.database.begin() as work:
        (row,) = await work.accounts.of(1)
    assert world.secrets.stripe_second_api_key not in row.sealed_section

    await page.get_by_role("link", name="All accounts").click()
    await page.get_by_text("Remove", exact=True).click()
    await _is_usable(page, axe)
    await page.get_by_role("button", name="Yes, remove Stripe").click()
    await expect(page.get_by_role("status")).to_contain_text("takes no new payments")


async def _is_usable(page: Page, axe: Axe) -> None:
    """Nothing for the judge of accessibility, and nothing wider than the phone."""
    found = await axe.run(page)
    assert found.violations_count == 0, found.generate_report()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("way", ["GET /setup", "GET /setup/keys/stripe", "POST /setup/bot", "POST /setup/bot/remove"])
async def test_whoever_the_operator_named_may_frame_every_answer(house: House, way: str) -> None:
    settings = Settings(frame_ancestors=("https://app.example",))
    app = FastAPI()
    app.include_router(setup_routes(house, settings))
    app.include_router(bot_routes(house, settings))
    method, _, path = way.partition(" ")
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="https://bellhop.example") as client:
        answer = await client.request(method, path)
    assert answer.status_code == 410
    assert "frame-ancestors https://app.example;" in answer.headers["content-security-policy"]


async def test_a_tab_that_is_brought_back_after_a_form_shows_the_accounts(
    link: str, browser: Browser, house: House
) -> None:
    page = await browser.new_page()
    await page.goto(link)
    await page.get_by_role("button", name="Open").click()
    for path in ("setup/remove/stripe", "setup/bot", "setup/bot/remove"):
        await page.goto(house.link(path))
        await expect(page.get_by_role("heading", name="Payment accounts")).to_be_visible()

"""The front page, from the button to the workspace, in a browser on a phone."""

from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from bot.channels.slack.scopes import SCOPES
from tests.databases import Pool
from tests.stories.installing import HANA
from tests.stories.stage import set_up


# slack_sdk 3.47 still hands aiohttp its BasicAuth.
@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")
@pytest.mark.browser
async def test_the_app_is_added_on_a_phone(browser: Browser, axe: Axe, databases: Pool, tmp_path: Path) -> None:
    async with set_up(tmp_path, database_url=await databases.ready("sqlite")) as stage:
        page = await browser.new_page(viewport={"width": 390, "height": 844})
        await page.goto(f"{stage.url}/privacy")
        await _reads_well(page, axe)
        await page.get_by_role("link", name="Front page").click()
        await _reads_well(page, axe)
        told = await page.locator("dl.scopes").inner_text()
        assert all(scope in told and what[1:] in told for scope, what in SCOPES.items())
        telegram = page.get_by_role("link", name="Open in Telegram")
        assert await telegram.get_attribute("href") == "https://t.me/bellhop_sandbox_bot"
        await page.get_by_role("link", name="Add to Slack").click()
        await page.get_by_label("Sign in as").select_option(HANA)
        await page.get_by_role("button", name="Allow").click()
        await page.get_by_role("heading", name="Bellhop is ready for Globex").wait_for()
        await _reads_well(page, axe)
        go_on = await page.get_by_role("link", name="Go on in Slack").get_attribute("href")
        assert go_on == "slack://app?team=T0GLOBEX&id=A0BELLHOP&tab=home"
        await page.reload()
        await page.get_by_role("heading", name="Nothing was added").wait_for()


async def _reads_well(page: Page, axe: Axe) -> None:
    """Nothing hangs over the edge, and everybody can read it."""
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    result = await axe.run(page)
    assert result.violations_count == 0, result.generate_report()

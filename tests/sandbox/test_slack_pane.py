"""Slack's pane in Chromium: what people click and type reaches a real Bolt app, and its answers are seen."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from sandbox.app import Cast
from sandbox.world import World
from tests.sandbox.slack_stage import Stage, a_stage
from tests.sandbox.test_slack_app import PAY_FORM, button, words

pytestmark = pytest.mark.browser
HOST = """<!DOCTYPE html><html lang="en"><title>Slack</title><link rel="stylesheet" href="/static/slack/pane.css">
<style>html, body { height: 100%; margin: 0 } #slack { height: 100% }</style><main id="slack"></main>
<script type="module">
  import { mount } from "/static/slack/pane.js";
  const live = new WebSocket(location.origin.replace("http", "ws") + "/live");
  const on = (topic, look) => live.addEventListener("message", (event) => event.data === topic && look());
  window.opened = [];
  mount(document.getElementById("slack"), { on, open: (url) => window.opened.push(url) });
</script></html>"""


@pytest_asyncio.fixture
async def stage(world: World, cast: Cast, sandbox_server: str) -> AsyncIterator[Stage]:
    async with a_stage(world, cast.slack) as made:
        yield made


@pytest_asyncio.fixture
async def page(browser: Browser, stage: Stage) -> AsyncIterator[Page]:
    tab = await browser.new_page(viewport={"width": 600, "height": 760})
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    await tab.goto(f"{stage.world.public_url}/static/slack/pane.css")
    await tab.set_content(HOST)
    await expect(tab.get_by_role("button", name="Ana, agent")).to_be_visible()
    yield tab
    assert errors == []


def card(text: str) -> list[dict[str, Any]]:
    confirm = {"title": words("Close?"), "text": words("Carla is told."), "confirm": words("Close it")}
    elements = [
        button("claim", "Claim", style="primary"),
        button("close", "Close", confirm=confirm, style="danger"),
        button("room", "Open the room", url="https://example.com/room"),
    ]
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": text}},
        {"type": "actions", "elements": elements},
    ]


async def accessible(page: Page) -> None:
    """Nothing on the page that axe calls a violation of WCAG 2 A or AA."""
    found = await Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
    assert found.violations_count == 0, found.generate_report()


async def test_an_agent_asks_for_money_with_a_form(stage: Stage, page: Page) -> None:
    @stage.bolt.command("/pay")
    async def pay(ack: Any, client: Any, command: dict[str, Any]) -> None:
        await ack()
        await client.views_open(trigger_id=command["trigger_id"], view=PAY_FORM)

    @stage.bolt.view("pay")
    async def asked(ack: Any, view: dict[str, Any], client: Any) -> None:
        amount = view["state"]["values"]["amount"]["value"]["value"]
        if not amount.isdigit():
            await ack(response_action="errors", errors={"amount": "A number, please"})
            return
        await ack()
        await client.chat_postMessage(channel="C0DESK", text=f"Asked for *{amount}*")

    writing = page.get_by_role("textbox", name="Message #front-desk")
    await writing.fill("/pa")
    await expect(page.get_by_role("list", name="Commands")).to_contain_text("/pay 49 USD")
    await writing.fill("/pay 49")
    await writing.press("Enter")
    form = page.get_by_role("dialog", name="Ask for money")
    await form.get_by_label("Amount").fill("much")
    await form.get_by_label("When").fill("2026-12-01")
    await form.get_by_label("Currency").select_option("Euro")
    await form.get_by_role("button", name="Ask", exact=True).click()
    await expect(form.get_by_text("A number, please")).to_be_visible()
    await accessible(page)
    await form.get_by_label("Amount").fill("49")
    await form.get_by_role("button", name="Ask", exact=True).click()
    await expect(form).to_be_hidden()
    await expect(page.get_by_role("log", name="Messages").locator("strong", has_text="49")).to_be_visible()


async def test_buttons_ask_open_and_change_the_card(stage: Stage, page: Page) -> None:
    @stage.bolt.action("claim")
    async def claim(ack: Any, respond: Any) -> None:
        await ack()
        await respond("Ana has it", replace_original=True)

    @stage.bolt.action("close")
    async def close(ack: Any, respond: Any) -> None:
        await ack()
        await respond("Closed", response_type="in_channel")

    @stage.bolt.action("room")
    async def room(ack: Any) -> None:
        await ack()

    await stage.client.chat_postMessage(channel="C0DESK", text="Case", blocks=card("*Carla* &lt;b&gt;"))
    log = page.get_by_role("log", name="Messages")
    await expect(log).to_contain_text("Carla <b>")
    await accessible(page)
    await log.get_by_role("button", name="Open the room").click()
    assert await page.evaluate("window.opened") == ["https://example.com/room"]
    await log.get_by_role("button", name="Close").click()
    await page.get_by_role("dialog", name="Close?").get_by_role("button", name="Close it").click()
    await expect(log).to_contain_text("Closed")
    await log.get_by_role("button", name="Claim").click()
    await expect(log).to_contain_text("Ana has it (edited)")


async def test_a_thread_is_opened_and_answered(stage: Stage, page: Page) -> None:
    posted = await stage.client.chat_postMessage(channel="C0DESK", text="Case of Carla")
    await stage.client.chat_postMessage(channel="C0DESK", text="Hello", thread_ts=posted["ts"])
    await page.get_by_role("button", name="1 reply").click()
    thread = page.get_by_role("complementary", name="Thread")
    await thread.get_by_role("textbox", name="Reply").fill("On my way")
    await thread.get_by_role("textbox", name="Reply").press("Enter")
    await expect(thread.get_by_role("log")).to_contain_text("On my way")
    assert (await stage.hears("message", user="U0ANA"))["thread_ts"] == posted["ts"]


async def test_only_the_addressee_sees_an_ephemeral_message(stage: Stage, page: Page) -> None:
    await stage.client.chat_postEphemeral(channel="C0DESK", user="U0ANA", text="Just for Ana")
    await expect(page.get_by_text("Just for Ana")).to_be_visible()
    await page.get_by_role("button", name="Ben, agent").click()
    await expect(page.get_by_text("Just for Ana")).to_be_hidden()


async def test_a_customer_writes_on_any_width(stage: Stage, page: Page) -> None:
    await page.get_by_role("button", name="Carla, customer").click()
    for width in (360, 600, 1200):
        await page.set_viewport_size({"width": width, "height": 700})
        await page.get_by_role("navigation").get_by_role("button", name="Bellhop").click()
        await page.get_by_role("textbox", name="Message Bellhop").fill(f"Seen on {width}")
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.get_by_role("log", name="Messages")).to_contain_text(f"Seen on {width}")
        assert (await stage.hears("message", text=f"Seen on {width}"))["channel"] == "D0CARLA"
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        await accessible(page)


async def test_an_organisation_has_the_app_in_the_workspaces_it_chooses(stage: Stage, page: Page) -> None:
    slack = stage.slack
    code = slack.oauth.allow("U0INES", "chat:write,commands", "", "s").partition("code=")[2].partition("&")[0]
    secrets = stage.world.secrets
    slack.oauth.access({"code": code}, secrets.slack_client_id, secrets.slack_client_secret)
    await page.get_by_label("Workspace").select_option("Initech Support")
    await expect(page.get_by_role("button", name="Kai, agent")).to_be_visible()
    await page.get_by_role("button", name="Take it out of this workspace").click()
    await expect(page.get_by_role("button", name="Let it in here")).to_be_visible()
    assert [slack.core.teams[name].install is None for name in ("T0SALES", "T0SUPPORT")] == [False, True]
    await page.get_by_role("button", name="Let it in here").click()
    await page.get_by_role("button", name="Remove the app from Initech").click()
    await expect(page.get_by_role("button", name="Add the app")).to_be_visible()
    assert slack.core.teams["T0SALES"].install is None
    await accessible(page)

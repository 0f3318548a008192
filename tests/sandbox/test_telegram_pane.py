"""The phone and the group on the page, used with mouse and keyboard in Chromium."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page, expect
from telegram import Bot

from sandbox.app import Cast
from sandbox.world import World
from tests.sandbox.telegram_stage import ANA, ARJUN, GROUP, MIA, PNG, speaking

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture
async def bot(world: World, sandbox_server: str) -> AsyncIterator[Bot]:
    async with speaking(world, sandbox_server) as speaker:
        yield speaker


@pytest_asyncio.fixture
async def page(browser: Browser, sandbox_server: str) -> AsyncIterator[Page]:
    tab = await browser.new_page(viewport={"width": 1440, "height": 900})
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    await tab.goto(sandbox_server)
    yield tab
    assert errors == []


@pytest.fixture
def phone(page: Page) -> Locator:
    return page.get_by_label("Customer's Telegram")


@pytest_asyncio.fixture
async def group(page: Page) -> Locator:
    await page.get_by_role("tab", name="Team's Telegram group").click()
    return page.get_by_label("Agents' Telegram group")


async def test_a_customer_starts_by_deep_link_writes_and_changes_it(phone: Locator, cast: Cast) -> None:
    await phone.get_by_label("Deep link or its payload").last.fill("acme")
    await phone.get_by_role("button", name="Start", exact=True).click()
    await expect(phone.get_by_text("/start acme")).to_be_visible()
    await phone.get_by_label("Message", exact=True).fill("<img src=x onerror=alert(1)> my knee")
    await phone.get_by_label("Message", exact=True).press("Enter")
    await expect(phone.get_by_text("<img src=x onerror=alert(1)> my knee")).to_be_visible()
    await phone.get_by_label("more").last.click()
    await phone.get_by_role("button", name="Edit", exact=True).click()
    await phone.get_by_label("Message", exact=True).fill("my left knee")
    await phone.get_by_label("Send", exact=True).click()
    await expect(phone.locator("[data-message='2']")).to_contain_text("my left knee")
    await expect(phone.locator("[data-message='2']")).to_contain_text("edited")
    assert cast.telegram.state.chats[MIA].messages[2]["text"] == "my left knee"


async def test_a_card_turns_in_place_and_its_buttons_work(phone: Locator, page: Page, bot: Bot, cast: Cast) -> None:
    cast.telegram.people.start(MIA)
    keyboard = {
        "inline_keyboard": [[{"text": "Book", "callback_data": "b"}, {"text": "Pay", "url": f"{page.url}ui/world"}]]
    }
    sent = await bot.send_message(MIA, "<b>Talk</b>, 49 USD", "HTML", api_kwargs={"reply_markup": keyboard})
    await expect(phone.locator("strong", has_text="Talk")).to_be_visible()
    await phone.get_by_role("button", name="Book").click()
    updates = await bot.get_updates(offset=-1, timeout=5)
    assert updates[0].callback_query is not None
    await updates[0].callback_query.answer("Booked for you", show_alert=True)
    await expect(phone.get_by_role("dialog")).to_contain_text("Booked for you")
    await phone.get_by_role("button", name="OK", exact=True).click()
    await phone.get_by_role("button", name="Pay").click()
    await expect(page.frame_locator("#browser iframe").first.locator("body")).to_contain_text("product_url")
    await bot.edit_message_text("Paid", MIA, sent.message_id)
    await expect(phone.locator(f"[data-message='{sent.message_id}']")).to_contain_text("Paid")
    await expect(phone.get_by_role("button", name="Pay")).to_have_count(0)


async def test_commands_keyboards_files_and_typing_are_shown(phone: Locator, bot: Bot, cast: Cast) -> None:
    cast.telegram.people.start(MIA)
    await bot.set_my_commands([("book", "Book a time")])
    await bot.send_chat_action(MIA, "typing")
    await expect(phone.get_by_text("typing…")).to_be_visible()
    keys = {"keyboard": [["Europe/Berlin"]], "one_time_keyboard": True}
    await bot.send_photo(MIA, PNG, caption="A point", api_kwargs={"reply_markup": keys})
    await expect(phone.get_by_role("img", name="A point")).to_be_attached()
    await phone.get_by_role("button", name="Europe/Berlin").click()
    await expect(phone.get_by_role("button", name="Europe/Berlin")).to_have_count(0)
    await phone.get_by_label("Menu of commands").click()
    await phone.get_by_role("button", name="/book Book a time").click()
    await expect(phone.locator(".tg-own").last).to_contain_text("/book")
    await phone.get_by_label("File to send").set_input_files(
        {"name": "a.txt", "mimeType": "text/plain", "buffer": b"hi"}
    )
    await expect(phone.get_by_role("link", name="a.txt")).to_be_visible()


async def test_the_phone_turns_to_another_person_and_blocks(phone: Locator, bot: Bot, cast: Cast) -> None:
    cast.telegram.people.start(MIA)
    cast.telegram.people.start(ARJUN)
    await phone.get_by_role("button", name="Arjun Rao").click()
    await phone.get_by_label("Chat menu").click()
    await phone.get_by_label("Block the bot").check()
    await expect(phone.get_by_role("button", name="Unblock the bot")).to_be_visible()
    assert cast.telegram.state.people[ARJUN].blocked
    await phone.get_by_role("button", name="Unblock the bot").click()
    await expect(phone.get_by_label("Message", exact=True)).to_be_visible()


async def test_agents_write_in_topics_as_themselves(group: Locator, bot: Bot, cast: Cast) -> None:
    topic = await bot.create_forum_topic(GROUP, "Mia Schneider")
    await group.get_by_role("button", name="Mia Schneider").click()
    await group.get_by_label("Write as").select_option("Ben")
    await group.get_by_label("Message", exact=True).fill("Good day")
    await group.get_by_label("Message", exact=True).press("Enter")
    await expect(group.locator(".tg-own")).to_contain_text("Good day")
    said = list(cast.telegram.state.group.messages.values())[-1]
    assert (said["from"]["first_name"], said["message_thread_id"]) == ("Ben", topic.message_thread_id)
    await group.get_by_role("button", name="Close topic").click()
    await expect(group.get_by_text("Topic was closed", exact=True)).to_be_visible()
    await group.get_by_label("Name of a new topic").fill("Walk-ins")
    await group.get_by_label("Create topic").click()
    await expect(group.get_by_text("Topic “Walk-ins” was created", exact=True)).to_be_visible()


async def test_the_phone_and_the_group_have_no_barriers(page: Page, group: Locator, bot: Bot, cast: Cast) -> None:
    cast.telegram.people.start(MIA)
    keyboard = {"inline_keyboard": [[{"text": "Book", "callback_data": "b", "style": "primary"}]]}
    await bot.send_message(MIA, "Hi <code>x</code> /help", "HTML", api_kwargs={"reply_markup": keyboard})
    cast.telegram.people.send_text(ANA, "Hello https://example.com", GROUP)
    await expect(group.get_by_role("link", name="https://example.com")).to_be_visible()
    for place in (".tg-phone", ".tg-group"):
        found = await Axe().run(page, context=place)
        assert found.violations_count == 0, found.generate_report()


async def test_an_act_that_no_client_offers_is_refused_with_its_reason(sandbox_server: str, cast: Cast) -> None:
    cast.telegram.people.start(MIA)
    asked = [
        ("tap", {"person": MIA, "message": 1, "row": 0, "column": 0}, 409, "There is no such button"),
        ("edit", {"person": ARJUN, "message": 1, "text": "x", "chat": MIA}, 409, "Nobody reads another person's chat"),
        ("send_text", {"person": MIA, "text": "x", "chat": GROUP}, 409, "Mia is not in the group"),
        ("send_text", {"person": MIA}, 422, "Missing required argument"),
    ]
    async with aiohttp.ClientSession() as plain:
        for action, body, status, reason in asked:
            reply = await plain.post(f"{sandbox_server}/ui/telegram/{action}", json=body)
            assert reply.status == status
            assert reason in (await reply.json())["error"]
        assert (await plain.post(f"{sandbox_server}/ui/telegram/dance", json={})).status == 404

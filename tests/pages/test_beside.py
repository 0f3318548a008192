"""The chat beside the call, its cards and files, and the payment card over it."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from handlers.messages import Button, Message, Style, pairs
from storage.tables import Side
from tests.pages.stage import Stage, check_access, hostile, let_in, picture, visitor

pytestmark = pytest.mark.browser


async def write(page: Page, text: str) -> None:
    await page.get_by_label("Message to").fill(text)
    await page.get_by_label("Message to").press("Enter")


def due(url: str) -> Message:
    pay = Button(label="Pay $49.00", url=url, style=Style.PRIMARY)
    return Message(badge="TEST", title="To pay: $49.00", pairs=pairs(For="Massage"), buttons=((pay,),))


PAID = Message(badge="TEST", title="Paid: $49.00", text="Confirmed by webhook from Stripe.")


async def test_words_travel_both_ways_and_notes_only_one(browser: Browser, stage: Stage) -> None:
    ana, carla = await visitor(browser, stage.agent_link), await visitor(browser, stage.customer_link)
    await write(carla, "Good morning")
    await expect(ana.get_by_role("log").get_by_text("Good morning")).to_be_visible()
    await write(ana, "// prefers mornings")
    await expect(ana.get_by_text("private note")).to_be_visible()
    await write(ana, "Hello Carla <b>there</b>")
    await expect(carla.get_by_role("log").get_by_text("Hello Carla <b>there</b>")).to_be_visible()
    await expect(carla.get_by_text("prefers mornings")).to_have_count(0)
    await expect(ana.locator(".pending")).to_have_count(0)
    await expect(ana.locator(".line.mine").get_by_text("Hello Carla")).to_have_count(1)


async def test_words_typed_while_the_line_is_down_arrive_once(browser: Browser, stage: Stage) -> None:
    ana, carla = await visitor(browser, stage.agent_link), await visitor(browser, stage.customer_link)
    await expect(carla.locator("#net")).to_be_empty()
    await carla.context.set_offline(True)
    await expect(carla.get_by_text("No connection.")).to_be_visible()
    await write(carla, "Are you there?")
    await expect(carla.get_by_text("Sending…")).to_be_visible()
    await carla.context.set_offline(False)
    await expect(ana.get_by_role("log").get_by_text("Are you there?")).to_have_count(1)
    await expect(carla.get_by_text("Sending…")).to_have_count(0)
    await expect(carla.get_by_role("log").get_by_text("Are you there?")).to_have_count(1)


async def test_a_payment_card_comes_over_the_call_and_turns_to_paid_in_place(browser: Browser, stage: Stage) -> None:
    ana, carla = await visitor(browser, stage.agent_link), await visitor(browser, stage.customer_link)
    await expect(ana.get_by_label("Message to")).to_be_visible()
    url = await stage.request()
    await stage.show(Side.CUSTOMER, "pay:1:customer", due(url))
    card = carla.get_by_role("complementary", name="Payment")
    await expect(card.get_by_role("link", name="Pay $49.00")).to_have_attribute("href", f"{url}?from=room")
    await expect(card.get_by_text("TEST")).to_be_visible()
    async with carla.context.expect_page() as opening:
        await card.get_by_role("link", name="Pay $49.00").click()
    await expect((await opening.value).get_by_role("button", name="Pay $49.00")).to_be_visible()
    await stage.show(Side.CUSTOMER, "pay:1:customer", PAID)
    await stage.show(Side.AGENT, "pay:1:agent", PAID)
    for page in (ana, carla):
        over = page.get_by_role("complementary", name="Payment")
        await expect(over.get_by_role("heading", name="Paid: $49.00")).to_be_visible()
        await expect(page.get_by_role("log").get_by_role("heading", name="Paid: $49.00")).to_have_count(1)
    await card.get_by_role("button", name="Close").click()
    await expect(card).to_be_hidden()


async def test_on_a_phone_the_payment_card_stands_below_the_way_in_and_covers_no_button(
    browser: Browser, stage: Stage
) -> None:
    await let_in(stage)
    rows = pairs(For="Massage", Payee="Lotus Clinic", **{f"Line {number}": "$7.00" for number in range(7)})
    await stage.show(Side.CUSTOMER, "pay:1:customer", due(await stage.request()).model_copy(update={"pairs": rows}))
    carla = await visitor(browser, stage.customer_link, width=390, height=844)
    card = carla.get_by_role("complementary", name="Payment")
    await expect(card.get_by_text("Lotus Clinic")).to_be_visible()
    await expect(card.get_by_text("Line 6")).to_be_hidden()
    await card.get_by_text("Details").click()
    await expect(card.get_by_text("Line 6")).to_be_visible()
    await carla.get_by_role("button", name="Join").click()
    await expect(carla.get_by_role("button", name="Hang up")).to_be_visible()
    await expect(card.get_by_role("link", name="Pay $49.00")).to_be_in_viewport()


async def test_a_link_into_the_room_is_left_out_within_it(browser: Browser, stage: Stage) -> None:
    join = Button(label="Join the video room", url=stage.customer_link)
    await stage.show(Side.CUSTOMER, "room:1", Message(title="Your video room is open", buttons=((join,),)))
    carla = await visitor(browser, stage.customer_link)
    await expect(carla.get_by_role("heading", name="Your video room is open")).to_be_visible()
    await expect(carla.get_by_role("link", name="Join the video room")).to_have_count(0)


async def test_the_host_asks_for_payment_and_sees_the_preview_first(browser: Browser, stage: Stage) -> None:
    await let_in(stage)
    ana, carla = await visitor(browser, stage.agent_link), await visitor(browser, stage.customer_link)
    await ana.get_by_role("button", name="Join", exact=True).click()
    await ana.get_by_role("button", name="Ask for payment").click()
    await ana.get_by_label("Amount and currency").fill("49 USD")
    await ana.get_by_label("What for").fill("Massage")
    await ana.get_by_role("dialog").get_by_role("button", name="Ask").click()
    await ana.get_by_role("log").get_by_role("button", name="Ask for $49.00").click()
    await expect(carla.get_by_role("complementary", name="Payment").get_by_role("link", name="Pay")).to_be_visible()


async def test_inside_the_room_no_button_leads_into_it_again(browser: Browser, stage: Stage) -> None:
    ana = await visitor(browser, stage.agent_link)
    into, other = Button(label="Video room", action="room.open", value="1"), Button(label="Close", action="case.close")
    await stage.show(Side.AGENT, "case", Message(title="Case 1", buttons=((into, other),)))
    await expect(ana.get_by_role("log").get_by_role("button", name="Close")).to_be_visible()
    await expect(ana.get_by_role("button", name="Video room")).to_have_count(0)


async def test_pictures_are_shown_and_other_files_are_only_saved(browser: Browser, stage: Stage) -> None:
    carla = await visitor(browser, stage.customer_link)
    await stage.say(Side.CUSTOMER, Message(author="Ana Silva", text="Your scan", files=(picture(), hostile())))
    shown = carla.get_by_role("img", name="scan.png")
    await expect(shown).to_be_visible()
    assert await shown.evaluate("image => image.naturalWidth") == 1
    async with carla.expect_download() as saving:
        await carla.get_by_role("link", name="note.html").click()
    assert (await saving.value).suggested_filename == "note.html"


async def test_on_a_phone_the_chat_is_a_sheet_that_counts_what_is_unread(browser: Browser, stage: Stage) -> None:
    carla = await visitor(browser, stage.customer_link, width=360, height=740)
    await stage.say(Side.CUSTOMER, Message(text="Welcome"))
    await stage.say(Side.CUSTOMER, Message(text="Take a seat"))
    toggle = carla.get_by_role("button", name="Chat 2 unread")
    await toggle.click()
    await expect(carla.get_by_text("Take a seat")).to_be_visible()
    await carla.keyboard.press("Escape")
    await expect(carla.get_by_role("button", name="Chat", exact=True)).to_be_focused()
    assert await carla.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.long
async def test_the_room_is_accessible_at_every_step(browser: Browser, stage: Stage, axe: Axe) -> None:
    ana, carla = await visitor(browser, stage.agent_link), await visitor(browser, stage.customer_link)
    await carla.get_by_role("button", name="Join", exact=True).wait_for()
    await check_access(axe, carla)
    for page in (ana, carla):
        await page.get_by_role("button", name="Join", exact=True).click()
    await ana.get_by_role("button", name="Let in").wait_for()
    await check_access(axe, ana, carla)
    await ana.get_by_role("button", name="Let in").click()
    await stage.show(Side.CUSTOMER, "pay:1:customer", due(await stage.request()))
    await carla.get_by_role("complementary", name="Payment").wait_for()
    await carla.get_by_role("button", name="Hang up").wait_for()
    await check_access(axe, ana, carla)

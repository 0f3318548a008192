"""Two people meet in a room: the door, the pictures, breaks of the line, and the end."""

import asyncio

import pytest
from playwright.async_api import Browser, Page, expect

from tests.pages.stage import Stage, let_in, visitor

pytestmark = pytest.mark.browser
SOON = 15_000  # milliseconds


async def join(page: Page) -> None:
    await page.get_by_role("button", name="Join", exact=True).click()


async def moves(page: Page) -> None:
    """The other's picture comes in and goes on moving."""
    await page.wait_for_function("async () => (await bellhop.stats()).framesDecoded > 0", timeout=SOON)
    seen = (await page.evaluate("bellhop.stats()"))["framesDecoded"]
    more = "async (seen) => (await bellhop.stats()).framesDecoded > seen + 5"
    await page.wait_for_function(more, arg=seen, timeout=SOON)


async def both_in_the_call(browser: Browser, stage: Stage) -> tuple[Page, Page]:
    await let_in(stage)
    ana, carla = await visitor(browser, stage.agent_link), await visitor(browser, stage.customer_link)
    await join(ana)
    await join(carla)
    await asyncio.gather(moves(ana), moves(carla))
    return ana, carla


async def test_the_customer_waits_until_let_in_and_both_see_each_other_move(browser: Browser, stage: Stage) -> None:
    ana, carla = await visitor(browser, stage.agent_link), await visitor(browser, stage.customer_link)
    await join(ana)
    await join(carla)
    await expect(carla.get_by_role("heading", name="Ana Silva will let you in")).to_be_visible()
    await ana.get_by_role("button", name="Not now").click()
    await expect(carla.get_by_text("Not just now.")).to_be_visible()
    await carla.get_by_role("button", name="Ask again").click()
    await ana.get_by_role("button", name="Let in").click()
    await asyncio.gather(moves(ana), moves(carla))
    await expect(ana.get_by_text("Connected", exact=True)).to_be_visible()


async def test_a_broken_line_comes_back_and_the_call_has_gone_on(browser: Browser, stage: Stage) -> None:
    ana, carla = await both_in_the_call(browser, stage)
    await carla.context.set_offline(True)
    await expect(carla.get_by_text("No connection. Reconnecting…")).to_be_visible()
    await carla.context.set_offline(False)
    await expect(carla.locator("#net")).to_be_empty()
    await asyncio.gather(moves(ana), moves(carla))


async def test_someone_who_loads_the_page_again_is_seen_again(browser: Browser, stage: Stage) -> None:
    ana, carla = await both_in_the_call(browser, stage)
    await carla.reload()
    await join(carla)
    await moves(carla)
    await expect(ana.get_by_text("Connected", exact=True)).to_be_visible(timeout=SOON)
    await moves(ana)


async def test_the_newest_window_has_the_call_and_the_older_one_says_so(browser: Browser, stage: Stage) -> None:
    ana, carla = await both_in_the_call(browser, stage)
    second = await carla.context.new_page()
    await second.goto(stage.customer_link)
    await join(second)
    await expect(carla.get_by_text("You joined in another window")).to_be_visible()
    await asyncio.gather(moves(ana), moves(second))


async def test_muting_and_camera_say_what_a_press_will_do(browser: Browser, stage: Stage) -> None:
    ana, _ = await both_in_the_call(browser, stage)
    await ana.get_by_role("button", name="Mute").click()
    await expect(ana.get_by_role("button", name="Unmute")).to_be_visible()
    await ana.get_by_role("button", name="Camera off").click()
    await expect(ana.get_by_role("button", name="Camera on")).to_be_visible()
    await expect(ana.locator("#local")).to_be_hidden()


async def test_one_who_hangs_up_can_come_back(browser: Browser, stage: Stage) -> None:
    ana, carla = await both_in_the_call(browser, stage)
    await carla.get_by_role("button", name="Hang up").click()
    await expect(ana.get_by_text("Carla Meyer is not in the call at the moment.")).to_be_visible(timeout=SOON)
    await carla.get_by_role("button", name="Come back").click()
    await join(carla)
    await asyncio.gather(moves(ana), moves(carla))


async def test_the_host_ends_the_call_for_everyone(browser: Browser, stage: Stage) -> None:
    ana, carla = await both_in_the_call(browser, stage)
    await ana.get_by_role("button", name="End for all").click()
    await ana.get_by_role("dialog").get_by_role("button", name="End for all").click()
    for page in (ana, carla):
        await expect(page.get_by_role("heading", name="The call has ended")).to_be_visible()
    await carla.reload()
    await expect(carla.get_by_role("heading", name="This link does not open a room")).to_be_visible()


async def test_without_camera_and_microphone_one_joins_to_watch(
    browser: Browser, bare_browser: Browser, stage: Stage
) -> None:
    await let_in(stage)
    ana, carla = await visitor(browser, stage.agent_link), await visitor(bare_browser, stage.customer_link)
    await join(ana)
    await expect(carla.get_by_text("You can join anyway to watch and write.")).to_be_visible()
    await join(carla)
    await moves(carla)
    await expect(carla.get_by_role("button", name="Mute")).to_be_disabled()


async def test_a_jitsi_room_opens_in_the_page_with_a_token_that_is_never_in_its_address(
    browser: Browser, stage: Stage
) -> None:
    await stage.use("jitsi")
    await let_in(stage)
    ana, carla = await visitor(browser, stage.agent_link), await visitor(browser, stage.customer_link)
    for page in (ana, carla):
        await join(page)
    present = "Room: open, 2 inside"
    async with asyncio.timeout(SOON / 1000):
        while present not in await stage.case_card():
            await ana.wait_for_timeout(50)
    assert "jwt" not in ana.url
    await carla.frame_locator("#jitsi iframe").get_by_role("button", name="Leave").click()
    await expect(carla.get_by_role("heading", name="You left the call")).to_be_visible()

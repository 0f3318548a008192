"""Two people meet in a room: the door, the pictures, breaks of the line, and the end."""

import asyncio
import re

import pytest
from playwright.async_api import Browser, Page, WebSocketRoute, expect

from tests.pages.stage import Stage, let_in, visitor

pytestmark = pytest.mark.browser
SOON = 15_000  # milliseconds
STATES = ("new", "connecting", "connected")


async def join(page: Page) -> None:
    await page.get_by_role("button", name="Join", exact=True).click()


async def becomes(page: Page, question: str, *, within: int = SOON) -> None:
    """The page answers `question`, which may be a promise, with yes."""
    async with asyncio.timeout(within / 1000):
        while not await page.evaluate(question):
            await page.wait_for_timeout(50)


async def moves(page: Page, *, within: int = SOON) -> None:
    """The other's picture comes in and goes on moving."""
    await becomes(page, "bellhop.stats().then(({ framesDecoded }) => framesDecoded > 0)", within=within)
    seen = (await page.evaluate("bellhop.stats()"))["framesDecoded"]
    await becomes(page, f"bellhop.stats().then(({{ framesDecoded }}) => framesDecoded > {seen} + 5)")


async def gets_to(page: Page, *states: str) -> None:
    """The connection is in one of these states."""
    await becomes(page, f"bellhop.stats().then(({{ state }}) => {list(states)}.includes(state))")


async def loses_a_description(page: Page) -> None:
    """From its next load on, the page's first offer or answer never arrives."""
    lost: list[str | bytes] = []

    def line(browser: WebSocketRoute) -> None:
        server = browser.connect_to_server()

        def pass_on(word: str | bytes) -> None:
            if '"description"' in str(word) and not lost:
                lost.append(word)
            else:
                server.send(word)

        browser.on_message(pass_on)

    await page.route_web_socket(re.compile("/live"), line)
    await page.reload()


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


@pytest.mark.long
async def test_someone_who_loads_the_page_again_is_seen_again(browser: Browser, stage: Stage) -> None:
    ana, carla = await both_in_the_call(browser, stage)
    await carla.reload()
    await join(carla)
    await moves(carla)
    await expect(ana.get_by_text("Connected", exact=True)).to_be_visible(timeout=SOON)
    await moves(ana)


@pytest.mark.long
async def test_someone_who_loads_the_page_while_connecting_is_seen_in_the_end(browser: Browser, stage: Stage) -> None:
    await let_in(stage)
    ana, carla = await visitor(browser, stage.agent_link), await visitor(browser, stage.customer_link)
    await join(ana)
    for states in (STATES, STATES[1:], STATES[2:]) * 2:
        await join(carla)
        await gets_to(ana, *states)
        await carla.reload()
    await join(carla)
    await asyncio.gather(moves(ana), moves(carla))


@pytest.mark.long
async def test_both_load_the_page_again_at_the_same_moment(browser: Browser, stage: Stage) -> None:
    ana, carla = await both_in_the_call(browser, stage)
    await asyncio.gather(ana.reload(), carla.reload())
    await asyncio.gather(join(ana), join(carla))
    await asyncio.gather(moves(ana), moves(carla))


@pytest.mark.long
async def test_a_line_that_breaks_while_connecting_comes_back_and_both_meet(browser: Browser, stage: Stage) -> None:
    await let_in(stage)
    ana, carla = await visitor(browser, stage.agent_link), await visitor(browser, stage.customer_link)
    await join(ana)
    await join(carla)
    await gets_to(ana, *STATES)
    await carla.context.set_offline(True)
    await expect(carla.get_by_text("No connection. Reconnecting…")).to_be_visible()
    await carla.context.set_offline(False)
    await asyncio.gather(moves(ana), moves(carla))


@pytest.mark.long
async def test_a_connection_that_does_not_come_about_is_made_anew(browser: Browser, stage: Stage) -> None:
    await let_in(stage)
    ana, carla = await visitor(browser, stage.agent_link), await visitor(browser, stage.customer_link)
    await loses_a_description(carla)
    await join(ana)
    await join(carla)
    await asyncio.gather(moves(ana, within=3 * SOON), moves(carla, within=3 * SOON))


@pytest.mark.long
async def test_two_of_the_team_see_each_other_too(browser: Browser, stage: Stage) -> None:
    ana, bruno = await visitor(browser, stage.agent_link), await visitor(browser, await stage.colleague())
    await join(ana)
    await join(bruno)
    await asyncio.gather(moves(ana), moves(bruno))


@pytest.mark.long
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


@pytest.mark.long
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
    await expect(carla.get_by_role("heading", name="You cannot come in by this link")).to_be_visible()


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

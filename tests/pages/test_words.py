"""What people type is shown as they typed it, on every page, and nothing of it ever runs."""

import pytest
from playwright.async_api import Browser, Page, expect

from handlers.messages import Message, pairs
from storage.tables import Side
from tests.pages.stage import Stage, visitor

pytestmark = pytest.mark.browser

NASTY = (
    "<script>window.ran = 1</script>",
    "<img src=x onerror='window.ran = 1'>",
    "</script><script>window.ran = 1</script>",
    "</title></style></textarea><svg onload=window.ran=1>",
    "<iframe srcdoc='<script>parent.ran = 1</script>'></iframe>",
    "<a href='javascript:window.ran = 1'>free money</a>",
    "javascript:window.ran=1",
    "<b>bold</b> *bold* _italic_ ~gone~ `code` ```pre```",
    "{{ 7 * 7 }} {% raw %} ${7 * 7} #{7 * 7} %(name)s {0}",
    "&lt;b&gt; &amp;amp; &#60; &nbsp;",
    "<!channel> <!here> <@U0BEN> <#C0DESK> @everyone @channel",
    "[link](https://example.com) <https://example.com|free>",
    "/close !refund //note",
    "'; DROP TABLE person; --",
    '" onmouseover="window.ran = 1',
    "' autofocus onfocus='window.ran = 1",
    "--><script>window.ran = 1</script><!--",
    "]]><script>window.ran = 1</script>",
    "\\u003cscript\\u003ewindow.ran = 1\\u003c/script\\u003e",
    "a\nb\n\n  c   d",
    "\tTabs\tand trailing ",
    "\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe",
    "e\N{COMBINING ACUTE ACCENT}" * 20,
    "😀👩‍👩‍👧‍👦🏳️‍🌈",
    "漢字 العربية हिन्दी ไทย",
    "\N{ZERO WIDTH SPACE}\N{WORD JOINER}\N{BYTE ORDER MARK}unseen",
    "\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}separators",
    "x" * 400,
    "ﷺ﷽" * 10,
    "__proto__ constructor prototype toString",
    "<math><mi//xlink:href='data:x,<script>window.ran = 1</script>'>",
    "<template shadowrootmode=open><script>window.ran = 1</script></template>",
)


async def shown(page: Page, selector: str) -> list[str]:
    """The texts of all such elements, sign by sign."""
    return list(await page.eval_on_selector_all(selector, "found => found.map(each => each.textContent)"))


async def test_texts_on_a_room_page_read_as_they_were_typed(browser: Browser, stage: Stage) -> None:
    for text in NASTY:
        card = Message(text=text, title=text, author=text, pairs=pairs(Said=text), footnote=text)
        await stage.say(Side.CUSTOMER, card)
    carla = await visitor(browser, stage.customer_link)
    await expect(carla.locator("#lines .line")).to_have_count(len(NASTY))
    for place in (".text", "h3", "dd", ".small", ".from > span"):
        assert await shown(carla, f"#lines {place}") == list(NASTY), place
    inside = await carla.eval_on_selector_all("#lines *", "found => [...new Set(found.map(each => each.tagName))]")
    assert set(inside) <= {"LI", "P", "SPAN", "TIME", "DIV", "H3", "DL", "DT", "DD"}
    assert await carla.evaluate("window.ran") is None
    wide = "document.documentElement.scrollWidth <= window.innerWidth"
    await carla.set_viewport_size({"width": 390, "height": 844})
    assert await carla.evaluate(wide), "no text makes the page wider than a phone"


async def test_texts_on_a_pay_page_read_as_they_were_typed(browser: Browser, stage: Stage) -> None:
    description = "<script>window.ran = 1</script> & <img src=x onerror='window.ran = 1'> {{ 7 * 7 }}"
    page = await visitor(browser, await stage.request(description=description))
    await expect(page.get_by_text(description, exact=True).first).to_be_visible()
    assert await page.evaluate("window.ran") is None

"""How customers pay in a browser: from the chat's link or beside the call, at each gateway in its own way."""

from dataclasses import dataclass
from typing import Protocol

from playwright.async_api import Browser, FrameLocator, Locator, Page, expect

from tests.stories.script import Human
from tests.stories.stage import Stage

RUPEES = ("500 INR Lesson", "₹500.00")
DOLLARS = ("49 USD Lesson", "$49.00")
STARS = ("250 XTR Lesson", "XTR\u00a0250")
"""What the agent types, and the sum as people see it."""


@dataclass(frozen=True)
class Till:
    """A customer who has been asked for money, with a browser; `room` is open in it when they pay beside the call."""

    stage: Stage
    browser: Browser
    customer: Human
    address: str
    total: str
    room: Page | None

    @property
    def card(self) -> Locator:
        """The payment card beside the call."""
        assert self.room is not None
        return self.room.get_by_role("complementary", name="Payment")

    async def goes(self, address: str) -> Page:
        """Open an address in a browser that nobody has used before."""
        page = await (await self.browser.new_context(reduced_motion="reduce")).new_page()
        await page.goto(address)
        return page

    async def pay_page(self) -> Page:
        """Our pay page: by the link in the chat, or by the card beside the call, which opens it in a new tab."""
        if self.room is None:
            return await self.goes(self.address)
        async with self.room.context.expect_page() as opening:
            await self.card.get_by_role("link", name=f"Pay {self.total}").click()
        return await opening.value

    async def shows(self, heading: str) -> None:
        """Where there is a room page, its card says so."""
        if self.room is not None:
            await expect(self.card.get_by_role("heading", name=heading)).to_be_visible()


class Way(Protocol):
    """How one gateway is paid at in one way."""

    title: str
    asked: tuple[str, str]
    declines: bool
    refunds: bool

    async def opens(self, till: Till) -> Page | FrameLocator:
        """The customer has in front of them what they pay with."""

    async def declined(self, till: Till, page: Page | FrameLocator) -> None:
        """A first try, which the bank does not let through."""

    async def paid(self, till: Till, page: Page | FrameLocator) -> None:
        """They pay."""


async def choose(page: Page, gateway: str) -> None:
    """On the pay page: that gateway; its own page opens."""
    before = page.url
    await page.locator(f'form button[name="way"][value="{gateway}"]').click()
    await expect(page).not_to_have_url(before)


async def press(page: Page | FrameLocator, deed: str) -> None:
    """A button of the gateway's page, also one that lies behind “more”."""
    button = page.locator(f'button[value="{deed}"]')
    await expect(button).to_have_count(1)
    if not await button.is_visible():
        await page.locator("summary").click()
    await button.click()


@dataclass(frozen=True)
class OnItsPage:
    """On the gateway's own page, and back on ours; `comes_back`: also after a decline."""

    name: str
    title: str
    asked: tuple[str, str]
    no: str
    yes: str
    comes_back: bool = False
    declines: bool = True
    refunds: bool = True

    async def opens(self, till: Till) -> Page:
        page = await till.pay_page()
        await choose(page, self.name)
        return page

    async def declined(self, till: Till, page: Page | FrameLocator) -> None:
        await press(page, self.no)

    async def paid(self, till: Till, page: Page | FrameLocator) -> None:
        assert isinstance(page, Page)
        if self.comes_back:
            await choose(page, self.name)
        await press(page, self.yes)
        await expect(page.get_by_text("This has been paid")).to_be_visible()


@dataclass(frozen=True)
class InOurPage:
    """In Stripe's own form beside the call."""

    title: str = "Stripe"
    asked: tuple[str, str] = DOLLARS
    declines: bool = True
    refunds: bool = True

    async def opens(self, till: Till) -> FrameLocator:
        assert till.room is not None
        await till.card.get_by_role("button", name="Pay here with Stripe").click()
        return till.room.frame_locator("iframe[title='Secure payment input frame']")

    async def declined(self, till: Till, page: Page | FrameLocator) -> None:
        await press(page, "card_declined")

    async def paid(self, till: Till, page: Page | FrameLocator) -> None:
        await press(page, "card")


@dataclass(frozen=True)
class ByUpiCode:
    """A code on the screen, and a phone beside it; the pay page turns to paid by itself."""

    name: str
    title: str
    asked: tuple[str, str] = RUPEES
    declines: bool = False
    refunds: bool = True

    async def opens(self, till: Till) -> Page:
        page = await till.pay_page() if till.room is None else till.room
        place = page.locator("main") if till.room is None else till.card
        await place.get_by_role("button", name=f"UPI QR by {self.title}").click()
        code = place.get_by_alt_text("UPI code")
        await expect(code).to_be_visible()
        assert await code.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 0
        return page

    async def declined(self, till: Till, page: Page | FrameLocator) -> None:
        raise AssertionError("nobody is told of a code that was scanned and not paid")  # pragma: no cover

    async def paid(self, till: Till, page: Page | FrameLocator) -> None:
        if self.name == "razorpay":
            (code,) = till.stage.cast.razorpay.books.codes
            await till.stage.cast.razorpay.scan(code)
        else:
            (order,) = till.stage.cast.phonepe.orders
            await till.stage.cast.phonepe.pay(order)
        if till.room is None:
            await expect(page.get_by_text("This has been paid")).to_be_visible(timeout=15_000)


@dataclass(frozen=True)
class InTelegram:
    """In the sheet that Telegram opens: by the card's own button, or from the pay page beside the call."""

    asked: tuple[str, str]
    refunds: bool
    title: str = "Telegram"
    declines: bool = False

    async def opens(self, till: Till) -> Page:
        if till.room is None:
            return await till.goes(await till.customer.taps("Pay in Telegram"))
        page = await till.pay_page()
        await choose(page, "telegram")
        return page

    async def declined(self, till: Till, page: Page | FrameLocator) -> None:
        raise AssertionError("Telegram tells no bot of a card that was declined")  # pragma: no cover

    async def paid(self, till: Till, page: Page | FrameLocator) -> None:
        await page.get_by_label("Whose Telegram is this?").select_option(str(till.customer.person))
        await press(page, "pay")
        await expect(page.get_by_text("Paid. The chat shows it.")).to_be_visible()


STRIPE = OnItsPage("stripe", "Stripe", DOLLARS, "card_declined", "card")
STRIPE_INSIDE = InOurPage()
RAZORPAY = OnItsPage("razorpay", "Razorpay", RUPEES, "payment_failed", "upi")
RAZORPAY_CODE = ByUpiCode("razorpay", "Razorpay")
PAYPAL = OnItsPage("paypal", "PayPal", DOLLARS, "decline", "pay", comes_back=True)
PHONEPE = OnItsPage("phonepe", "PhonePe", RUPEES, "ZM", "pay")
PHONEPE_CODE = ByUpiCode("phonepe", "PhonePe")
PRETEND = OnItsPage("pretend", "Pretend gateway", DOLLARS, "declined", "paid")
TELEGRAM = InTelegram(DOLLARS, refunds=False)
TELEGRAM_STARS = InTelegram(STARS, refunds=True)

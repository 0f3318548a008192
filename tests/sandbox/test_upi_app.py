"""The UPI app among the sandbox's tools: codes of two gateways, scanned by a press."""

import pytest
from playwright.async_api import Browser, expect

from sandbox.app import Cast

pytestmark = pytest.mark.browser


async def test_codes_of_both_gateways_are_scanned_from_the_page(
    browser: Browser, cast: Cast, sandbox_server: str
) -> None:
    flow = {"type": "PG", "paymentMode": {"type": "UPI_QR"}}
    code = cast.razorpay.books.open_code(
        {"usage": "single_use", "payment_amount": 50000, "description": "Talk", "name": "Acme"}
    )
    order = cast.phonepe.books.open({"merchantOrderId": "co_1-qr", "amount": 70000, "paymentFlow": flow})
    page = await browser.new_page()
    await page.goto(sandbox_server)
    await page.get_by_role("tab", name="UPI app").click()
    tool = page.get_by_role("tabpanel", name="UPI app")
    await expect(tool.get_by_role("listitem")).to_have_count(2)
    await tool.get_by_role("button", name="Wrong PIN").click()
    await tool.get_by_role("button", name="Scan and pay INR 500.00").click()
    await tool.get_by_role("button", name="Scan and pay ₹700.00").click()
    await expect(tool.get_by_text("No code to scan.")).to_be_visible()
    assert (code["close_reason"], order.state) == ("paid", "COMPLETED")
    assert [attempt["state"] for attempt in order.attempts] == ["FAILED", "COMPLETED"]

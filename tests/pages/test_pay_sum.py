"""How the sum comes about on the pay page: lines and tax, a tip, a coupon, and a yes before the gateway's page."""

import httpx2
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect

from handlers.house import House
from sandbox.app import Cast
from storage.tables import Checkout, Coupon, RequestLine
from tests.pages.stage import Stage, check_access, visitor


async def itemised(stage: Stage, *, deposit: int | None = None) -> str:
    """Two hours at 7 % in the price and materials with 19 % on top, 121.80 together; tips and a coupon are offered."""
    now = 12180 if deposit is None else 3654
    url = await stage.request(description="Consultation, Materials", amount_minor=now, deposit_percent=deposit)
    async with stage.house.database.begin() as work:
        team = await work.people.team(stage.team_id)
        team.tips = "5,10"
        request = await work.payments.request_by_code("pay-requested")
        assert request is not None
        lines = [
            RequestLine(request_id=request.id, place=1, text="Consultation", quantity=200, unit_minor=4900,
                        tax_rate=700),
            RequestLine(request_id=request.id, place=2, text="Materials", quantity=100, unit_minor=2000,
                        tax_rate=1900, on_top=True),
        ]  # fmt: skip
        await work.pricing.set_lines(request.id, lines)
        await work.pricing.add(Coupon(team_id=team.id, code="SPRING", percent=1000, most_uses=1))
    return url


async def checkouts(stage: Stage) -> list[Checkout]:
    async with stage.house.database.begin() as work:
        request = await work.payments.request_by_code("pay-requested")
        assert request is not None
        return list(await work.payments.checkouts_of(request.id))


async def post(url: str, **answers: str) -> httpx2.Response:
    async with httpx2.AsyncClient(follow_redirects=False) as client:
        return await client.post(url, data=answers)


async def get(url: str) -> str:
    async with httpx2.AsyncClient() as client:
        return (await client.get(url)).text


async def test_without_a_yes_nobody_gets_to_the_gateway(stage: Stage) -> None:
    url = await itemised(stage)
    refused = await post(url)
    assert (refused.status_code, "agree to it" in refused.text) == (409, True)
    assert not await checkouts(stage)
    assert (await post(url, agree="12180")).status_code == 303
    (opened,) = await checkouts(stage)
    assert (opened.amount_minor, opened.agreed_at is not None) == (12180, True)


async def test_a_yes_to_another_sum_than_the_present_one_is_none(stage: Stage) -> None:
    url = await itemised(stage)
    await post(f"{url}/tip", tip="10")
    refused = await post(url, agree="12180")
    assert (refused.status_code, "The sum has just changed" in refused.text) == (409, True)
    assert (await post(url, agree="13398")).status_code == 303


async def test_a_change_ends_the_open_page_at_the_gateway_first(stage: Stage, cast: Cast) -> None:
    url = await itemised(stage)
    await post(url, agree="12180")
    (first,) = await checkouts(stage)
    assert (await post(f"{url}/coupon", coupon="spring")).status_code == 303
    assert cast.stripe.sessions[str(first.checkout_ref)]["status"] == "expired"
    await post(url, agree="10962")
    second, _ = await checkouts(stage)
    assert cast.stripe.sessions[str(second.checkout_ref)]["amount_total"] == 10962


async def test_what_was_paid_just_before_the_change_stands(stage: Stage, cast: Cast) -> None:
    url = await itemised(stage)
    await post(url, agree="12180")
    (first,) = await checkouts(stage)
    await cast.stripe.pay(str(first.checkout_ref))
    refused = await post(f"{url}/tip", tip="10")
    assert (refused.status_code, "This has been paid" in refused.text) == (409, True)
    assert "$121.80" in refused.text


REFUSALS = (
    ("coupon", {"coupon": "WINTER"}, "no such coupon"),
    ("coupon", {"coupon": "SPRING\x00"}, "no such coupon"),
    ("tip", {"own": "lots"}, "no amount"),
    ("tip", {"own": "999"}, "as much as the sum itself"),
    ("tip", {"own": "5 EUR"}, "in USD alone"),
    ("tip", {"own": "1,299"}, "two decimals"),
)


async def test_what_cannot_be_taken_is_a_sentence_and_the_sum_stays(stage: Stage) -> None:
    url = await itemised(stage)
    for path, answers, sentence in REFUSALS:
        refused = await post(f"{url}/{path}", **answers)
        assert (refused.status_code, sentence in refused.text) == (409, True), sentence
        assert "$121.80" in refused.text


@pytest.mark.parametrize("path", ["tip", "coupon", "coupon/drop"])
async def test_a_tab_that_is_brought_back_after_a_refusal_shows_the_pay_page(stage: Stage, path: str) -> None:
    url = await itemised(stage)
    async with httpx2.AsyncClient(follow_redirects=True) as client:
        shown = await client.get(f"{url}/{path}")
    assert (str(shown.url), "$121.80" in shown.text) == (url, True)


async def test_a_code_cannot_be_guessed(stage: Stage) -> None:
    url = await itemised(stage)
    for number in range(20):
        await post(f"{url}/coupon", coupon=f"CODE{number}")
    assert "Too many codes" in (await post(f"{url}/coupon", coupon="SPRING")).text


async def test_a_deposit_says_what_comes_later_and_takes_no_tip(stage: Stage) -> None:
    page = await get(await itemised(stage, deposit=3000))
    for words in ("Deposit now, 30 %", "$36.54", "Rest, later", "$85.26"):
        assert words in page
    assert "Add a tip" not in page
    assert (await post(stage.house.link("pay/pay-requested/tip"), tip="10")).status_code == 409


@pytest.mark.browser
async def test_someone_sees_the_arithmetic_tips_uses_a_coupon_and_agrees(
    browser: Browser, stage: Stage, axe: Axe, house: House
) -> None:
    page = await visitor(browser, await itemised(stage), width=390)
    rows = page.get_by_label("How the sum comes about")
    for row in ("2 × $49.00 Consultation", "Tax 19 % on top", "$3.80", "Total", "$6.41 (7 %), $3.80 (19 %)"):
        await expect(rows).to_contain_text(row)
    await page.get_by_role("button", name="10 %").click()
    await expect(rows).to_contain_text("Tip$12.18")
    await page.get_by_text("Do you have a coupon?").click()
    await page.get_by_label("Coupon code").fill("spring")
    await page.get_by_role("button", name="Use it").click()
    await expect(rows).to_contain_text("Coupon SPRING−$12.18")
    await expect(page.get_by_role("button", name="Pay $121.80")).to_be_visible()
    await check_access(axe, page)
    await page.get_by_label("I agree to pay $121.80 to Lotus Clinic").check()
    await page.get_by_role("button", name="Pay $121.80").click()
    await page.wait_for_url("**/stripe/pay/**")

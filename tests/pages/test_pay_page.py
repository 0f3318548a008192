"""The pay page: what it says in each state, the way to the gateway and back, and what happens when that is gone."""

from datetime import timedelta

import httpx2
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Route, expect

from bot.pages.pay import LOOKS, OTHERWISE, TROUBLE, trouble
from handlers.house import House
from handlers.words import FOR_CUSTOMERS
from payments.errors import Declined, PaymentError
from payments.gateway import utc_now
from payments.machine import State
from sandbox.app import Cast
from sandbox.faults import Fault, Rule
from sandbox.world import World
from tests.pages.stage import Stage, check_access, visitor


async def get(url: str) -> httpx2.Response:
    async with httpx2.AsyncClient() as client:
        return await client.get(url)


async def post(url: str) -> httpx2.Response:
    async with httpx2.AsyncClient() as client:
        return await client.post(url)


async def test_it_names_payee_sum_and_purpose_and_that_it_is_a_test(stage: Stage) -> None:
    page = await get(await stage.request())
    assert page.status_code == 200
    for words in ("Lotus Clinic", "$49.00", "Consultation", "Test mode", "You pay on Stripe’s own page"):
        assert words in page.text


async def test_an_unknown_code_is_a_plain_page(stage: Stage) -> None:
    for path in ("pay/unknown", "pay/unknown/back"):
        page = await get(stage.house.link(path))
        assert page.status_code == 404
        assert "Nothing to pay here" in page.text
    assert (await post(stage.house.link("pay/unknown"))).status_code == 404


async def test_paying_leads_to_the_gateway(stage: Stage, world: World) -> None:
    answer = await post(await stage.request())
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(world.public_url)


async def test_a_gateway_that_is_down_is_a_sentence_and_takes_no_money(stage: Stage, world: World) -> None:
    world.faults.add(Rule("stripe", Fault.RATE_LIMITED, count=100))
    answer = await post(await stage.request())
    assert answer.status_code == 503
    assert "Nothing was charged" in answer.text


@pytest.mark.parametrize("state", [State.PAID, State.EXPIRED, State.CANCELLED, State.REFUNDED, State.PROCESSING])
async def test_what_is_settled_cannot_be_paid_again(stage: Stage, state: State) -> None:
    url = await stage.request(state)
    page = await get(url)
    assert FOR_CUSTOMERS[state] in page.text
    assert "<form" not in page.text
    assert (await post(url)).status_code == 409


async def test_the_back_page_believes_the_gateway_and_not_the_visit(stage: Stage) -> None:
    url = await stage.request()
    await post(url)
    page = await get(f"{url}/back")
    assert page.status_code == 200
    assert "To pay" in page.text
    assert (await get(f"{url}/state")).json() == {"state": "opened"}


def test_every_state_and_every_error_has_its_words() -> None:
    assert set(LOOKS) == set(FOR_CUSTOMERS) == set(State)
    assert trouble(Declined("no")) == TROUBLE[Declined]
    assert trouble(PaymentError("?")) == OTHERWISE


async def test_who_paid_what_was_withdrawn_meanwhile_reads_that_it_goes_back(stage: Stage, cast: Cast) -> None:
    url = await stage.request()
    await post(url)
    async with stage.house.database.begin() as work:
        request = await work.payments.request_by_code("pay-requested")
        assert request is not None
        request.state = State.CANCELLED
    await cast.stripe.pay(next(iter(cast.stripe.sessions)))
    page = await get(f"{url}/back")
    assert FOR_CUSTOMERS[State.CANCELLED] in page.text
    assert "Your payment of $49.00 with Stripe was not due any more and is on its way back to you." in page.text


async def test_no_page_of_ours_can_be_read_by_others_or_kept(stage: Stage) -> None:
    for url in (await stage.request(), stage.customer_link, stage.house.link("room/wrong")):
        headers = (await get(url)).headers
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'self'" in policy
        assert "unsafe" not in policy


@pytest.mark.browser
async def test_someone_pays_and_the_page_turns_to_paid_by_itself(
    browser: Browser, stage: Stage, cast: Cast, house: House
) -> None:
    url = await stage.request()
    page = await visitor(browser, f"{url}?from=room", width=360)
    await page.get_by_role("button", name="Pay $49.00").click()
    await page.wait_for_url("**/stripe/pay/**")
    async with house.database.begin() as work:
        request = await work.payments.request_by_code(url.rsplit("/", 1)[1])
        assert request is not None
        [checkout] = await work.payments.checkouts_of(request.id)
    await page.goto(f"{url}/back")
    await expect(page.get_by_text("To pay")).to_be_visible()
    await cast.stripe.pay(str(checkout.checkout_ref))
    await expect(page.get_by_text("Paid", exact=True)).to_be_visible(timeout=20_000)
    await expect(page.get_by_text("Your call is still open")).to_be_visible()


@pytest.mark.long
@pytest.mark.browser
async def test_the_pay_page_is_accessible_however_it_looks(browser: Browser, stage: Stage, axe: Axe) -> None:
    page = await visitor(browser, stage.house.link("pay/unknown"))
    one_of_each_look = {sign: state for state, sign in LOOKS.items()}
    links = [await stage.request(state, receipt_url="https://s.example/r") for state in one_of_each_look.values()]
    for link in (page.url, *links):
        await page.goto(link)
        await check_access(axe, page)


async def test_the_page_says_who_asks_and_nobody_is_left_guessing_after_coming_back(stage: Stage) -> None:
    url = await stage.request()
    assert "Ana Silva asks you for this in your chat with Lotus Clinic." in (await get(url)).text
    assert "If you have just paid, stay here" not in (await get(url)).text
    assert "If you have just paid, stay here" in (await get(f"{url}/back")).text


@pytest.mark.parametrize(
    ("state", "fields", "sentence"),
    [
        (State.FAILED, {"detail": "Your card was declined."}, "Your card was declined. Nothing was taken; you can try"),
        (State.PART_REFUNDED, {"refunded_minor": 1250}, "$12.50 of this has been refunded."),
        (State.DISPUTE_LOST, {}, "Your bank has paid this back to you."),
    ],
)
async def test_a_state_is_told_with_what_the_payer_wants_to_know(
    stage: Stage, state: State, fields: dict[str, object], sentence: str
) -> None:
    assert sentence in (await get(await stage.request(state, **fields))).text


async def test_a_request_whose_time_is_over_is_expired_before_a_sweep_has_seen_it(stage: Stage) -> None:
    page = (await get(await stage.request(expires_at=utc_now() - timedelta(seconds=1)))).text
    assert "Expired" in page and "To pay" not in page and "<form" not in page


@pytest.mark.browser
async def test_an_impatient_thumb_pays_once_and_sees_that_something_happens(browser: Browser, stage: Stage) -> None:
    url = await stage.request()
    page = await visitor(browser, url, width=390)
    pressed: list[str] = []

    async def nowhere(route: Route) -> None:
        pressed.append(route.request.method)
        await route.fulfill(status=204)  # the browser stays on the page, as it does until an answer comes

    await page.route(url, nowhere)
    await page.get_by_role("button", name="Pay $49.00").click()
    busy = page.get_by_role("button", name="Opening Stripe…")
    await expect(busy).to_have_attribute("aria-busy", "true")
    await busy.click()
    await busy.press("Enter")
    assert pressed == ["POST"]

"""Razorpay's twin and adapter together, beyond what every gateway promises."""

from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest

from payments.errors import BadSignature, NotConfigured
from payments.facts import FactKind
from payments.machine import State, settle
from payments.money import Money
from payments.razorpay import Razorpay, RazorpayKeys
from sandbox.faults import Fault
from tests.contracts.counter import Till, heard, opened, order
from tests.contracts.tills.razorpay import razorpay_till

PRICE = Money(4900, "INR")


@pytest.fixture
async def till() -> AsyncIterator[Till]:
    async with razorpay_till() as ready:
        yield ready


async def test_a_decline_is_told_by_webhook_with_its_reason(till: Till) -> None:
    link = await opened(till)
    await till.declines(link.checkout_ref)
    (failed,) = await heard(till)
    assert (failed.kind, failed.reference) == (FactKind.FAILED, "ord_1")
    assert "PIN" in failed.detail


async def test_money_authorized_before_the_end_and_captured_after_it_is_seen(till: Till) -> None:
    link, twin = await opened(till), till.counter.cast.razorpay
    await twin.authorize(link.checkout_ref)
    assert settle(await heard(till), PRICE).state is State.PROCESSING
    await twin.expire(link.checkout_ref)
    till.counter.world.clock.jump(timedelta(minutes=1))
    await twin.capture(link.checkout_ref)
    settled = settle(await heard(till), PRICE)
    assert (settled.state, settled.captured) == (State.PAID, PRICE)


@pytest.mark.parametrize(("succeeded", "state"), [(True, State.REFUNDED), (False, State.PAID)])
async def test_a_pending_refund_arrives_or_fails(till: Till, succeeded: bool, state: State) -> None:
    link, twin = await opened(till), till.counter.cast.razorpay
    await till.pays(link.checkout_ref)
    refund = await twin.refund_in_dashboard(link.checkout_ref, status="pending")
    assert settle(await till.gateway.look_up(link.checkout_ref), PRICE).state is State.REFUND_PENDING
    await twin.settle_refund(refund, succeeded=succeeded)
    polled = await till.gateway.look_up(link.checkout_ref)
    assert settle(polled, PRICE).state is state
    assert settle([*await heard(till), *polled], PRICE).state is state


@pytest.mark.parametrize(("won", "state"), [(True, State.DISPUTE_WON), (False, State.DISPUTE_LOST)])
async def test_a_dispute_is_told_by_webhook_and_found_by_asking(till: Till, won: bool, state: State) -> None:
    link, twin = await opened(till), till.counter.cast.razorpay
    await till.pays(link.checkout_ref)
    dispute = await twin.dispute(link.checkout_ref)
    assert settle(await heard(till), PRICE).state is State.DISPUTED
    await twin.close_dispute(dispute, won=won)
    assert settle(await heard(till), PRICE).state is state
    assert settle(await till.gateway.look_up(link.checkout_ref), PRICE).state is state


async def test_a_link_made_without_an_answer_is_found_and_not_made_twice(till: Till) -> None:
    till.counter.trouble("razorpay", Fault.TIMEOUT, times=1)
    link = await till.gateway.open_checkout(order(till))
    assert list(till.counter.cast.razorpay.books.links) == [link.checkout_ref]


async def test_the_customer_comes_back_with_a_signed_return(till: Till) -> None:
    link = await opened(till)
    async with (
        aiohttp.ClientSession() as browser,
        browser.get(link.url) as page,
        browser.post(link.url, data={"act": "upi"}, allow_redirects=False) as answer,
    ):
        assert "nothing is real" in await page.text()
        back = urlsplit(answer.headers["Location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == "http://127.0.0.1/back"
    params = dict(parse_qsl(back.query))
    assert isinstance(till.gateway, Razorpay)
    returned = till.gateway.returned(params)
    assert (returned.checkout_ref, returned.reference, returned.status) == (link.checkout_ref, "ord_1", "paid")
    with pytest.raises(BadSignature):
        till.gateway.returned(params | {"razorpay_payment_link_status": "cancelled"})


async def test_an_event_sent_again_keeps_its_id(till: Till) -> None:
    link, twin = await opened(till), till.counter.cast.razorpay
    await till.pays(link.checkout_ref)
    before = await heard(till)
    await twin.resend(before[0].event_id)
    assert (await heard(till))[-1] == before[0]


async def test_wrong_keys_are_a_matter_for_the_operator(till: Till) -> None:
    keys = RazorpayKeys("rzp_test_wrong", "wrong", api_url=f"{till.counter.url}/razorpay")
    stranger = Razorpay(keys)
    try:
        with pytest.raises(NotConfigured, match="API key"):
            await stranger.check()
    finally:
        await stranger.aclose()


async def test_an_address_razorpay_does_not_have_is_refused_in_its_own_words(till: Till) -> None:
    async with (
        aiohttp.ClientSession() as caller,
        caller.get(f"{till.counter.url}/razorpay/v1/subscriptions") as answer,
    ):
        told = await answer.json()
    assert answer.status == 400
    assert told["error"]["description"] == "The requested URL was not found on the server."

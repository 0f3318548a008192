"""What Stripe's twin tells the program, and what people do on its pages."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
import stripe
from aiohttp import web

from sandbox.app import Cast
from sandbox.faults import Fault, Rule
from sandbox.stripe.errors import Refused
from sandbox.world import World

PRICE = {"currency": "usd", "unit_amount": 4900, "product_data": {"name": "A <b>talk</b>"}}
FORM = {
    "mode": "payment",
    "success_url": "http://127.0.0.1:9/paid?s={CHECKOUT_SESSION_ID}",
    "cancel_url": "http://127.0.0.1:9/back",
    "client_reference_id": "ord_1",
    "line_items": [
        {
            "quantity": 1,
            "price_data": {"currency": "usd", "unit_amount": 4900, "product_data": {"name": "A <b>talk</b>"}},
        }
    ],
}


class Program:
    """Stands where the program under test would: takes webhooks, answers with the statuses it was given, then 200."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.signatures: list[str] = []
        self.answers: list[int] = []

    async def take(self, request: web.Request) -> web.Response:
        secret, body = World().secrets.stripe_webhook_secret, await request.read()
        signature = request.headers["Stripe-Signature"]
        stripe.WebhookSignature.verify_header(body.decode(), signature, secret, 10**9)
        self.heard.append(json.loads(body))
        self.signatures.append(signature)
        return web.Response(status=self.answers.pop(0) if self.answers else 200)

    @property
    def kinds(self) -> list[str]:
        return [event["type"] for event in self.heard]


@asynccontextmanager
async def listening(world: World) -> AsyncIterator[Program]:
    program, app = Program(), web.Application()
    app.router.add_post("/webhooks/stripe", program.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    world.product_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield program
    finally:
        await world.close()
        await runner.cleanup()


async def test_a_payment_is_told_in_three_signed_events(world: World, cast: Cast) -> None:
    session = cast.stripe.books.open(dict(FORM))
    async with listening(world) as program:
        await cast.stripe.pay(session["id"])
    assert program.kinds == ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]
    told = program.heard[-1]
    assert told["object"] == "event" and told["livemode"] is False and told["api_version"] == "2026-10-28.endive"
    assert told["data"]["object"]["payment_status"] == "paid"
    assert told["data"]["object"]["client_reference_id"] == "ord_1"


def test_stripes_own_library_accepts_the_signature(world: World, cast: Cast) -> None:
    session = cast.stripe.books.open(dict(FORM))
    event = _in_loop(cast, session["id"])
    body, headers = cast.stripe.webhook(event["id"])
    secret = world.secrets.stripe_webhook_secret
    found = stripe.Webhook.construct_event(body, headers["Stripe-Signature"], secret)
    assert found.type == "checkout.session.expired"
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body + b" ", headers["Stripe-Signature"], secret)


def _in_loop(cast: Cast, session_id: str) -> dict[str, Any]:
    async def act() -> dict[str, Any]:
        return cast.stripe.books.expire(session_id)[0]

    return asyncio.run(act())


async def test_what_the_program_does_not_take_is_sent_again(world: World, cast: Cast) -> None:
    cast.stripe.gaps = (0.01, 0.02, 0.04)
    session = cast.stripe.books.open(dict(FORM))
    async with listening(world) as program:
        program.answers = [500, 503]
        await cast.stripe.expire(session["id"])
        await world.until(lambda: len(program.heard) == 3)
        event = next(iter(cast.stripe.events))
        await world.until(lambda: cast.stripe.delivered[event] == [500, 503, 200])
    assert len({told["id"] for told in program.heard}) == 1


async def test_a_declined_card_leaves_the_page_open_for_another(world: World, cast: Cast) -> None:
    session = cast.stripe.books.open(dict(FORM))
    async with listening(world) as program:
        await cast.stripe.decline(session["id"])
        assert session["status"] == "open"
        await cast.stripe.pay(session["id"])
        with pytest.raises(Refused, match="complete"):
            await cast.stripe.pay(session["id"])
    assert program.kinds[:2] == ["charge.failed", "payment_intent.payment_failed"]
    assert program.heard[1]["data"]["object"]["last_payment_error"]["code"] == "card_declined"
    assert program.kinds[-1] == "checkout.session.completed"


@pytest.mark.parametrize(("succeeded", "last", "paid"), [(True, "succeeded", "paid"), (False, "failed", "unpaid")])
async def test_a_bank_debit_is_settled_later(world: World, cast: Cast, succeeded: bool, last: str, paid: str) -> None:
    session = cast.stripe.books.open(dict(FORM))
    async with listening(world) as program:
        await cast.stripe.pay_later(session["id"])
        assert program.heard[-1]["data"]["object"]["payment_status"] == "unpaid"
        await cast.stripe.settle(session["id"], succeeded=succeeded)
    assert program.kinds[-1] == f"checkout.session.async_payment_{last}"
    assert program.heard[-1]["data"]["object"]["payment_status"] == paid


async def test_paying_twice_makes_two_payments_of_one_reference(world: World, cast: Cast) -> None:
    session = cast.stripe.books.open(dict(FORM))
    async with listening(world) as program:
        await cast.stripe.pay_twice(session["id"])
    done = [event["data"]["object"] for event in program.heard if event["type"] == "checkout.session.completed"]
    assert [item["client_reference_id"] for item in done] == ["ord_1", "ord_1"]
    assert len({item["payment_intent"] for item in done}) == 2


async def test_refunds_and_disputes_are_told(world: World, cast: Cast) -> None:
    session = cast.stripe.books.open(dict(FORM))
    async with listening(world) as program:
        await cast.stripe.pay(session["id"])
        program.heard.clear()
        await cast.stripe.refund_in_dashboard(session["id"], 900)
        dispute = await cast.stripe.dispute(session["id"])
        await cast.stripe.close_dispute(dispute, won=False)
    assert program.kinds == [
        "refund.created", "charge.refunded", "refund.updated",
        "charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed",
    ]  # fmt: skip
    assert program.heard[1]["data"]["object"]["amount_refunded"] == 900
    assert program.heard[-1]["data"]["object"]["status"] == "lost"


@pytest.mark.parametrize(
    ("fault", "heard"), [(Fault.LOST, 0), (Fault.DOUBLED, 2), (Fault.LATE, 0)], ids=["lost", "doubled", "late"]
)
async def test_webhook_faults_strike_once(world: World, cast: Cast, fault: Fault, heard: int) -> None:
    session = cast.stripe.books.open(dict(FORM))
    world.faults.add(Rule("stripe", fault, method="session.expired"))
    async with listening(world) as program:
        await cast.stripe.expire(session["id"])
        assert len(program.heard) == heard
        await world.release()
        assert len(program.heard) == (1 if fault is Fault.LATE else heard)


async def test_a_reordered_webhook_comes_after_the_next(world: World, cast: Cast) -> None:
    session = cast.stripe.books.open(dict(FORM))
    world.faults.add(Rule("stripe", Fault.REORDERED, method="charge.succeeded"))
    async with listening(world) as program:
        await cast.stripe.pay(session["id"])
    assert program.kinds == ["payment_intent.succeeded", "charge.succeeded", "checkout.session.completed"]


async def test_a_webhook_held_back_is_signed_when_it_leaves(world: World, cast: Cast) -> None:
    session = cast.stripe.books.open(dict(FORM))
    world.faults.add(Rule("stripe", Fault.LATE))
    async with listening(world) as program:
        await cast.stripe.expire(session["id"])
        world.clock.jump(timedelta(hours=2))
        await world.release("stripe")
    signed = int(program.signatures[0].split(",")[0].removeprefix("t="))
    assert abs(signed - world.clock.now().timestamp()) < 60


async def test_the_page_takes_the_customer_back_when_paid(world: World, cast: Cast, sandbox_server: str) -> None:
    session = cast.stripe.books.open(dict(FORM))
    async with aiohttp.ClientSession() as browser:
        async with browser.get(session["url"]) as page:
            text = await page.text()
        assert "$49.00" in text and "Bright Studio" in text and "SANDBOX" in text and "A &lt;b&gt;talk" in text
        async with browser.post(session["url"], data={"act": "card", "card": "card_declined"}) as page:
            assert "Your card was declined." in await page.text()
        async with browser.post(session["url"], data={"act": "authenticate"}) as page:
            assert "3-D Secure" in await page.text()
        url = f"{sandbox_server}/stripe/pay/{session['id']}"
        async with browser.post(url, data={"act": "pay"}, allow_redirects=False) as answer:
            assert answer.headers["Location"] == f"http://127.0.0.1:9/paid?s={session['id']}"
        async with browser.get(url) as page:
            assert "complete" in await page.text()
        receipt = cast.stripe.books.charge_of(session["id"])["receipt_url"]
        async with browser.get(receipt) as page:
            assert page.status == 200 and "$49.00" in await page.text()


async def test_the_dashboard_acts_and_refuses_in_stripes_words(cast: Cast, sandbox_server: str) -> None:
    session = cast.stripe.books.open(dict(FORM))
    ui = f"{sandbox_server}/ui/stripe"
    async with aiohttp.ClientSession() as page:
        async with page.post(f"{ui}/sessions/{session['id']}/pay") as answer:
            assert answer.status == 200
        async with page.post(f"{ui}/sessions/{session['id']}/pay") as answer:
            assert answer.status == 400 and "complete" in (await answer.json())["error"]["message"]
        async with page.post(f"{ui}/sessions/{session['id']}/refund", json={"amount": 900}) as answer:
            assert (await answer.json())["result"].startswith("re_")
        async with page.get(ui) as answer:
            payment = (await answer.json())["payments"][0]
    assert (payment["status"], payment["refunded"], payment["refundable"]) == ("partly refunded", "$9.00", 4000)


async def test_a_session_ends_by_itself_when_its_time_is_over(world: World, cast: Cast, sandbox_server: str) -> None:
    session = cast.stripe.books.open(dict(FORM))
    async with aiohttp.ClientSession() as page:
        await page.post(f"{sandbox_server}/ui/clock", json={"seconds": 25 * 3600})
        await world.until(lambda: session["status"] == "expired")
    assert session["url"] is None

"""PhonePe's twin, called as its documents describe: it answers, refuses and reports as the vendor does."""

import hashlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.app import Cast
from sandbox.world import World

Json = dict[str, Any]
RETURN = "http://127.0.0.1:9/back"


def wanted(**given: Any) -> Json:
    flow = {"type": "PG_CHECKOUT", "message": "Consultation", "merchantUrls": {"redirectUrl": RETURN}}
    return {"merchantOrderId": "ord_1", "amount": 4900, "expireAfter": 1200, "paymentFlow": flow} | given


def back(**given: Any) -> Json:
    return {"merchantRefundId": "rf_1", "originalMerchantOrderId": "ord_1", "amount": 900} | given


@pytest_asyncio.fixture
async def heard(world: World) -> AsyncIterator[list[tuple[str, Json]]]:
    """The webhooks that arrive: the Authorization header and the body."""
    told: list[tuple[str, Json]] = []

    async def take(request: web.Request) -> web.Response:
        told.append((request.headers["Authorization"], await request.json()))
        return web.Response()

    app = web.Application()
    app.router.add_post("/webhooks/phonepe", take)
    async with TestServer(app) as server:
        world.product_url = str(server.make_url("")).rstrip("/")
        yield told


@pytest_asyncio.fixture
async def merchant(sandbox_server: str, world: World) -> AsyncIterator[httpx2.AsyncClient]:
    """A client that is logged in."""
    keys = world.secrets
    form = {
        "client_id": keys.phonepe_client_id,
        "client_version": keys.phonepe_client_version,
        "client_secret": keys.phonepe_client_secret,
        "grant_type": "client_credentials",
    }
    async with httpx2.AsyncClient(base_url=f"{sandbox_server}/phonepe") as client:
        token = (await client.post("/v1/oauth/token", data=form)).json()
        assert token["expires_at"] - token["issued_at"] == 3600
        client.headers["Authorization"] = f"{token['token_type']} {token['access_token']}"
        yield client


async def test_wrong_keys_get_no_token(sandbox_server: str) -> None:
    async with httpx2.AsyncClient() as stranger:
        answer = await stranger.post(f"{sandbox_server}/phonepe/v1/oauth/token", data={"client_id": "X"})
        assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_CLIENT")
        answer = await stranger.post(f"{sandbox_server}/phonepe/checkout/v2/pay", json=wanted())
        assert answer.status_code == 401


async def test_a_token_ends(merchant: httpx2.AsyncClient, world: World) -> None:
    assert (await merchant.post("/checkout/v2/pay", json=wanted())).status_code == 200
    world.clock.jump(timedelta(hours=1))
    assert (await merchant.get("/checkout/v2/order/ord_1/status")).status_code == 401


async def test_an_order_is_opened_once_and_asked_about(merchant: httpx2.AsyncClient, world: World) -> None:
    made = (await merchant.post("/checkout/v2/pay", json=wanted())).json()
    assert made["state"] == "PENDING"
    assert made["redirectUrl"].startswith(f"{world.public_url}/phonepe/pay/")
    assert (await merchant.post("/checkout/v2/pay", json=wanted())).status_code == 400
    order = (await merchant.get("/checkout/v2/order/ord_1/status")).json()
    assert (order["orderId"], order["amount"], order["paymentDetails"]) == (made["orderId"], 4900, [])
    assert "redirectUrl" not in order


@pytest.mark.parametrize(
    "given",
    [
        {"amount": 99},
        {"amount": "4900"},
        {"amount": 49.0},
        {"merchantOrderId": "a" * 64},
        {"merchantOrderId": "ord 1"},
        {"expireAfter": 299},
        {"expireAfter": 3601},
        {"paymentFlow": {"type": "PG"}},
        {"metaInfo": {"udf1": "x" * 257}},
        {"metaInfo": {"udf11": "x" * 51}},
        {"metaInfo": {"udf11": "<b>"}},
    ],
)
async def test_what_phonepe_refuses_is_refused(merchant: httpx2.AsyncClient, given: Json) -> None:
    answer = await merchant.post("/checkout/v2/pay", json=wanted(**given))
    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST")
    assert (await merchant.get("/checkout/v2/order/ord_1/status")).status_code == 404


async def test_unknown_addresses_and_bodies_fail_loudly(merchant: httpx2.AsyncClient) -> None:
    assert (await merchant.post("/checkout/v2/cancel", json={})).json()["message"] == "Api Mapping Not Found"
    assert (await merchant.post("/checkout/v2/pay", content=b"[1]")).status_code == 400
    assert (await merchant.post("/checkout/v2/pay", content=b"\xff")).status_code == 400


async def test_a_declined_try_leaves_the_page_open_unless_the_merchant_said_no(
    merchant: httpx2.AsyncClient, cast: Cast, heard: list[tuple[str, Json]]
) -> None:
    await merchant.post("/checkout/v2/pay", json=wanted())
    await merchant.post("/checkout/v2/pay", json=wanted(merchantOrderId="ord_2", disablePaymentRetry=True))
    await cast.phonepe.decline("ord_1")
    await cast.phonepe.decline("ord_2", "Z9")
    told = [(body["event"], body["payload"]["state"]) for _, body in heard]
    assert told == [("checkout.transaction.attempt.failed", "PENDING"), ("checkout.order.failed", "FAILED")]
    asked = (await merchant.get("/checkout/v2/order/ord_2/status", params={"errorContext": "true"})).json()
    assert asked["errorContext"]["detailedErrorCode"] == "Z9"


async def test_payment_and_refund_are_reported_with_the_same_header(
    merchant: httpx2.AsyncClient, cast: Cast, world: World, heard: list[tuple[str, Json]]
) -> None:
    await merchant.post("/checkout/v2/pay", json=wanted())
    await cast.phonepe.pay("ord_1")
    made = (await merchant.post("/payments/v2/refund", json=back())).json()
    assert (made["state"], made["amount"]) == ("PENDING", 900)
    await world.until(lambda: len(heard) == 3)
    events = ["checkout.order.completed", "pg.refund.accepted", "pg.refund.completed"]
    assert [body["event"] for _, body in heard] == events
    words = f"{world.secrets.phonepe_webhook_username}:{world.secrets.phonepe_webhook_password}"
    assert {header for header, _ in heard} == {hashlib.sha256(words.encode()).hexdigest()}
    status = (await merchant.get("/payments/v2/refund/rf_1/status")).json()
    assert (status["state"], status["originalMerchantOrderId"], status["refundId"]) == (
        "COMPLETED",
        "ord_1",
        made["refundId"],
    )


async def test_no_more_goes_back_than_came(merchant: httpx2.AsyncClient, cast: Cast) -> None:
    cast.phonepe.gaps, cast.phonepe.holds_refunds = (), True
    await merchant.post("/checkout/v2/pay", json=wanted())
    assert (await merchant.post("/payments/v2/refund", json=back())).status_code == 400
    await cast.phonepe.pay("ord_1")
    sums = [("rf_1", 4000, 200), ("rf_1", 900, 400), ("rf_2", 901, 400), ("rf_2", 99, 400), ("rf_2", 900, 200)]
    for refund_id, amount, status in sums:
        answer = await merchant.post("/payments/v2/refund", json=back(merchantRefundId=refund_id, amount=amount))
        assert answer.status_code == status
    await cast.phonepe.settle_refund("rf_1", succeeded=False)
    assert (await merchant.get("/payments/v2/refund/rf_1/status")).json()["state"] == "FAILED"
    again = await merchant.post("/payments/v2/refund", json=back(merchantRefundId="rf_3", amount=4000))
    assert again.json()["state"] == "PENDING"


async def test_an_order_ends_with_its_time(
    merchant: httpx2.AsyncClient, cast: Cast, world: World, heard: list[tuple[str, Json]]
) -> None:
    await merchant.post("/checkout/v2/pay", json=wanted(expireAfter=300))
    world.clock.jump(timedelta(seconds=301))
    world.touched("clock")
    await world.until(lambda: heard)
    assert (heard[0][1]["event"], cast.phonepe.orders["ord_1"].state) == ("checkout.order.failed", "FAILED")


async def test_the_page_is_paid_and_sends_the_customer_back(
    merchant: httpx2.AsyncClient, cast: Cast, heard: list[tuple[str, Json]]
) -> None:
    page = (await merchant.post("/checkout/v2/pay", json=wanted())).json()["redirectUrl"]
    shown = (await merchant.get(page)).text
    assert "Pretend payment page, nothing is real" in shown
    assert "₹49.00" in shown and "Consultation" in shown
    declined = await merchant.post(page, data={"act": "ZM"}, follow_redirects=True)
    assert "PIN" in declined.text
    paid = await merchant.post(page, data={"act": "pay"})
    assert (paid.status_code, paid.headers["Location"]) == (303, RETURN)
    assert "complete" in (await merchant.get(page)).text
    assert (await merchant.get(page + "x")).status_code == 404
    assert [body["payload"]["state"] for _, body in heard] == ["PENDING", "COMPLETED"]


async def test_the_dashboard_shows_and_acts(
    merchant: httpx2.AsyncClient, sandbox_server: str, heard: list[tuple[str, Json]]
) -> None:
    ui = f"{sandbox_server}/ui/phonepe"
    await merchant.post("/checkout/v2/pay", json=wanted())
    await merchant.post(f"{ui}/orders/ord_1/pay")
    refund_id = (await merchant.post(f"{ui}/orders/ord_1/refund", json={"amount": 900})).json()["result"]
    await merchant.post(f"{ui}/resend/0")
    shown = (await merchant.get(ui)).json()
    assert (shown["orders"][0]["sum"], shown["orders"][0]["refundable"]) == ("₹49.00", 4000)
    assert shown["refunds"][0]["merchantRefundId"] == refund_id
    assert shown["events"][-1]["answers"] == [200, 200]
    assert json.dumps(heard[0][1]) == json.dumps(heard[-1][1])
    for refused in ("orders/ord_1/pay", "orders/ord_9/pay", "orders/ord_1/eat", "resend/99", "refunds/rf_9/completed"):
        assert (await merchant.post(f"{ui}/{refused}")).status_code in (400, 404)

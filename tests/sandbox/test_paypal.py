"""PayPal's twin: what it refuses, what it remembers, its page, and the webhooks it sends again."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.app import Cast
from sandbox.world import World

Json = dict[str, Any]
ASKED: Json = {
    "intent": "CAPTURE",
    "purchase_units": [{"custom_id": "ord_1", "amount": {"currency_code": "USD", "value": "49.00"}}],
    "payment_source": {
        "paypal": {
            "experience_context": {
                "brand_name": "A <b>shop</b>",
                "return_url": "http://127.0.0.1:9/back?code=1",
                "cancel_url": "http://127.0.0.1:9/away",
            }
        }
    },
}
ORDERS = "/v2/checkout/orders"


@dataclass
class Client:
    """A program with the right keys, and no idea of PayPal but what is written down."""

    http: aiohttp.ClientSession
    root: str
    token: str = ""

    async def ask(self, method: str, path: str, body: Any = None, key: str = "", **headers: str) -> tuple[int, Json]:
        sent = {"Authorization": f"Bearer {self.token}"} | ({"PayPal-Request-Id": key} if key else {}) | headers
        async with self.http.request(method, self.root + path, json=body, headers=sent) as answer:
            return answer.status, await answer.json()

    async def open(self, key: str = "k1", **other: Any) -> str:
        _, made = await self.ask("POST", ORDERS, ASKED | other, key)
        return str(made["id"])

    async def grant(self, client_id: str, secret: str, kind: str = "client_credentials") -> tuple[int, Json]:
        sent = {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}
        async with self.http.post(f"{self.root}/v1/oauth2/token", headers=sent, data={"grant_type": kind}) as answer:
            return answer.status, await answer.json()


@pytest_asyncio.fixture
async def client(sandbox_server: str, world: World) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as http:
        there, keys = Client(http, f"{sandbox_server}/paypal"), world.secrets
        _, told = await there.grant(keys.paypal_client_id, keys.paypal_client_secret)
        there.token = told["access_token"]
        yield there


def issue(told: Json) -> str:
    return str(told["details"][0]["issue"])


@asynccontextmanager
async def listening(world: World, *answers: int) -> AsyncIterator[list[Json]]:
    """A program that takes webhooks and answers with these statuses, then with 200."""
    heard: list[Json] = []

    async def take(request: web.Request) -> web.Response:
        heard.append(json.loads(await request.read()) | {"sent_as": request.headers["Paypal-Transmission-Id"]})
        world.touched("paypal")
        return web.Response(status=answers[len(heard) - 1] if len(heard) <= len(answers) else 200)

    app = web.Application()
    app.router.add_post("/webhooks/paypal", take)
    async with TestServer(app) as server:
        world.product_url = str(server.make_url("")).rstrip("/")
        yield heard


async def test_wrong_keys_and_other_grants_are_refused(client: Client, world: World) -> None:
    keys = world.secrets
    assert (await client.grant(keys.paypal_client_id, "wrong"))[1]["error"] == "invalid_client"
    told = await client.grant(keys.paypal_client_id, keys.paypal_client_secret, "password")
    assert (told[0], told[1]["error"]) == (400, "unsupported_grant_type")


async def test_a_token_ends(client: Client, cast: Cast, world: World) -> None:
    await client.open()
    world.clock.jump(timedelta(hours=9, seconds=1))
    assert (await client.ask("POST", ORDERS, ASKED, "k2"))[1]["error"] == "invalid_token"
    client.token = ""
    assert (await client.ask("POST", ORDERS, ASKED, "k2"))[1]["name"] == "AUTHENTICATION_FAILURE"


UNIT, CONTEXT = ASKED["purchase_units"][0], ASKED["payment_source"]["paypal"]["experience_context"]


def amount(value: Any, currency: str = "USD") -> Json:
    return {"purchase_units": [UNIT | {"amount": {"currency_code": currency, "value": value}}]}


def context(**other: Any) -> Json:
    return {"payment_source": {"paypal": {"experience_context": CONTEXT | other}}}


@pytest.mark.parametrize(
    ("other", "status", "said"),
    [
        (amount("49.001"), 422, "DECIMAL_PRECISION"),
        (amount("10.50", "HUF"), 422, "DECIMALS_NOT_SUPPORTED"),
        (amount("0.00"), 422, "CANNOT_BE_ZERO_OR_NEGATIVE"),
        (amount("-1"), 422, "CANNOT_BE_ZERO_OR_NEGATIVE"),
        (amount("10000000"), 422, "MAX_VALUE_EXCEEDED"),
        (amount("1", "XTR"), 422, "CURRENCY_NOT_SUPPORTED"),
        (amount("1e3"), 400, "INVALID_PARAMETER_SYNTAX"),
        (amount(49), 400, "INVALID_STRING_LENGTH"),
        ({"intent": "AUTHORIZE"}, 422, "UNSUPPORTED_INTENT"),
        ({"purchase_units": []}, 400, "MISSING_REQUIRED_PARAMETER"),
        ({"purchase_units": [UNIT | {"custom_id": "x" * 128}]}, 400, "INVALID_STRING_LENGTH"),
        ({"purchase_units": [UNIT | {"custom": "x"}]}, 400, "NOT_SUPPORTED"),
        ({"purchase_units": ["x"]}, 400, "MALFORMED_REQUEST_JSON"),
        (context(locale="english"), 400, "INVALID_PARAMETER_SYNTAX"),
        (context(user_action="PAY"), 400, "INVALID_PARAMETER_VALUE"),
        (context(return_url="/back"), 400, "INVALID_PARAMETER_SYNTAX"),
    ],
)
async def test_what_paypal_would_not_take_is_refused(client: Client, other: Json, status: int, said: str) -> None:
    got, told = await client.ask("POST", ORDERS, ASKED | other, "k1")
    assert (got, issue(told)) == (status, said)


async def test_unknown_paths_fail_loudly_in_paypals_form(client: Client) -> None:
    status, told = await client.ask("PATCH", f"{ORDERS}/X", {})
    assert (status, told["name"]) == (501, "NOT_IMPLEMENTED")
    assert issue((await client.ask("GET", f"{ORDERS}/NOBODY"))[1]) == "INVALID_RESOURCE_ID"
    assert issue((await client.ask("POST", ORDERS, ASKED))[1]) == "PAYPAL_REQUEST_ID_REQUIRED"


async def test_a_request_id_is_known_for_six_hours(client: Client, cast: Cast, world: World) -> None:
    first, second = await client.open("k1"), await client.open("k1")
    world.clock.jump(timedelta(hours=6))
    assert first == second != await client.open("k1")


async def test_nobody_approves_a_page_after_three_hours(client: Client, cast: Cast, world: World) -> None:
    order = await client.open()
    world.clock.jump(timedelta(hours=3, seconds=1))
    assert issue((await client.ask("GET", f"{ORDERS}/{order}"))[1]) == "INVALID_RESOURCE_ID"
    async with client.http.get(f"{client.root}/pay/{order}") as page:
        assert page.status == 404


async def test_an_order_is_captured_once_and_only_after_approval(client: Client, cast: Cast) -> None:
    order = await client.open()
    capture = f"{ORDERS}/{order}/capture"
    assert issue((await client.ask("POST", capture, {}, "c0"))[1]) == "ORDER_NOT_APPROVED"
    await cast.paypal.pay(order)
    status, brief = await client.ask("POST", capture, {}, "c1")
    assert (status, brief["status"], "purchase_units" in brief) == (201, "COMPLETED", False)
    assert (await client.ask("POST", capture, {}, "c1", Prefer="return=representation"))[0] == 200
    assert issue((await client.ask("POST", capture, {}, "c2"))[1]) == "ORDER_ALREADY_CAPTURED"
    assert len(cast.paypal.captures) == 1


async def test_a_declined_capture_is_remembered_for_its_key(client: Client, cast: Cast) -> None:
    order = await client.open()
    await cast.paypal.decline(order)
    assert issue((await client.ask("POST", f"{ORDERS}/{order}/capture", {}, "c1"))[1]) == "INSTRUMENT_DECLINED"
    before = cast.paypal.orders[order]["update_time"]
    await cast.paypal.pay(order)
    assert cast.paypal.orders[order]["update_time"] > before
    assert issue((await client.ask("POST", f"{ORDERS}/{order}/capture", {}, "c1"))[1]) == "INSTRUMENT_DECLINED"
    assert (await client.ask("POST", f"{ORDERS}/{order}/capture", {}, "c2"))[0] == 201


async def test_the_page_shows_what_is_paid_and_sends_the_buyer_back(client: Client, cast: Cast) -> None:
    order = await client.open()
    page = f"{client.root}/pay/{order}"
    async with client.http.get(page) as shown:
        text = await shown.text()
    assert "Pretend payment page, nothing is real" in text
    assert "49.00 USD" in text and "A &lt;b&gt;shop&lt;/b&gt;" in text
    assert f"http://127.0.0.1:9/away?token={order}" in text
    async with client.http.post(page, data={"act": "pay"}, allow_redirects=False) as answer:
        assert answer.headers["Location"].startswith(f"http://127.0.0.1:9/back?code=1&token={order}&PayerID=")
    assert cast.paypal.orders[order]["status"] == "APPROVED"


async def test_an_echeck_waits_and_may_bounce(client: Client, cast: Cast) -> None:
    order = await client.open()
    await cast.paypal.pay_later(order)
    await client.ask("POST", f"{ORDERS}/{order}/capture", {}, "c1")
    (capture,) = cast.paypal.captures.values()
    assert (capture["status"], capture["status_details"]) == ("PENDING", {"reason": "ECHECK"})
    await cast.paypal.settle(order, succeeded=False)
    assert (await client.ask("GET", f"/v2/payments/captures/{capture['id']}"))[1]["status"] == "DECLINED"


async def test_what_is_not_taken_is_sent_again_as_another_transmission(
    client: Client, cast: Cast, world: World
) -> None:
    cast.paypal.gaps = (0,)
    async with listening(world, 503) as heard:
        await cast.paypal.pay(await client.open())
        await world.until(lambda: len(heard) == 2)
    assert heard[0]["id"] == heard[1]["id"]
    assert heard[0]["sent_as"] != heard[1]["sent_as"]


async def test_the_verification_call_knows_what_was_sent(client: Client, cast: Cast, world: World) -> None:
    async with listening(world):
        await cast.paypal.pay(await client.open())
    ((told, sent),) = cast.paypal.sent.values()
    asked = told | {"webhook_event": sent}
    path = "/v1/notifications/verify-webhook-signature"
    for question, status in [
        (asked, "SUCCESS"),
        (asked | {"webhook_id": "OTHER"}, "FAILURE"),
        (asked | {"webhook_event": sent | {"id": "WH-OTHER"}}, "FAILURE"),
    ]:
        assert (await client.ask("POST", path, question))[1] == {"verification_status": status}


async def test_the_dashboard_acts_and_shows(client: Client, sandbox_server: str, cast: Cast) -> None:
    order, ui = await client.open(), f"{sandbox_server}/ui/paypal"
    async with client.http.post(f"{ui}/orders/{order}/refund") as refused:
        assert refused.status == 422
    async with client.http.post(f"{ui}/orders/{order}/pay") as done:
        assert done.status == 200
    await client.ask("POST", f"{ORDERS}/{order}/capture", {}, "c1")
    await asyncio.gather(*(client.http.post(f"{ui}/orders/{order}/{act}") for act in ("refund", "dispute")))
    async with client.http.get(ui) as answer:
        (payment,) = (await answer.json())["payments"]
    assert (payment["status"], payment["sum"], payment["refunds"]) == ("REFUNDED", "49.00 USD", ["49.00"])
    assert [each["status"] for each in payment["disputes"]] == ["WAITING_FOR_SELLER_RESPONSE"]

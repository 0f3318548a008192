"""PhonePe's answers and webhooks, typed from https://developer.phonepe.com/payment-gateway, and a server to give them.

The sums, times and ids are those of the documents' samples, where they have any.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from payments.gateway import CheckoutOrder
from payments.money import Money
from payments.phonepe import PhonePe, PhonePeKeys

Json = dict[str, Any]
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
SECRET = "client_secret_dev_0123456789"
TOKEN_SENT = "eyJhbGciOiJIUzI1NiJ9.dev"
# Made with phonepe-pg-sdk-python 3.0.1.
USERNAME, PASSWORD = "shop_hook", "Passw0rd1"
PROOF = "755119a7082788624134038ac528e8b54463322edd887471684ef1a804fec343"

TOKEN: Json = {
    "access_token": TOKEN_SENT,
    "encrypted_access_token": TOKEN_SENT,
    "expires_in": None,
    "issued_at": SECONDS,
    "expires_at": SECONDS + 3600,
    "session_expires_at": SECONDS + 3600,
    "token_type": "O-Bearer",
}
OPENED: Json = {
    "orderId": "OMO123456789",
    "state": "PENDING",
    "expireAt": 1767226800000,
    "redirectUrl": "https://mercury-uat.phonepe.com/transact/uat_v2?token=abc",
}
PAID_AT = 1767225660000
ATTEMPT: Json = {
    "paymentMode": "UPI_QR",
    "transactionId": "OM12334",
    "timestamp": PAID_AT,
    "amount": 50000,
    "state": "COMPLETED",
    "splitInstruments": [
        {
            "amount": 50000,
            "rail": {"type": "UPI", "utr": "586756785", "upiTransactionId": "YBL5bc", "vpa": "abc@ybl"},
            "instrument": {"type": "ACCOUNT", "maskedAccountNumber": "XXXXXXXXXXX7728", "accountType": "SAVINGS"},
        }
    ],
}
FAILED_ATTEMPT: Json = {
    "paymentMode": "UPI_INTENT",
    "transactionId": "OM2403041556097829596189",
    "timestamp": 1767225630000,
    "amount": 50000,
    "state": "FAILED",
    "errorCode": "AUTHORIZATION_ERROR",
    "detailedErrorCode": "ZM",
}
PENDING: Json = {"orderId": "OMO123", "state": "PENDING", "amount": 50000, "expireAt": 1767226800000}
COMPLETED: Json = PENDING | {"state": "COMPLETED", "paymentDetails": [ATTEMPT]}
DECLINED: Json = PENDING | {"paymentDetails": [FAILED_ATTEMPT]}
FAILED: Json = PENDING | {
    "state": "FAILED",
    "errorCode": "AUTHORIZATION_ERROR",
    "detailedErrorCode": "ZM",
    "errorContext": {
        "errorCode": "AUTHORIZATION_ERROR",
        "detailedErrorCode": "ZM",
        "source": "CUSTOMER",
        "stage": "AUTHENTICATION",
        "description": "Invalid UPI PIN entered by customer",
    },
    "paymentDetails": [FAILED_ATTEMPT],
}
REFUND: Json = {
    "originalMerchantOrderId": "ord_1",
    "amount": 10000,
    "state": "COMPLETED",
    "timestamp": 1767225900000,
    "refundId": "OMR7878098045517540996",
    "splitInstruments": [{"amount": 10000, "rail": {"type": "UPI", "utr": "586756785", "vpa": "abc@ybl"}}],
}
REFUND_MADE: Json = {"refundId": "OMR7878098045517540996", "amount": 10000, "state": "PENDING"}
UNKNOWN: Json = {"success": False, "code": "NOT_FOUND", "message": "No entry found.", "data": {}}

ORDER = CheckoutOrder(
    reference="ord_1",
    amount=Money(50000, "INR"),
    description="Consultation",
    payee="Acme",
    return_url="https://shop.example.com/back",
    cancel_url="https://shop.example.com/away",
    expires_at=NOW + timedelta(seconds=1200),
    key="ord_1",
)


def order_event(event: str = "checkout.order.completed", **payload: Any) -> Json:
    told = {"merchantId": "M1", "merchantOrderId": "ord_1"} | COMPLETED | {"metaInfo": {"udf1": "x"}} | payload
    return {"type": event.upper().replace(".", "_"), "event": event, "payload": told}


def refund_event(event: str = "pg.refund.completed", refund_id: str = "ord_1-refund-1", **payload: Any) -> Json:
    told = {"merchantId": "M1", "merchantRefundId": refund_id} | REFUND | payload
    return {"type": event.upper().replace(".", "_"), "event": event, "payload": told}


def gateway(api_url: str = "http://127.0.0.1:1", **other: Any) -> PhonePe:
    given: Json = {
        "client_id": "SHOP_DEV",
        "client_secret": SECRET,
        "webhook_username": USERNAME,
        "webhook_password": PASSWORD,
        "timeout": 0.3,
    }
    now = other.pop("now", lambda: NOW)
    return PhonePe(PhonePeKeys(api_url=api_url, **(given | other)), now=now)


@dataclass
class Heard:
    """What was sent: method, path, query, headers and the raw body."""

    line: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Vendor:
    """A server that answers each "METHOD /path" with its answers in turn, the last one for ever; 404 for the rest."""

    answers: dict[str, list[Answer]]
    heard: list[Heard] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        line = f"{request.method} {request.path}"
        self.heard.append(Heard(line, dict(request.query), dict(request.headers), await request.read()))
        turns = self.answers.get(line, [says(UNKNOWN, 404)])
        return await turns[min(len(self.of(line)), len(turns)) - 1](request)

    def of(self, line: str) -> list[Heard]:
        return [each for each in self.heard if each.line == line]


def says(body: Any, status: int = 200) -> Answer:
    """This JSON."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.json_response(body, status=status)

    return answer


async def never(request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    return web.Response()


async def breaks_off(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"orderId":')
    assert request.transport is not None
    request.transport.abort()
    return response


async def babbles(request: web.Request) -> web.StreamResponse:
    return web.Response(text="<h1>Bad gateway</h1>", status=502)


async def says_nothing_useful(request: web.Request) -> web.StreamResponse:
    return web.Response(text="[]", content_type="application/json")


PAY = "POST /checkout/v2/pay"
ASK = "GET /checkout/v2/order/ord_1/status"
GIVE_BACK = "POST /payments/v2/refund"
TOKENS = "POST /v1/oauth/token"


def ask_refund(refund_id: str) -> str:
    return f"GET /payments/v2/refund/{refund_id}/status"


@asynccontextmanager
async def answering(answers: dict[str, Any], **other: Any) -> AsyncIterator[tuple[PhonePe, Vendor]]:
    """A gateway before such a server. An answer may be given as JSON; tokens are given out without being asked for."""
    turns = {line: each if isinstance(each, list) else [each] for line, each in ({TOKENS: TOKEN} | answers).items()}
    made = {line: [each if callable(each) else says(each) for each in turn] for line, turn in turns.items()}
    vendor, app = Vendor(made), web.Application()
    app.router.add_route("*", "/{path:.*}", vendor.answer)
    async with TestServer(app) as server, aclosing(gateway(str(server.make_url("/")), **other)) as till:
        yield till, vendor

"""What the Bot API sends, as https://core.telegram.org/bots/api documents it, and a small server that answers so."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from payments.gateway import CheckoutOrder
from payments.money import Money
from payments.telegram import Telegram, TelegramKeys

Json = dict[str, Any]
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DATE = 1767225600
TOKEN = "123456:TEST-DEV-TOKEN"
PROVIDER = "700:TEST:provider"
SECRET = "made-up_secret-1"
CHARGE = "stxzmNSmhzhfmd9CMdU7qvRCX"
USER: Json = {"id": 42, "is_bot": False, "first_name": "Ålice"}
ORDER = CheckoutOrder(
    reference="ord_1",
    amount=Money(250, "XTR"),
    description="Consultation",
    payee="Acme",
    return_url="http://127.0.0.1/back",
    cancel_url="http://127.0.0.1/away",
    expires_at=NOW + timedelta(hours=1),
    key="key_1",
)


def successful(**other: Any) -> Json:
    """A payment of 19.99 US dollars, as in the documents."""
    return {
        "currency": "USD",
        "total_amount": 1999,
        "invoice_payload": "ord_1",
        "telegram_payment_charge_id": "t1",
        "provider_payment_charge_id": "p1",
    } | other


def in_stars(**other: Any) -> Json:
    return successful(currency="XTR", total_amount=250, telegram_payment_charge_id=CHARGE, **other)


def update(kind: str, payment: Json, **message: Any) -> Json:
    """An update whose message tells of money."""
    private = {"id": 42, "type": "private"}
    said = {"message_id": 9, "date": DATE, "chat": private, "from": USER, kind: payment} | message
    return {"update_id": 7, "message": said}


def question(**other: Any) -> Json:
    asked = {"id": "9001", "from": USER, "currency": "USD", "total_amount": 1999, "invoice_payload": "ord_1"}
    return {"update_id": 8, "pre_checkout_query": asked | other}


def transaction(charge: str, amount: int = 250, payload: str = "ord_1", *, at: int = DATE, back: bool = False) -> Json:
    """A line of the list of Stars: a payment, or (`back`) its refund."""
    partner = {"type": "user", "transaction_type": "invoice_payment", "user": USER, "invoice_payload": payload}
    return {"id": charge, "amount": amount, "date": at, "receiver" if back else "source": partner}


@dataclass
class Api:
    """What was called, and what is answered by method; a method not named is refused."""

    answers: Mapping[str, Answer | list[Json] | Any]
    heard: list[tuple[str, Json]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.StreamResponse:
        assert request.match_info["token"] == TOKEN
        method = request.match_info["method"]
        form = dict(await request.post())
        self.heard.append((method, form))
        answer = self.answers[method]
        if callable(answer):
            return await answer(request)
        if method == "getStarTransactions":
            first = int(str(form.get("offset", "0")))
            answer = {"transactions": answer[first : first + int(str(form["limit"]))]}
        return web.json_response({"ok": True, "result": answer})

    def called(self, method: str) -> list[Json]:
        return [form for name, form in self.heard if name == method]


def gateway(url: str = "http://127.0.0.1:9", *, stars: bool = True, provider: str = PROVIDER) -> Telegram:
    """A gateway for both kinds of money, whose clock stands still."""
    keys = TelegramKeys(TOKEN, provider, stars, SECRET, url, timeout=0.3)
    return Telegram(keys, now=lambda: NOW)


@asynccontextmanager
async def answering(answers: Mapping[str, Any], **kind: Any) -> AsyncIterator[tuple[Telegram, Api]]:
    """A gateway before a server that gives these answers."""
    api = Api(answers)
    app = web.Application()
    app.router.add_post("/bot{token}/{method}", api.take)
    async with TestServer(app) as server, aclosing(gateway(str(server.make_url("")).rstrip("/"), **kind)) as till:
        yield till, api


def refuses(code: int, description: str, **parameters: Any) -> Answer:
    """An error in the Bot API's own form."""

    async def answer(request: web.Request) -> web.StreamResponse:
        body: Json = {"ok": False, "error_code": code, "description": description}
        return web.json_response({**body, "parameters": parameters} if parameters else body, status=code)

    return answer

"""Telegram and Stripe as far as the engine speaks to them, over real HTTP: they write down who sent what, in order.

The first part of each path is the name of the server that calls. Answers are typed from https://core.telegram.org/bots/api
and https://docs.stripe.com/api (2026-10-28).
"""

import asyncio
import random
import re
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.engine.fleet import BOT
from tests.payments.stripe_payloads import CHARGE, INTENT, REFUND, SENT, SESSION

SLOWEST = 0.02
"""Seconds that a platform takes to answer, at most."""
SAYS = {"sendMessage", "sendDocument"}
TAG = re.compile(r"<[^>]+>")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A line that was said on Telegram, by which server, and when by the test's clock."""

    line: str
    by: str
    at: float


@dataclass
class Platforms:
    """What arrived. `refunds`: the idempotency keys under which each payment's money was sent back."""

    rng: random.Random
    url: str
    arrivals: list[Arrival] = field(default_factory=list)
    first: dict[str, Arrival] = field(default_factory=dict)
    refunds: dict[str, set[str]] = field(default_factory=dict)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    """While it is not set, what is said arrives, and nobody is told so."""
    calls: int = 0
    """How many calls wait for their answer."""
    _ids: int = 1000

    def __post_init__(self) -> None:
        self.gate.set()

    def repeated(self) -> set[str]:
        """The lines that arrived more than once."""
        seen: set[str] = set()
        return {each.line for each in self.arrivals if each.line in seen or seen.add(each.line)}  # type: ignore[func-returns-value]

    def by(self, server: str) -> set[str]:
        """The lines that a server was the first to bring."""
        return {line for line, each in self.first.items() if each.by == server}

    async def telegram(self, request: web.Request) -> web.Response:
        """One call of the Bot API."""
        told: Json = dict(await request.post()) if request.can_read_body else {}
        method, by = request.match_info["method"], request.match_info["by"]
        if method in SAYS:
            self._arrive(TAG.sub("", told.get("text") or told.get("caption", "")).rpartition("\n")[2], by)
        self.calls += 1
        await asyncio.sleep(self.rng.random() * SLOWEST)
        await self.gate.wait()
        self.calls -= 1
        return web.json_response({"ok": True, "result": self._result(method, told)})

    def _arrive(self, line: str, by: str) -> None:
        arrival = Arrival(line, by, time.monotonic())
        self.arrivals.append(arrival)
        self.first.setdefault(line, arrival)

    def _result(self, method: str, told: Json) -> Any:
        if method == "getMe":
            return {"id": int(BOT), "is_bot": True, "first_name": "Bellhop", "username": "bellhop_bot"}
        if method == "getMyDescription":
            return {"description": "Book a time."}
        if method == "getMyShortDescription":
            return {"short_description": "Book a time."}
        if method not in SAYS | {"editMessageText"}:
            return True
        self._ids += 1
        chat = {"id": int(told["chat_id"]), "type": "private" if int(told["chat_id"]) > 0 else "supergroup"}
        words = {word: told[word] for word in ("text", "caption") if word in told}
        return {"message_id": self._ids, "date": int(time.time()), "chat": chat, **words}

    async def session(self, request: web.Request) -> web.Response:
        """`GET /v1/checkout/sessions/:id`, its intent and charge expanded."""
        return web.json_response(session(request.match_info["id"].removeprefix("cs_test_"), expanded=True))

    async def expire(self, _request: web.Request) -> web.Response:
        """`POST /v1/checkout/sessions/:id/expire`: every session here was paid."""
        message = 'Only Checkout Sessions with a status in ["open"] can be expired.'
        return web.json_response({"error": {"message": message, "type": "invalid_request_error"}}, status=400)

    async def refund(self, request: web.Request) -> web.Response:
        """`POST /v1/refunds`: money moves once for each idempotency key."""
        told = await request.post()
        payment = str(told["payment_intent"])
        self.refunds.setdefault(payment, set()).add(request.headers["Idempotency-Key"])
        await asyncio.sleep(self.rng.random() * SLOWEST)
        whole = charge(payment.removeprefix("pi_")) | {"amount_refunded": 4900, "refunded": True}
        about = {"id": f"re_{payment}", "amount": 4900, "payment_intent": payment, "charge": whole}
        return web.json_response(REFUND | about)


def session(payment: str, *, expanded: bool = False) -> Json:
    """A Checkout Session that was paid."""
    return SESSION | {
        "id": f"cs_test_{payment}", "amount_subtotal": 4900, "amount_total": 4900, "expires_at": SENT + 86_400,
        "client_reference_id": f"ord_{payment}", "metadata": {"reference": f"ord_{payment}"},
        "payment_intent": intent(payment) | {"latest_charge": charge(payment)} if expanded else f"pi_{payment}",
    }  # fmt: skip


def intent(payment: str) -> Json:
    """The PaymentIntent of that session."""
    about = {"amount": 4900, "amount_received": 4900, "metadata": {"reference": f"ord_{payment}"}}
    return INTENT | about | {"id": f"pi_{payment}", "latest_charge": f"ch_{payment}"}


def charge(payment: str) -> Json:
    """The Charge of that intent."""
    about = {"amount": 4900, "amount_captured": 4900, "metadata": {"reference": f"ord_{payment}"}}
    return CHARGE | about | {"id": f"ch_{payment}", "payment_intent": f"pi_{payment}"}


@asynccontextmanager
async def open_platforms(listener: socket.socket, seed: int) -> AsyncIterator[Platforms]:
    """Platforms that answer at `listener` for as long as the block lasts."""
    host, port = listener.getsockname()
    made = Platforms(random.Random(seed), f"http://{host}:{port}")
    app = web.Application()
    app.router.add_post("/{by}/bot{token}/{method}", made.telegram)
    app.router.add_get("/{by}/v1/checkout/sessions/{id}", made.session)
    app.router.add_post("/{by}/v1/checkout/sessions/{id}/expire", made.expire)
    app.router.add_post("/{by}/v1/refunds", made.refund)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    try:
        yield made
    finally:
        made.gate.set()
        await runner.cleanup()

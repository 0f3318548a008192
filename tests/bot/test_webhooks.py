"""The webhook route over real HTTP: what is not proven, too much, or makes no sense leaves nothing behind."""

import hashlib
import hmac
import json
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
import uvicorn
from fastapi import FastAPI
from prometheus_client import REGISTRY
from sqlalchemy import text

from bot.bodies import LIMIT
from bot.health import health_routes
from bot.webhooks import webhook_routes
from payments.stripe import Stripe, StripeKeys
from tests.handlers.town import Town, town
from tests.serving import serving

SECRET = "whsec_of_the_tests"
UNKNOWN = {
    "id": "evt_1", "object": "event", "type": "customer.created", "created": 1772442000, "livemode": False,
    "data": {"object": {"id": "cus_1", "object": "customer"}},
}  # fmt: skip
STRANGE: dict[str, bytes] = {
    "not JSON": b"{",
    "a list": b"[]",
    "a number": b"7",
    "nothing": b"null",
    "not text": b"\xff\xfe",
    "no type": b'{"id": "evt_1"}',
    "no object": b'{"id": "evt_1", "type": "checkout.session.completed", "data": {}}',
    "an object that is a list": b'{"id": "e", "type": "checkout.session.completed", "data": {"object": []}}',
    "a text where a sum belongs": json.dumps(
        UNKNOWN | {"type": "checkout.session.completed", "data": {"object": {"id": "cs", "amount_total": "x"}}}
    ).encode(),
    "deeply nested": b"[" * 20000,
}


@dataclass
class Doorstep:
    """A Bellhop that takes webhooks, and the gateway's own way to sign them."""

    url: str
    town: Town

    def headers(self, body: bytes, *, secret: str = SECRET, ago: timedelta = timedelta()) -> dict[str, str]:
        at = int((self.town.clock.now - ago).timestamp())
        signature = hmac.new(secret.encode(), b"%d.%s" % (at, body), hashlib.sha256).hexdigest()
        return {"stripe-signature": f"t={at},v1={signature}"}

    async def post(self, body: bytes, headers: dict[str, str] | None = None, *, to: str = "stripe") -> httpx2.Response:
        signed = self.headers(body) if headers is None else headers
        async with httpx2.AsyncClient() as client:
            return await client.post(f"{self.url}/webhooks/{to}", content=body, headers=signed)

    async def rows(self) -> dict[str, int]:
        """How many rows there are of everything that a webhook could leave behind."""
        async with self.town.database.begin() as work:
            return {
                table: (await work.session.execute(text(f"SELECT COUNT(*) FROM {table}"))).scalar_one()  # noqa: S608
                for table in ("gatewayfact", "inbox", "outbox", "message", "checkout", "refund")
            }


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as opened:
        opened.bind(("127.0.0.1", 0))
        opened.listen()
        yield opened


@pytest_asyncio.fixture
async def doorstep(template: Path, listener: socket.socket) -> AsyncIterator[Doorstep]:
    stripe = Stripe(StripeKeys("sk_test_1", SECRET))
    async with town(template, {"stripe": stripe}) as made:
        web = FastAPI()
        web.include_router(webhook_routes(made.house))
        web.include_router(health_routes(made.house, dict))
        config = uvicorn.Config(web, lifespan="off", log_config=None, timeout_graceful_shutdown=2)
        async with serving(config, listener):
            yield Doorstep(f"http://127.0.0.1:{listener.getsockname()[1]}", made)
        await stripe.aclose()


def counted(outcome: str) -> float:
    return REGISTRY.get_sample_value("bellhop_webhooks_total", {"gateway": "stripe", "outcome": outcome}) or 0.0


async def _refused(doorstep: Doorstep, answer: httpx2.Response, status: int) -> None:
    assert answer.status_code == status
    assert answer.text.count("\n") == 1
    assert len(answer.text) < 200
    assert set((await doorstep.rows()).values()) == {0}


async def test_an_unsigned_webhook_leaves_nothing_but_a_count(doorstep: Doorstep) -> None:
    before = counted("refused")
    await _refused(doorstep, await doorstep.post(b"{}", {}), 401)
    await _refused(doorstep, await doorstep.post(b"{}", {"stripe-signature": "nonsense"}), 401)
    body = b'{"id": "evt_1"}'
    await _refused(doorstep, await doorstep.post(body, doorstep.headers(body, secret="whsec_other")), 401)
    await _refused(doorstep, await doorstep.post(body + b" ", doorstep.headers(body)), 401)
    assert counted("refused") == before + 4


async def test_a_stale_webhook_is_refused(doorstep: Doorstep) -> None:
    body = json.dumps(UNKNOWN).encode()
    stale = doorstep.headers(body, ago=timedelta(minutes=6))
    await _refused(doorstep, await doorstep.post(body, stale), 401)


async def test_a_webhook_of_more_than_a_mebibyte_is_refused(doorstep: Doorstep) -> None:
    before = counted("too_large")
    body = b" " * (LIMIT + 1)
    await _refused(doorstep, await doorstep.post(body), 413)
    assert counted("too_large") == before + 1


async def test_an_endless_webhook_without_a_length_is_cut_off(doorstep: Doorstep) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(400):
            sent += 1
            yield b" " * 65536

    async with httpx2.AsyncClient() as client:
        try:
            answer = await client.post(f"{doorstep.url}/webhooks/stripe", content=endless())
        except httpx2.WriteError:
            # The server answered and hung up while we were still talking.
            answer = None
    if answer is not None:
        assert answer.status_code == 413
    assert set((await doorstep.rows()).values()) == {0}


@pytest.mark.parametrize("kind", STRANGE)
async def test_a_signed_body_that_makes_no_sense_is_refused_or_ignored(doorstep: Doorstep, kind: str) -> None:
    answer = await doorstep.post(STRANGE[kind])
    assert answer.status_code in {200, 400, 401}, answer.text
    assert set((await doorstep.rows()).values()) == {0}


async def test_a_gateway_that_is_not_set_up_is_unknown_and_counts_nothing(doorstep: Doorstep) -> None:
    before = all_counted()
    for name in ("paypal", "nothing", "x" * 300, "%00", "stripe%2Fx"):
        answer = await doorstep.post(b"{}", {}, to=name)
        assert answer.status_code in {401, 404}
    assert all_counted() == before


def all_counted() -> dict[tuple[str, ...], float]:
    """What the process has counted of webhooks, in this test or before."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for metric in REGISTRY.collect()
        if metric.name == "bellhop_webhooks"
        for sample in metric.samples
        if sample.name.endswith("_total")
    }


async def test_an_event_that_does_not_concern_us_is_taken_and_forgotten(doorstep: Doorstep) -> None:
    answer = await doorstep.post(json.dumps(UNKNOWN).encode())
    assert (answer.status_code, answer.text) == (200, "taken\n")
    assert set((await doorstep.rows()).values()) == {0}


async def test_other_methods_are_refused(doorstep: Doorstep) -> None:
    async with httpx2.AsyncClient() as client:
        assert (await client.get(f"{doorstep.url}/webhooks/stripe")).status_code == 405


async def test_the_program_says_that_it_lives_and_is_ready(doorstep: Doorstep) -> None:
    async with httpx2.AsyncClient() as client:
        assert (await client.get(f"{doorstep.url}/healthz")).text == "ok\n"
        assert (await client.get(f"{doorstep.url}/readyz")).json()["ready"] is True
        figures = (await client.get(f"{doorstep.url}/metrics")).text
    assert SECRET not in figures

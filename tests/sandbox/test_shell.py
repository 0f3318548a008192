"""The levers of the sandbox: wire log, faults, clock, and the team's own system."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox.app import Cast
from sandbox.clock import Clock
from sandbox.faults import Fault, Rule
from sandbox.world import World

KEY = {"Authorization": f"Bearer {World().secrets.stripe_api_key}"}


async def test_calls_are_written_down_without_their_secrets(world: World, sandbox_server: str) -> None:
    bot = world.secrets.telegram_token
    async with aiohttp.ClientSession() as program:
        await program.get(f"{sandbox_server}/stripe/v1/balance", headers=KEY)
        await program.post(f"{sandbox_server}/telegram/bot{bot}/getMe", data={"note": f"a+b {bot}"})
        await program.post(f"{sandbox_server}/slack/api/auth.test", data={"token": "xoxb-1-secret"})
        await program.get(f"{sandbox_server}/ui/clock")
        async with program.get(f"{sandbox_server}/ui/wire") as answer:
            log: list[dict[str, Any]] = await answer.json()
        async with program.get(f"{sandbox_server}/ui/wire?service=slack&after=1") as answer:
            assert [row["service"] for row in await answer.json()] == ["slack"]
    named = [(row["service"], row["method"]) for row in log]
    assert named == [("stripe", "GET /v1/balance"), ("telegram", "getMe"), ("slack", "auth.test")]
    assert "secret" not in str(log) and bot not in str(log) and "a+b ***" in log[1]["request"]


@pytest.mark.parametrize(("fault", "status"), [(Fault.RATE_LIMITED, 429), (Fault.SERVER_ERROR, 500)])
async def test_a_fault_answers_as_the_vendor_would_and_is_used_up(
    world: World, sandbox_server: str, fault: Fault, status: int
) -> None:
    async with aiohttp.ClientSession() as program:
        await program.post(
            f"{sandbox_server}/ui/faults", json={"service": "stripe", "fault": fault, "method": "balance"}
        )
        async with program.get(f"{sandbox_server}/stripe/v1/account", headers=KEY) as answer:
            assert answer.status == 200
        async with program.get(f"{sandbox_server}/stripe/v1/balance", headers=KEY) as answer:
            assert answer.status == status and "error" in await answer.json()
        async with program.get(f"{sandbox_server}/stripe/v1/balance", headers=KEY) as answer:
            assert answer.status == 200
    assert [row.note for row in world.wire] == ["", fault.value, ""]


async def test_a_timeout_carries_the_call_out_and_says_nothing(world: World, cast: Cast, sandbox_server: str) -> None:
    world.faults.add(Rule("stripe", Fault.TIMEOUT))
    form = {
        "mode": "payment",
        "success_url": "http://127.0.0.1:9/",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "usd",
        "line_items[0][price_data][unit_amount]": "4900",
        "line_items[0][price_data][product_data][name]": "Talk",
    }
    url, patience = f"{sandbox_server}/stripe/v1/checkout/sessions", aiohttp.ClientTimeout(total=0.5)
    headers = KEY | {"Idempotency-Key": "k1"}
    async with aiohttp.ClientSession() as program:
        with pytest.raises(asyncio.TimeoutError):
            await program.post(url, data=form, headers=headers, timeout=patience)
        assert len(cast.stripe.sessions) == 1
        async with program.post(url, data=form, headers=headers) as answer:
            assert answer.headers["Idempotent-Replayed"] == "true"
    assert len(cast.stripe.sessions) == 1


async def test_a_refused_call_is_dropped_before_anything_is_done(world: World, cast: Cast, sandbox_server: str) -> None:
    world.faults.add(Rule("stripe", Fault.REFUSED))
    async with aiohttp.ClientSession() as program:
        with pytest.raises(aiohttp.ClientConnectionError):
            await program.post(f"{sandbox_server}/stripe/v1/refunds", headers=KEY, data={"payment_intent": "pi_1"})
    assert world.wire[-1].note == "refused" and world.wire[-1].status == 0


async def test_faults_are_listed_and_lifted(world: World, sandbox_server: str) -> None:
    async with aiohttp.ClientSession() as page:
        url = f"{sandbox_server}/ui/faults"
        async with page.post(url, json={"service": "slack", "fault": "rate_limited", "count": 3}) as answer:
            assert (await answer.json())["rules"][0]["count"] == 3
        async with page.post(url, json={"service": "fax", "fault": "lost"}) as answer:
            assert answer.status == 422
        async with page.delete(url) as answer:
            assert (await answer.json())["rules"] == []


async def test_the_clock_jumps_and_comes_back(world: World, sandbox_server: str, tmp_path: Path) -> None:
    world.clock.path = tmp_path / "clock"
    async with aiohttp.ClientSession() as page:
        url = f"{sandbox_server}/ui/clock"
        async with page.post(url, json={"seconds": 600}) as answer:
            assert (await answer.json())["offset_seconds"] == 600
        assert world.clock.path.read_text() == "600.0"
        async with page.post(url, json={"moment": "2030-01-01T00:00:00Z"}) as answer:
            assert (await answer.json())["now"].startswith("2030-01-01T00:00:00")
        async with page.post(url, json={"reset": True}) as answer:
            assert (await answer.json())["offset_seconds"] == 0
        async with page.post(url, json={}) as answer:
            assert answer.status == 422


def test_the_clock_needs_no_file() -> None:
    clock = Clock()
    before = clock.now()
    assert clock.jump(timedelta(hours=1)) - before >= timedelta(hours=1)


async def test_the_teams_own_system_keeps_what_it_is_sent(world: World, sandbox_server: str) -> None:
    async with aiohttp.ClientSession() as program:
        await program.post(f"{sandbox_server}/receiver/hooks", json={"type": "paid"}, headers={"webhook-id": "m1"})
        async with program.get(f"{sandbox_server}/ui/receiver") as answer:
            received = await answer.json()
    assert received[0]["body"] == '{"type": "paid"}' and received[0]["headers"]["webhook-id"] == "m1"
    assert (world.wire[-1].service, world.wire[-1].method) == ("receiver", "/receiver/hooks")


async def test_open_pages_hear_what_changed(sandbox_server: str) -> None:
    async with aiohttp.ClientSession() as page, page.ws_connect(f"{sandbox_server}/live") as line:
        assert await line.receive_str() == "live"
        await page.post(f"{sandbox_server}/ui/clock", json={"seconds": 1})
        async with asyncio.timeout(5):
            while await line.receive_str() != "clock":
                pass


async def test_only_what_a_browser_needs_is_given_away(sandbox_server: str) -> None:
    wanted = {"/": 200, "/static/page/shell.js": 200, "/static/stripe/twin.py": 404, "/static/page/../world.py": 404}
    async with aiohttp.ClientSession() as page:
        for path, status in wanted.items():
            async with page.get(f"{sandbox_server}{path}") as answer:
                assert answer.status == status, path

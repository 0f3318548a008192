"""The chats: how soon an update is acknowledged, and how soon both sides see that the money has come."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import aiohttp
from slack_sdk.signature import SignatureVerifier

from bench.figures import Figure, Goal, figure, percentile
from bench.load import Post, pace
from bench.stage import TELEGRAM_SECRET, Stage
from tests.stories.people import OnSlack
from tests.stories.script import asks, claims, writes_in

PAYMENTS = 15
FIRST = 40
UPDATES = 120
PER_SECOND = 25
ACK = Goal(50, at_most=True)
Json = dict[str, Any]


async def meet(stage: Stage) -> None:
    """A customer on Telegram writes in, and an agent on Slack takes the case."""
    await writes_in(stage.customer, stage.agent)
    await claims(stage.customer, stage.agent)


async def confirmations(stage: Stage, first: int = FIRST) -> list[float]:
    """From the gateway's POST until the two, who have met, both read Paid; milliseconds.

    The sums are `first` dollars and more: no two alike, or an older one would be read.
    """
    customer, agent, stripe = stage.customer, stage.agent, stage.cast.stripe
    took = []
    for dollars in range(first, first + PAYMENTS):
        shown = f"${dollars}.00"
        session = await _opened(await asks(customer, agent, f"{dollars} USD Consultation", shown))
        # The gateway tells one payment by several events, one after the other; the clock is for the one that counts.
        *others, completed = stripe.books.pay(session)
        began = time.perf_counter()
        await asyncio.gather(
            stripe.deliver([completed]), customer.hears(f"Paid: {shown}"), agent.hears(f"Paid: {shown}")
        )
        took.append((time.perf_counter() - began) * 1000)
        await stripe.deliver(others)
    return took


async def confirmed(stage: Stage) -> list[Figure]:
    """How soon both sides see that the money has come."""
    await meet(stage)
    took = await confirmations(stage)
    name = f"webhook to both confirmations, {stage.words}"
    return [
        figure(f"{name}, p50", percentile(took, 50), "ms", Goal(40, at_most=True)),
        figure(f"{name}, p99", percentile(took, 99), "ms", Goal(150, at_most=True)),
    ]


async def _opened(page: str) -> str:
    """The id of the gateway's session behind a pay page."""
    origin = page.split("/pay/")[0]
    async with (
        aiohttp.ClientSession() as browser,
        browser.post(page, headers={"Origin": origin}, allow_redirects=False) as answer,
    ):
        assert answer.status == 303, await answer.text()
        return answer.headers["Location"].rstrip("/").rpartition("/")[2]


async def acknowledgements(stage: Stage) -> list[Figure]:
    """Words of customers, as the two platforms push them, at an even pace; the work behind them goes on meanwhile."""
    await stage.customer.says("Is somebody there?")
    await OnSlack(stage.cast, "U0CARLA").says("Is somebody there?")
    makers = {
        "POST /telegram": _telegram(await _pushed(stage, "telegram")),
        "POST /slack/events": _slack(await _pushed(stage, "slack"), stage.cast.world.secrets.slack_signing_secret),
    }
    figures = []
    for name, make in makers.items():
        answers = await pace(stage.bellhop.url, UPDATES, make, PER_SECOND)
        for percent, goal in ((50, None), (99, ACK)):
            took = percentile(answers.latencies, percent) * 1000
            figures.append(figure(f"{name} ack p{percent}, {PER_SECOND}/s", took, "ms", goal))
    return figures


async def _pushed(stage: Stage, service: str) -> Json:
    """What the sandbox pushed for the words just said: a pattern for more."""

    def look() -> Json | None:
        for exchange in reversed(stage.cast.world.wire):
            if (exchange.direction, exchange.service) == ("out", service) and "somebody there?" in exchange.request:
                told: Json = json.loads(exchange.request)
                return told
        return None

    return await stage.cast.world.until(look)


def _telegram(pattern: Json) -> Callable[[int], Post]:
    def make(number: int) -> Post:
        message = pattern["message"] | {"message_id": 900_000 + number, "text": f"Word {number}"}
        body = json.dumps({"update_id": 900_000 + number, "message": message}).encode()
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET}
        return Post("/telegram", body, headers)

    return make


def _slack(pattern: Json, secret: str) -> Callable[[int], Post]:
    sign = SignatureVerifier(secret)

    def make(number: int) -> Post:
        at = f"{int(time.time())}.{number:06d}"
        fresh = {
            "ts": at,
            "event_ts": at,
            "client_msg_id": f"bench-{number}",
            "text": f"Word {number}",
        }
        body = json.dumps(pattern | {"event_id": f"EvBENCH{number}", "event": pattern["event"] | fresh})
        stamp = str(int(time.time()))
        signature = sign.generate_signature(timestamp=stamp, body=body) or ""
        headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}
        return Post("/slack/events", body.encode(), {"Content-Type": "application/json"} | headers)

    return make

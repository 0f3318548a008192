"""What the stand-ins of all gateways do alike: refuse, bring webhooks until they are taken, watch the clock."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

from fastapi.responses import JSONResponse, Response

from sandbox.world import World

GAPS = (0.5, 1, 2, 4, 8, 16)
"""Seconds of real time between tries of one webhook. Stripe and PayPal try for three days, Razorpay for one."""


class GatewayRefused(Exception):
    """A call that a gateway answers with an error. `body` is the error in that gateway's own form."""

    status: int
    body: dict[str, Any]

    def response(self) -> JSONResponse:
        """The HTTP answer."""
        return JSONResponse(self.body, self.status)


async def done(work: Awaitable[Any]) -> Response:
    """The dashboard's answer: what came of it, or the gateway's refusal."""
    try:
        return JSONResponse({"result": await work})
    except GatewayRefused as refused:
        return refused.response()


def is_taken(status: int | None) -> bool:
    """Whether a webhook needs no other try. None: it was not sent, since a fault holds it back or nobody wants it."""
    return status is None or 200 <= status < 300


async def bring(world: World, attempt: Callable[[], Awaitable[int | None]], gaps: Sequence[float]) -> None:
    """Try once; what the program does not take is tried again in the background."""
    if not is_taken(await attempt()):
        world.spawn(_insist(attempt, gaps))


async def _insist(attempt: Callable[[], Awaitable[int | None]], gaps: Sequence[float]) -> None:
    for gap in gaps:
        await asyncio.sleep(gap)
        if is_taken(await attempt()):
            return


async def watch_clock(world: World, look: Callable[[], Awaitable[None]]) -> None:
    """Look each second of real time and whenever somebody moves the clock, for as long as the sandbox runs."""
    async with world.watch() as changes:
        while True:
            await look()
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    while await changes.get() != "clock":
                        pass

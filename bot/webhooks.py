"""Where gateways report: verify the raw bytes, keep what they say, answer; the engine takes it into the ledger."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse
from prometheus_client import Counter

from bot.bodies import TooLarge, read_body
from handlers.checkout.reports import accept_report
from handlers.house import House
from payments.errors import BadSignature, PaymentError

RECEIVED = Counter("bellhop_webhooks_total", "Webhooks by gateway and outcome", ["gateway", "outcome"])


def webhook_routes(house: House) -> APIRouter:
    """`POST /webhooks/{gateway}` and `/webhooks/{gateway}/{team}`."""
    routes = APIRouter()

    @routes.post("/webhooks/{gateway}", response_class=PlainTextResponse)
    @routes.post("/webhooks/{gateway}/{team}", response_class=PlainTextResponse)
    async def receive(gateway: str, request: Request) -> PlainTextResponse:
        """Take in a gateway's webhook. 2xx only when it is durable."""
        known = house.gateways.get(gateway)
        if known is None:
            return PlainTextResponse("no such gateway here\n", 404)
        try:
            facts = await known.read_webhook(await read_body(request), request.headers, now=house.now())
        except TooLarge:
            RECEIVED.labels(gateway, "too_large").inc()
            return PlainTextResponse("too large\n", 413)
        except BadSignature as error:
            RECEIVED.labels(gateway, "refused").inc()
            return PlainTextResponse(f"{error}\n", 401)
        except PaymentError as error:
            # What is needed to verify it cannot be had now: the gateway sends it again.
            RECEIVED.labels(gateway, "unverified").inc()
            return PlainTextResponse(f"{error}\n", 503)
        await accept_report(house, gateway, facts)
        RECEIVED.labels(gateway, "taken").inc()
        return PlainTextResponse("taken\n")

    return routes

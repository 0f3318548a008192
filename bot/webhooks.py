"""Where gateways report: verify the raw bytes, keep what they say, answer; the engine takes it into the ledger."""

from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse
from prometheus_client import Counter

from bot.bodies import TooLarge, read_body
from handlers.accounts.webhooks import NoSuchGateway, take_settings_webhook, take_teams_webhook
from handlers.house import House
from payments.errors import BadSignature, PaymentError
from payments.registry import GATEWAYS

RECEIVED = Counter("bellhop_webhooks_total", "Webhooks by gateway and outcome", ["gateway", "outcome"])


UNKNOWN = partial(PlainTextResponse, "no such gateway here\n", 404)


def webhook_routes(house: House) -> APIRouter:
    """`POST /webhooks/{gateway}`: the settings' account. `/webhooks/{gateway}/{team}`: that team's own accounts."""
    routes = APIRouter()

    @routes.post("/webhooks/{gateway}", response_class=PlainTextResponse)
    @routes.post("/webhooks/{gateway}/{team}", response_class=PlainTextResponse)
    async def receive(gateway: str, request: Request, team: str = "") -> PlainTextResponse:
        """Take in a gateway's webhook. 2xx only when it is durable."""
        if gateway not in house.gateways and gateway not in GATEWAYS:
            return UNKNOWN()
        try:
            # Raw, for a signature holds for the very bytes that were sent.
            body = await read_body(request)
            if team:
                await take_teams_webhook(house, gateway, team, body, request.headers)
            else:
                await take_settings_webhook(house, gateway, body, request.headers)
        except NoSuchGateway:
            return UNKNOWN()
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
        RECEIVED.labels(gateway, "taken").inc()
        return PlainTextResponse("taken\n")

    return routes

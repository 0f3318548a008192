"""The team's view of its PayPal account, and the hand of fate: `/ui/paypal`."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Body
from fastapi.responses import Response

from sandbox.gateways import done
from sandbox.paypal.account import Account
from sandbox.paypal.errors import Refused
from sandbox.paypal.objects import Json

Given = Annotated[Json | None, Body()]


def dashboard(paypal: Account) -> APIRouter:
    """`GET /`: payments and events; `POST /orders/{id}/{act}`, `/disputes/{id}/{won|lost}`, `/resend/{event}`."""
    router = APIRouter()
    acts: dict[str, Callable[[str, Json], Awaitable[Any]]] = {
        "pay": lambda key, given: paypal.pay(key),
        "decline": lambda key, given: paypal.decline(key),
        "pay_later": lambda key, given: paypal.pay_later(key),
        "settle": lambda key, given: paypal.settle(key, succeeded=given.get("succeeded", True)),
        "reverse_approval": lambda key, given: paypal.reverse_approval(key),
        "refund": lambda key, given: paypal.refund_in_dashboard(key, given.get("amount")),
        "dispute": lambda key, given: paypal.dispute(key),
    }

    @router.get("")
    async def state() -> Json:
        payments = [_payment(paypal, order) for order in reversed(paypal.orders.values())]
        return {"payee": paypal.payee, "payments": payments, "events": _events(paypal)}

    @router.post("/orders/{order_id}/{act}")
    async def act(order_id: str, act: str, given: Given = None) -> Response:
        if act not in acts:
            return Refused(404, "INVALID_RESOURCE_ID", f"Nobody can {act} an order.").response()
        return await done(acts[act](order_id, given or {}))

    @router.post("/disputes/{dispute_id}/{outcome}")
    async def close(dispute_id: str, outcome: str) -> Response:
        return await done(paypal.close_dispute(dispute_id, won=outcome == "won"))

    @router.post("/resend/{event_id}")
    async def resend(event_id: str) -> Response:
        return await done(paypal.resend(event_id))

    return router


def _payment(paypal: Account, order: Json) -> Json:
    unit = order["purchase_units"][0]
    captures = unit.get("payments", {}).get("captures", [])
    about = [each["id"] for each in captures]
    return {
        "order": order["id"],
        "sum": f"{unit['amount']['value']} {unit['amount']['currency_code']}",
        "what": unit.get("description", ""),
        "reference": unit.get("custom_id", ""),
        "url": f"{paypal.world.public_url}/paypal/pay/{order['id']}",
        "status": captures[0]["status"] if captures else order["status"],
        "refunds": [each["amount"]["value"] for each in unit.get("payments", {}).get("refunds", [])],
        "disputes": [
            {"id": each["dispute_id"], "status": each["status"]}
            for each in paypal.disputes.values()
            if each["disputed_transactions"][0]["seller_transaction_id"] in about
        ],
    }


def _events(paypal: Account) -> list[Json]:
    """The latest events; `answers` has one status per attempt, null for one that a fault held back."""
    newest = list(reversed(paypal.events.values()))[:50]
    return [
        {"id": event["id"], "type": event["event_type"], "created": event["create_time"],
         "answers": paypal.delivered.get(event["id"], [])}
        for event in newest
    ]  # fmt: skip

"""The team's view of its PhonePe account, and the hand of fate: `/ui/phonepe`."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Body
from fastapi.responses import Response

from sandbox.gateways import done
from sandbox.phonepe.account import Account
from sandbox.phonepe.books import Json, Order, status
from sandbox.phonepe.errors import Refused
from sandbox.phonepe.pages import rupees

Given = Annotated[Json | None, Body()]


def dashboard(phonepe: Account) -> APIRouter:
    """`GET /`: what there is; `POST /orders/{id}/{act}`, `/refunds/{id}/{completed|failed}`, `/resend/{number}`."""
    router = APIRouter()
    acts: dict[str, Callable[[str, Json], Awaitable[Any]]] = {
        "pay": lambda key, given: phonepe.pay(key),
        "decline": lambda key, given: phonepe.decline(key, given.get("code", "ZM")),
        "expire": lambda key, given: phonepe.expire(key),
        "refund": lambda key, given: phonepe.refund_in_dashboard(key, given.get("amount")),
    }

    @router.get("")
    async def state() -> Json:
        orders = [_order(phonepe, order) for order in reversed(phonepe.orders.values())]
        return {"payee": phonepe.payee, "orders": orders, "refunds": list(phonepe.refunds.values())[::-1],
                "events": _events(phonepe)}  # fmt: skip

    @router.post("/orders/{order_id}/{act}")
    async def act(order_id: str, act: str, given: Given = None) -> Response:
        if act not in acts:
            return Refused(f"Nobody can {act} an order.", code="404", status=404).response()
        return await done(acts[act](order_id, given or {}))

    @router.post("/refunds/{refund_id}/{outcome}")
    async def settle(refund_id: str, outcome: str) -> Response:
        return await done(phonepe.settle_refund(refund_id, succeeded=outcome == "completed"))

    @router.post("/resend/{number}")
    async def resend(number: int) -> Response:
        if not 0 <= number < len(phonepe.events):
            return Refused(f"There is no event {number}.", code="404", status=404).response()
        return await done(phonepe.resend(number))

    return router


def _order(phonepe: Account, order: Order) -> Json:
    left = phonepe.books.left(order) if order.state == "COMPLETED" else 0
    return {
        "merchantOrderId": order.merchant_order_id,
        "sum": rupees(order.amount),
        "url": f"{phonepe.world.public_url}/phonepe/pay/{order.token}" if _has_page(order) else None,
        "code": order.link if order.by_code else None,
        "refundable": left,
        **status(order, details=True, context=True),
    }


def _has_page(order: Order) -> bool:
    return order.state == "PENDING" and not order.by_code


def _events(phonepe: Account) -> list[Json]:
    """The latest events; `answers` has one status per attempt, or that a fault held it back."""
    numbered = list(enumerate(phonepe.events))[::-1]
    return [
        {"number": number, "event": event["event"], "answers": [
            "held or lost" if answer is None else answer for answer in phonepe.delivered.get(number, [])
        ]}
        for number, event in numbered[:50]
    ]  # fmt: skip

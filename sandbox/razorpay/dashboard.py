"""The team's view of its Razorpay account, and the hand of fate: `/ui/razorpay`."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Body
from fastapi.responses import Response

from sandbox.gateways import done
from sandbox.razorpay.account import Account
from sandbox.razorpay.errors import Refused
from sandbox.razorpay.rules import Json, spelled

Given = Annotated[Json | None, Body()]


def dashboard(razorpay: Account) -> APIRouter:
    """`GET /`: links, codes and events; `POST /pages/{id}/{act}`, `/disputes/{id}/{won|lost}`, `/resend/{event}`."""
    router = APIRouter()
    acts: dict[str, Callable[[str, Json], Awaitable[Any]]] = {
        "pay": lambda key, given: razorpay.pay(key, given.get("method", "card")),
        "decline": lambda key, given: razorpay.decline(key),
        "authorize": lambda key, given: razorpay.authorize(key),
        "capture": lambda key, given: razorpay.capture(key),
        "expire": lambda key, given: razorpay.expire(key),
        "scan": lambda key, given: razorpay.scan(key),
        "refund": lambda key, given: razorpay.refund_in_dashboard(key, given.get("amount")),
        "dispute": lambda key, given: razorpay.dispute(key),
    }

    @router.get("")
    async def state() -> Json:
        links = [_shown(link, link["amount"], link["currency"]) for link in razorpay.books.links.values()]
        codes = [_shown(code, code["payment_amount"], "INR") for code in razorpay.books.codes.values()]
        return {"payee": razorpay.payee, "links": links[::-1], "codes": codes[::-1], "events": _events(razorpay)}

    @router.post("/pages/{page_id}/{act}")
    async def act(page_id: str, act: str, given: Given = None) -> Response:
        if act not in acts:
            return Refused(f"Nobody can {act} a link.", status=404).response()
        return await done(acts[act](page_id, given or {}))

    @router.post("/disputes/{dispute_id}/{outcome}")
    async def close(dispute_id: str, outcome: str) -> Response:
        return await done(razorpay.close_dispute(dispute_id, won=outcome == "won"))

    @router.post("/resend/{event_id}")
    async def resend(event_id: str) -> Response:
        return await done(razorpay.resend(event_id))

    return router


def _shown(thing: Json, amount: int, currency: str) -> Json:
    return {
        "id": thing["id"],
        "sum": spelled(amount, currency),
        "what": thing["description"],
        "status": thing["status"],
        "url": thing.get("short_url") or thing.get("image_url"),
    }


def _events(razorpay: Account) -> list[Json]:
    """The latest events; `answers` has one status per attempt, null for one that a fault held back."""
    latest = list(reversed(razorpay.books.events.items()))[:50]
    return [{"id": key, "type": event["event"], "answers": razorpay.delivered.get(key, [])} for key, event in latest]

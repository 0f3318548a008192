"""The team's view of its Stripe account, and the hand of fate: `/ui/stripe`."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Body
from fastapi.responses import JSONResponse, Response

from sandbox.gateways import done
from sandbox.stripe.account import Account
from sandbox.stripe.books import newest_first
from sandbox.stripe.currency import spelled
from sandbox.stripe.forms import Json
from sandbox.stripe.merchants import SECOND

Given = Annotated[Json | None, Body()]


def dashboard(stripe: Account) -> APIRouter:
    """`GET /`: payments and events; `POST /sessions/{id}/{act}`, `/disputes/{id}/{won|lost}`, `/resend/{event}`."""
    router = APIRouter()
    acts: dict[str, Callable[[str, Json], Awaitable[Any]]] = {
        "pay": lambda key, given: stripe.pay(key),
        "decline": lambda key, given: stripe.decline(key, given.get("code", "card_declined")),
        "authenticate": lambda key, given: stripe.authenticate(key),
        "pay_later": lambda key, given: stripe.pay_later(key),
        "settle": lambda key, given: stripe.settle(key, succeeded=given.get("succeeded", True)),
        "pay_twice": lambda key, given: stripe.pay_twice(key),
        "expire": lambda key, given: stripe.expire(key),
        "refund": lambda key, given: stripe.refund_in_dashboard(key, given.get("amount")),
        "dispute": lambda key, given: stripe.dispute(key),
    }

    @router.get("")
    async def state() -> Json:
        payments = [_payment(stripe, session) for session in newest_first(stripe.sessions)]
        return {"payee": stripe.payee, "payments": payments, "events": _events(stripe), "second": _second(stripe)}

    @router.post("/sessions/{session_id}/{act}")
    async def act(session_id: str, act: str, given: Given = None) -> Response:
        if act not in acts:
            return JSONResponse({"error": {"message": f"Nobody can {act} a session."}}, 404)
        return await done(acts[act](session_id, given or {}))

    @router.post("/disputes/{dispute_id}/{outcome}")
    async def close(dispute_id: str, outcome: str) -> Response:
        return await done(stripe.close_dispute(dispute_id, won=outcome == "won"))

    @router.post("/resend/{event_id}")
    async def resend(event_id: str) -> Response:
        return await done(stripe.resend(event_id))

    router.include_router(_beside(stripe))
    return router


def _beside(stripe: Account) -> APIRouter:
    """The dashboard of the account beside the operator's."""
    router = APIRouter(prefix="/accounts/{account}")

    @router.post("/endpoint")
    async def paste(account: str, given: Given = None) -> Json:
        """A webhook address is pasted there; the dashboard shows the secret that signs."""
        return {"secret": stripe.merchants.paste_endpoint(account, str((given or {}).get("url", "")))}

    @router.post("/disconnect")
    async def disconnect(account: str) -> Response:
        return await done(stripe.disconnect(account))

    return router


def _second(stripe: Account) -> Json:
    """The account beside the operator's: what its owner would find in the dashboard."""
    merchant = stripe.merchants.by_id[SECOND]
    return {
        "id": SECOND, "name": merchant.name, "key": merchant.key, "endpoint": merchant.endpoint.url,
        "secret": merchant.endpoint.secret if merchant.endpoint.url else "",
        "connected": SECOND in stripe.merchants.connected,
    }  # fmt: skip


def _payment(stripe: Account, session: Json) -> Json:
    intent = stripe.intents.get(session["payment_intent"] or "", {})
    charge = stripe.charges.get(intent.get("latest_charge") or "", {})
    disputes = [item for item in stripe.disputes.values() if item["charge"] == charge.get("id")]
    return {
        "session": session["id"],
        "sum": spelled(session["amount_total"], session["currency"]),
        "minor": session["amount_total"],
        "what": ", ".join(line["description"] for line in stripe.books.lines[session["id"]]),
        "reference": session["client_reference_id"],
        "payee": stripe.payee_of(session["id"]),
        "url": session["url"],
        "open": session["status"] == "open",
        "status": _status(session, intent, charge, disputes),
        "refundable": charge.get("amount_captured", 0) - charge.get("amount_refunded", 0),
        "refunded": spelled(charge["amount_refunded"], charge["currency"]) if charge.get("amount_refunded") else "",
        "disputes": [{"id": item["id"], "status": item["status"]} for item in disputes],
        "receipt_url": charge.get("receipt_url"),
        "expires_at": session["expires_at"],
    }


def _status(session: Json, intent: Json, charge: Json, disputes: list[Json]) -> str:
    if disputes:
        return f"dispute {disputes[-1]['status'].replace('_', ' ')}"
    if charge.get("amount_refunded"):
        return "refunded" if charge["refunded"] else "partly refunded"
    if session["status"] == "open" and intent.get("last_payment_error"):
        return "declined, still open"
    if session["status"] == "complete":
        return "paid" if session["payment_status"] == "paid" else intent["status"].replace("_", " ")
    return str(session["status"])


def _events(stripe: Account) -> list[Json]:
    """The latest events; `answers` has one status per attempt, null for one that a fault held back."""
    return [
        {
            "id": event["id"],
            "type": event["type"],
            "created": event["created"],
            "answers": [
                "held or lost" if status is None else status for status in stripe.delivered.get(event["id"], [])
            ],
        }
        for event in newest_first(stripe.events)[:50]
    ]

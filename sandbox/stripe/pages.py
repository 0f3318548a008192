"""Stripe's own pages: where the customer pays, and the receipt."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from sandbox.stripe.account import Account
from sandbox.stripe.books import DECLINES
from sandbox.stripe.currency import spelled
from sandbox.stripe.errors import Refused
from sandbox.stripe.forms import Json

# Stripe's test cards, https://docs.stripe.com/testing
CARDS = {
    "pay": "4242 4242 4242 4242 - accepted",
    "authenticate": "4000 0025 0000 3155 - asks for 3-D Secure",
    "card_declined": "4000 0000 0000 0002 - declined",
    "insufficient_funds": "4000 0000 0000 9995 - not enough money",
    "expired_card": "4000 0000 0000 0069 - expired",
}
TEMPLATES = Environment(autoescape=True, loader=PackageLoader("sandbox.stripe"), undefined=StrictUndefined)


def pages(stripe: Account) -> APIRouter:
    """`GET /pay/{session}`, `POST /pay/{session}` and `GET /receipts/{charge}`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/pay/{session_id}")
    async def show(session_id: str) -> Response:
        if session_id not in stripe.sessions:
            return shown("closed.html", 404, title="This page does not exist", told="Check the link.", back="")
        return checkout(stripe, stripe.sessions[session_id], here=session_id)

    @router.post("/pay/{session_id}")
    async def act(session_id: str, act: Annotated[str, Form()], card: Annotated[str, Form()] = "pay") -> Response:
        try:
            await carry_out(stripe, session_id, card if act == "card" else act)
        except Refused:
            # A second click, or a page left open too long: what stands now is shown.
            return RedirectResponse(session_id, 303)
        session = stripe.sessions[session_id]
        return RedirectResponse(_after(session) if session["status"] == "complete" else session_id, 303)

    @router.get("/receipts/{charge_id}")
    async def receipt(charge_id: str) -> Response:
        charge = stripe.charges.get(charge_id)
        if charge is None or not charge["paid"]:
            return shown("closed.html", 404, title="No such receipt", told="Check the link.", back="")
        back = spelled(charge["amount_refunded"], charge["currency"]) if charge["amount_refunded"] else ""
        return shown("receipt.html", charge=charge, payee=stripe.payee_of(charge_id), total=_sum(charge), back=back)

    return router


async def carry_out(stripe: Account, session_id: str, act: str) -> None:
    """Do what was chosen on the page. Raises `Refused` when the session is not open for it."""
    if act in DECLINES:
        return await stripe.decline(session_id, act)
    acts = {"pay": stripe.pay, "authenticate": stripe.authenticate, "pay_later": stripe.pay_later}
    if act == "pay_twice":
        await stripe.pay_twice(session_id)
    elif act in acts:
        await acts[act](session_id)
    return None


def checkout(stripe: Account, session: Json, *, here: str) -> Response:
    """The page, or the form inside a page; `here` is its own address, the last part of it."""
    if session["status"] == "complete":
        return shown("closed.html", title="All done here", told="This payment is complete.", back=_after(session))
    back = session["cancel_url"] or ""
    if session["status"] == "expired":
        return shown("closed.html", title="This page has expired", told="Ask for a new payment link.", back=back)
    intent = stripe.intents.get(session["payment_intent"] or "", {})
    error = (intent.get("last_payment_error") or {}).get("message", "")
    given: Json = {
        "session": session,
        "here": here,
        "payee": stripe.payee_of(session["id"]),
        "total": spelled(session["amount_total"], session["currency"]),
    }
    if intent.get("status") == "requires_action":
        return shown("secure.html", **given)
    items = [
        {"name": line["description"], "quantity": line["quantity"], "sum": _sum(line, "amount_total")}
        for line in stripe.books.lines[session["id"]]
    ]
    return shown("pay.html", items=items, error=error, cards=CARDS, back=back, **given)


def _sum(thing: Json, name: str = "amount") -> str:
    return spelled(thing[name], thing["currency"])


def _after(session: Json) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def shown(template: str, status: int = 200, /, **given: object) -> HTMLResponse:
    """One of Stripe's pages."""
    return HTMLResponse(TEMPLATES.get_template(template).render(**given), status, headers={"Cache-Control": "no-store"})

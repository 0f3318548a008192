"""PayPal's own page: where the buyer approves."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from sandbox.paypal.account import Account
from sandbox.paypal.errors import Refused
from sandbox.paypal.objects import PAYER, Json

TEMPLATES = Environment(autoescape=True, loader=PackageLoader("sandbox.paypal"), undefined=StrictUndefined)


def pages(paypal: Account) -> APIRouter:
    """`GET /pay/{order}` and `POST /pay/{order}`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/pay/{order_id}")
    async def show(order_id: str) -> Response:
        try:
            order = paypal.books.order(order_id)
        except Refused:
            return _page(
                "closed.html", 404, title="Things don't appear to be working", told="Ask for a new link.", back=""
            )
        context = paypal.books.contexts[order_id]
        if order["status"] == "COMPLETED":
            back = _with_token(context["return_url"], order_id)
            return _page("closed.html", title="You have paid", told="This payment is complete.", back=back)
        unit, back = order["purchase_units"][0], _with_token(context["cancel_url"], order_id)
        total = f"{unit['amount']['value']} {unit['amount']['currency_code']}"
        given = {"total": total, "what": unit.get("description", ""), "brand": _brand(paypal, context), "back": back}
        return _page("pay.html", order_id=order_id, **given)

    @router.post("/pay/{order_id}")
    async def act(order_id: str, act: Annotated[str, Form()]) -> Response:
        acts = {"pay": paypal.pay, "decline": paypal.decline, "pay_later": paypal.pay_later}
        try:
            await acts.get(act, paypal.pay)(order_id)
        except Refused:
            # A second click, or a page left open too long: what stands now is shown.
            return RedirectResponse(order_id, 303)
        there = _with_token(paypal.books.contexts[order_id]["return_url"], order_id, PayerID=str(PAYER["payer_id"]))
        return RedirectResponse(there, 303)

    return router


def _brand(paypal: Account, context: Json) -> str:
    return str(context.get("brand_name") or paypal.payee)


def _with_token(address: str, order_id: str, **more: str) -> str:
    """PayPal adds the order to both ways back, and who paid to the good one."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode({'token': order_id, **more})}"


def _page(template: str, status: int = 200, /, **given: object) -> HTMLResponse:
    return HTMLResponse(TEMPLATES.get_template(template).render(**given), status, headers={"Cache-Control": "no-store"})

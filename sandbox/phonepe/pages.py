"""PhonePe's own page, where the customer pays."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from sandbox.phonepe.account import Account
from sandbox.phonepe.books import DECLINES, Order
from sandbox.phonepe.errors import Refused

TEMPLATES = Environment(autoescape=True, loader=PackageLoader("sandbox.phonepe"), undefined=StrictUndefined)


def rupees(paisa: int) -> str:
    """A sum as the page shows it: 4900 is ₹49.00."""
    return f"₹{paisa // 100:,}.{paisa % 100:02}"


def pages(phonepe: Account) -> APIRouter:
    """`GET /pay/{token}` and `POST /pay/{token}`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/pay/{token}")
    async def show(token: str) -> Response:
        order = phonepe.books.by_token(token)
        if order is None:
            return _page("closed.html", 404, title="This page does not exist", told="Check the link.", back="")
        return _checkout(phonepe, order)

    @router.post("/pay/{token}")
    async def act(token: str, act: Annotated[str, Form()]) -> Response:
        order = phonepe.books.by_token(token)
        if order is None:
            return RedirectResponse(token, 303)
        try:
            await _carry_out(phonepe, order, act)
        except Refused:
            # A second click, or a page left open too long: what stands now is shown.
            return RedirectResponse(token, 303)
        return RedirectResponse(order.back if order.state != "PENDING" and order.back else token, 303)

    return router


async def _carry_out(phonepe: Account, order: Order, act: str) -> None:
    if act in DECLINES:
        await phonepe.decline(order.merchant_order_id, act)
    elif act == "pay":
        await phonepe.pay(order.merchant_order_id)


def _checkout(phonepe: Account, order: Order) -> Response:
    if order.state == "COMPLETED":
        return _page("closed.html", title="All done here", told="This payment is complete.", back=order.back)
    if order.state == "FAILED":
        return _page("closed.html", title="This page is closed", told="Ask for a new payment link.", back=order.back)
    code = order.attempts[-1]["detailedErrorCode"] if order.attempts else ""
    error = DECLINES.get(code, code)
    message = order.form["paymentFlow"].get("message") or order.merchant_order_id
    return _page("pay.html", payee=phonepe.payee, total=rupees(order.amount), message=message, error=error,
                 declines=DECLINES, token=order.token, back=order.back)  # fmt: skip


def _page(template: str, status: int = 200, /, **given: object) -> HTMLResponse:
    return HTMLResponse(TEMPLATES.get_template(template).render(**given), status, headers={"Cache-Control": "no-store"})

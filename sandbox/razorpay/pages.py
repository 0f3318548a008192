"""Razorpay's own pages: where the customer pays a link, and the picture of a QR code."""

from io import BytesIO
from typing import Annotated
from urllib.parse import urlencode

import segno
from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from sandbox.razorpay.account import Account
from sandbox.razorpay.entities import DECLINES
from sandbox.razorpay.errors import Refused
from sandbox.razorpay.rules import Json, spelled

TEMPLATES = Environment(autoescape=True, loader=PackageLoader("sandbox.razorpay"), undefined=StrictUndefined)
ENDED = {"paid": "This link is paid", "expired": "This link has expired", "cancelled": "This link was cancelled"}


def pages(razorpay: Account) -> APIRouter:
    """`GET` and `POST /i/{link}`, where a link leads; `GET /qr/{code}`, its picture."""
    router = APIRouter(include_in_schema=False)
    links, codes = razorpay.books.links, razorpay.books.codes

    @router.get("/i/{link_id}")
    async def show(link_id: str) -> Response:
        if link_id not in links:
            return _page("closed.html", 404, title="There is no such link", back="")
        return _link(razorpay, links[link_id])

    @router.post("/i/{link_id}")
    async def act(link_id: str, act: Annotated[str, Form()]) -> Response:
        try:
            await _carry_out(razorpay, link_id, act)
        except Refused:
            # A second click, or a page left open too long: what stands now is shown.
            return RedirectResponse(link_id, 303)
        paid = links[link_id]["status"] == "paid"
        return RedirectResponse((razorpay.way_back(link_id) if paid else "") or link_id, 303)

    @router.get("/qr/{code_id}")
    async def picture(code_id: str) -> Response:
        if code_id not in codes:
            return _page("closed.html", 404, title="There is no such code", back="")
        return Response(drawn(codes[code_id]), media_type="image/png", headers={"Cache-Control": "no-store"})

    return router


def drawn(code: Json) -> bytes:
    """The picture of a code, as PNG: a link that opens a UPI app."""
    rupees = f"{code['payment_amount'] // 100}.{code['payment_amount'] % 100:02}"
    wanted = {"pa": "sandbox@rzp", "pn": code["name"] or "", "tr": code["id"], "am": rupees, "cu": "INR"}
    picture = BytesIO()
    segno.make(f"upi://pay?{urlencode(wanted)}", micro=False).save(picture, kind="png", scale=6)
    return picture.getvalue()


async def _carry_out(razorpay: Account, link_id: str, act: str) -> None:
    if act in ("card", "upi"):
        await razorpay.pay(link_id, act)
    elif act in DECLINES:
        await razorpay.decline(link_id, act)
    elif act == "authorize":
        await razorpay.authorize(link_id)


def _link(razorpay: Account, link: Json) -> Response:
    if link["status"] in ENDED:
        back = razorpay.way_back(link["id"]) if link["status"] == "paid" else link.get("callback_url", "")
        return _page("closed.html", title=ENDED[link["status"]], back=back)
    tried = [payment for payment in razorpay.books.payments.values() if payment.get("link") == link["id"]]
    return _page(
        "pay.html",
        link=link,
        payee=razorpay.payee,
        total=spelled(link["amount"], link["currency"]),
        error=(tried[-1]["error_description"] or "") if tried else "",
        held=bool(tried) and tried[-1]["status"] == "authorized",
        back=link.get("callback_url", ""),
    )


def _page(template: str, status: int = 200, /, **given: object) -> HTMLResponse:
    return HTMLResponse(TEMPLATES.get_template(template).render(**given), status, headers={"Cache-Control": "no-store"})

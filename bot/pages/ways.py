"""Ways to pay that need no other page: the pay link as a QR code, a UPI code, the gateway's form in the room page."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

from fastapi import APIRouter, Form, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from bot.pages.look import Look
from bot.pages.pay import nothing_here, trouble
from handlers import pay_page
from handlers.checkout import inside
from handlers.checkout.inside import Offer, UpiCode
from handlers.checkout.opening import NotPayable
from handlers.checkout.qr import pay_link_svg
from handlers.house import House
from handlers.messages import id_in
from payments.errors import PaymentError
from payments.gateway import EmbeddedForm, Picture

T = TypeVar("T")

NO_STORE = {"Cache-Control": "no-store"}
# A picture may be SVG, which can carry scripts: opened by itself it may do nothing at all.
FENCED = NO_STORE | {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


class Refused(Exception):
    """It cannot be paid that way now: a status, and a sentence for the payer."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


def way_routes(house: House, look: Look) -> APIRouter:
    """Below `/pay/{code}`: `qr.svg`; `offers` and `forms/{way}` for the room page; `upi/{way}` and its picture."""
    router = APIRouter()

    @router.get("/pay/{code}/qr.svg")
    async def pay_link(code: str) -> Response:
        svg = await pay_link_svg(house, code)
        return _picture(Picture("image/svg+xml", svg) if svg else None)

    @router.get("/pay/{code}/offers")
    async def offers(code: str) -> JSONResponse:
        found = await inside.offers(house, code)
        if found is None:
            return JSONResponse({"sentence": "There is no such payment request."}, 404, NO_STORE)
        told = {"can_pay": found.can_pay, "upi": _named(found.upi), "forms": _named(found.forms)}
        return JSONResponse(told, headers=NO_STORE)

    @router.post("/pay/{code}/forms/{way}")
    async def form(code: str, way: str) -> JSONResponse:
        return await _told(inside.embedded_form(house, code, way), _form)

    router.include_router(_upi_routes(house, look))
    return router


def _upi_routes(house: House, look: Look) -> APIRouter:
    """A UPI code: drawn beside the call, or on a page of its own for whoever comes from the chat."""
    router = APIRouter()

    @router.post("/pay/{code}/upi/{way}/code")
    async def upi_code(code: str, way: str) -> JSONResponse:
        return await _told(inside.upi_code(house, code, way), lambda found: _code(code, found))

    @router.post("/pay/{code}/upi/{way}")
    async def begin_upi(code: str, way: str, agree: Annotated[str, Form(max_length=16)] = "") -> Response:
        try:
            await _or_refused(inside.upi_code(house, code, way, agreed=id_in(agree) or None))
        except Refused as refused:
            advice = "Go back and choose another way to pay, or ask in the chat."
            return look.plain("No code at the moment", refused.sentence, advice, status=refused.status)
        return RedirectResponse(f"/pay/{code}/upi/{way}", 303, NO_STORE)

    @router.get("/pay/{code}/upi/{way}")
    async def upi(code: str, way: str) -> Response:
        page, found = await pay_page.pay_page(house, code), await inside.open_upi_code(house, code, way)
        if page is None:
            return nothing_here(look)
        if found is None or not page.can_pay:
            # Paid, over, or never begun: that page says which.
            return RedirectResponse(f"/pay/{code}/back", 303, NO_STORE)
        return _upi_page(look, page, found)

    @router.get("/pay/{code}/upi/{way}/picture")
    async def upi_picture(code: str, way: str) -> Response:
        try:
            return _picture(await inside.upi_picture(house, code, way))
        except PaymentError as error:
            return JSONResponse({"sentence": trouble(error)[1]}, 503, NO_STORE)

    return router


def _upi_page(look: Look, page: pay_page.PayPage, found: UpiCode) -> HTMLResponse:
    return look.page("upi.html", {"page": page, "upi": found})


async def _or_refused(deed: Awaitable[T]) -> T:
    try:
        return await deed
    except NotPayable as refused:
        raise Refused(409, str(refused)) from refused
    except PaymentError as error:
        raise Refused(*trouble(error)) from error


async def _told(deed: Awaitable[T], tell: Callable[[T], dict[str, str]]) -> JSONResponse:
    try:
        return JSONResponse(tell(await _or_refused(deed)), headers=NO_STORE)
    except Refused as refused:
        return JSONResponse({"sentence": refused.sentence}, refused.status, NO_STORE)


def _named(offers: tuple[Offer, ...]) -> list[dict[str, str]]:
    return [{"way": one.way, "title": one.title} for one in offers]


def _code(code: str, found: UpiCode) -> dict[str, str]:
    # The picture's address changes with each code, or a browser would go on showing an old one.
    picture = f"/pay/{code}/upi/{found.way}/picture?until={int(found.expires_at.timestamp())}"
    return {"title": found.title, "link": found.link, "picture": picture}


def _form(form: EmbeddedForm) -> dict[str, str]:
    names = ("client_secret", "publishable_key", "script_url", "account")
    return {name: getattr(form, name) for name in names}


def _picture(picture: Picture | None) -> Response:
    if picture is None:
        return JSONResponse({"sentence": "There is nothing to pay here."}, 404, NO_STORE)
    return Response(picture.content, media_type=picture.mime, headers=FENCED)

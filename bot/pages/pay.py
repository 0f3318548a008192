"""The pay page: what is asked, by whom, and the way to the gateway's own page."""

from collections.abc import Awaitable, Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from bot.pages.look import Look
from handlers import pay_page, pay_sum
from handlers.checkout.changing import CannotChange
from handlers.checkout.opening import NotPayable
from handlers.house import House
from handlers.messages import id_in
from handlers.pay_page import PayPage
from handlers.words import FOR_CUSTOMERS
from payments.errors import (
    AmountRefused,
    CurrencyMismatch,
    Declined,
    IllegalTransition,
    NotConfigured,
    OutcomeUnknown,
    PaymentError,
    Unavailable,
)
from payments.machine import State

TROUBLE: dict[type[PaymentError], tuple[int, str]] = {
    Unavailable: (
        503,
        "The payment page cannot be reached now. Nothing was charged. Please try again in a minute.",
    ),
    OutcomeUnknown: (503, "The payment page has not answered. Nothing was charged here. Please try again in a minute."),
    Declined: (402, "The payment was declined. You can try again or use another way to pay."),
    NotConfigured: (503, "This team's payment account does not work at the moment. Please tell them in the chat."),
    AmountRefused: (422, "This sum cannot be paid here. Please tell the team in the chat."),
    CurrencyMismatch: (422, "This sum cannot be paid here. Please tell the team in the chat."),
    IllegalTransition: (409, "This payment needs a person to look at it. Please tell the team in the chat."),
}
"""What each error means to the payer: a status and a sentence."""

OTHERWISE = (502, "Something went wrong on the way to the payment page. Nothing was charged. Please try again.")

LOOKS: dict[State, str] = {
    State.REQUESTED: "due",
    State.OPENED: "due",
    State.FAILED: "warning",
    State.PROCESSING: "waiting",
    State.PART_PAID: "waiting",
    State.PAID: "done",
    State.EXPIRED: "over",
    State.CANCELLED: "over",
    State.REFUND_PENDING: "waiting",
    State.PART_REFUNDED: "over",
    State.REFUNDED: "over",
    State.DISPUTED: "warning",
    State.DISPUTE_WON: "done",
    State.DISPUTE_LOST: "over",
}
"""How each state looks: a class for its colour and sign."""

UNSETTLED = frozenset({State.REQUESTED, State.OPENED, State.PROCESSING})
"""The return page looks again while it stands there."""


def pay_routes(house: House, look: Look) -> APIRouter:
    """`GET /pay/{code}` shows, `POST` goes to the gateway, `/back` is where the gateway sends people to."""
    router = APIRouter()

    @router.get("/pay/{code}")
    async def show(code: str) -> HTMLResponse:
        page = await pay_page.pay_page(house, code)
        return _page(look, page) if page else nothing_here(look)

    @router.post("/pay/{code}")
    async def begin(
        code: str, way: Annotated[str, Form(max_length=32)] = "", agree: Annotated[str, Form(max_length=16)] = ""
    ) -> Response:
        page = await pay_page.pay_page(house, code)
        if page is None:
            return nothing_here(look)
        try:
            url = await pay_page.begin_checkout(house, code, way, agreed=id_in(agree) or None)
            return RedirectResponse(url, 303, {"Cache-Control": "no-store"})
        except NotPayable as refused:
            return _page(look, await pay_page.pay_page(house, code) or page, problem=str(refused), status=409)
        except PaymentError as error:
            status, sentence = trouble(error)
            return _page(look, page, problem=sentence, status=status)

    @router.get("/pay/{code}/back")
    async def back(code: str, request: Request) -> HTMLResponse:
        page, problem = await _asked(house, code, request.query_params)
        return _page(look, page, problem=problem, returned=True) if page else nothing_here(look)

    @router.get("/pay/{code}/state")
    async def state(code: str) -> JSONResponse:
        page, _ = await _asked(house, code)
        status, shown = (200, page.state) if page else (404, None)
        return JSONResponse({"state": shown}, status, {"Cache-Control": "no-store"})

    return router


def sum_routes(house: House, look: Look) -> APIRouter:
    """Below `/pay/{code}`: what its customer may change of the sum."""
    router = APIRouter()

    @router.get("/pay/{code}/tip")
    @router.get("/pay/{code}/coupon")
    @router.get("/pay/{code}/coupon/drop")
    async def again(code: str) -> Response:
        # A browser that brings back a tab, or a reload by the address, asks for where a form was sent to.
        if await pay_page.pay_page(house, code) is None:
            return nothing_here(look)
        return RedirectResponse(f"/pay/{code}", 303, {"Cache-Control": "no-store"})

    @router.post("/pay/{code}/tip")
    async def tip(code: str, tip: Annotated[str, Form(max_length=8)] = "",
                  own: Annotated[str, Form(max_length=40)] = "") -> Response:  # fmt: skip
        wanted = f"own {own}" if own.strip() and not tip else tip
        return await _changed(house, look, code, pay_sum.choose_tip(house, code, wanted))

    @router.post("/pay/{code}/coupon")
    async def coupon(code: str, coupon: Annotated[str, Form(max_length=64)] = "") -> Response:
        return await _changed(house, look, code, pay_sum.use_coupon(house, code, coupon))

    @router.post("/pay/{code}/coupon/drop")
    async def no_coupon(code: str) -> Response:
        return await _changed(house, look, code, pay_sum.use_no_coupon(house, code))

    return router


async def _changed(house: House, look: Look, code: str, change: Awaitable[None]) -> Response:
    """The page with the new sum, or as it was with a sentence."""
    status, problem = 0, ""
    try:
        await change
    except CannotChange as refused:
        status, problem = 409, str(refused)
    except PaymentError as error:
        status, problem = trouble(error)
    if not problem:
        return RedirectResponse(f"/pay/{code}", 303, {"Cache-Control": "no-store"})
    page = await pay_page.pay_page(house, code)
    return _page(look, page, problem=problem, status=status) if page else nothing_here(look)


def trouble(error: PaymentError) -> tuple[int, str]:
    """The status and the sentence for an error of a gateway."""
    return next((said for kind, said in TROUBLE.items() if isinstance(error, kind)), OTHERWISE)


async def _asked(house: House, code: str, brought: Mapping[str, str] = pay_page.NOTHING) -> tuple[PayPage | None, str]:
    """The page as the gateway says now; when it cannot be asked, as we knew it, with a sentence."""
    page = await pay_page.pay_page(house, code)
    if page is None:
        return None, ""
    try:
        return await pay_page.came_back(house, code, brought) or page, ""
    except PaymentError:
        return page, "The payment page could not be asked just now. This page will look again."


def _page(look: Look, page: PayPage, *, problem: str = "", returned: bool = False, status: int = 200) -> HTMLResponse:
    words = {"page": page, "sign": LOOKS[page.shown], "word": FOR_CUSTOMERS[page.shown], "problem": problem}
    waiting = returned and page.state in UNSETTLED
    return look.page("pay.html", words | {"returned": returned, "waiting": waiting}, status=status)


def nothing_here(look: Look) -> HTMLResponse:
    """The page for a code that nobody has."""
    sentence = "There is no payment request behind this link."
    advice = "Check that the link is complete, or ask for it again in the chat where you got it."
    return look.plain("Nothing to pay here", sentence, advice, status=404)

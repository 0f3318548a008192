"""The pretend gateway's own page, where a rehearsed payment is made or declined."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.pages.look import Look
from handlers import rehearsal
from handlers.house import House
from payments.errors import PaymentError
from payments.pretend.journal import Deed

PATH = "pretend"
"""Where the pages stand, below our public address."""


def pretend_routes(house: House, look: Look) -> APIRouter:
    """`GET /pretend/{ref}` shows, `POST` pays or is declined."""
    router = APIRouter()

    @router.get(f"/{PATH}/{{ref}}")
    async def show(ref: str) -> HTMLResponse:
        page = await rehearsal.rehearsal(house, ref)
        return look.page("pretend.html", {"page": page}) if page else _unknown(look)

    @router.post(f"/{PATH}/{{ref}}")
    async def act(ref: str, deed: Annotated[Literal[Deed.PAID, Deed.DECLINED], Form()]) -> Response:
        try:
            await rehearsal.play(house, ref, deed)
        except PaymentError:
            # Its journal could not be written just now; the page as it stands says what is so.
            return RedirectResponse(f"/{PATH}/{ref}", 303)
        page = await rehearsal.rehearsal(house, ref)
        if page is None:
            return _unknown(look)
        return RedirectResponse(f"/{PATH}/{ref}" if page.is_open else page.back, 303, {"Cache-Control": "no-store"})

    return router


def _unknown(look: Look) -> HTMLResponse:
    advice = "Open the payment card in your chat again."
    return look.plain("Nothing to rehearse here", "There is no pretended payment behind this link.", advice, status=404)

"""The payment sheet that an invoice link opens, as a page: in Telegram's own client it slides up over the chat."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from sandbox.telegram.entities import Json
from sandbox.telegram.people import CannotDo, People
from sandbox.telegram.state import State

TEMPLATES = Environment(autoescape=True, loader=PackageLoader("sandbox.telegram"), undefined=StrictUndefined)
NO_DECIMALS = frozenset("JPY KRW ISK UGX VND CLP PYG".split())


def sheet_router(state: State, people: People) -> APIRouter:
    """`GET /invoice/{slug}` and `POST /invoice/{slug}`."""
    router = APIRouter(include_in_schema=False)

    def link(slug: str) -> str:
        return f"{state.world.public_url}/telegram/invoice/{slug}"

    @router.get("/invoice/{slug}")
    async def show(slug: str) -> Response:
        invoice = state.invoices.get(link(slug))
        return _sheet(state, invoice) if invoice else _page("told.html", 404, told="This link leads to no invoice.")

    @router.post("/invoice/{slug}")
    async def act(slug: str, person: Annotated[int, Form()] = 0, act: Annotated[str, Form()] = "pay") -> Response:
        invoice = state.invoices.get(link(slug))
        if invoice is None:
            return _page("told.html", 404, told="This link leads to no invoice.")
        if act == "cancel":
            return _page("told.html", told="You closed the payment. Nothing was paid.")
        try:
            done = await people.pay_link(person, link(slug), declined=act == "decline")
        except CannotDo as error:
            return _page("told.html", 409, told=str(error))
        return _page("told.html", told="Paid. The chat shows it.") if done["paid"] else _sheet(
            state, invoice, done["error"] or "The bot refused the payment"
        )  # fmt: skip

    return router


def total(invoice: Json) -> str:
    """The sum as the sheet shows it: ⭐ 50, or 49.00 USD."""
    minor, currency = invoice["total_amount"], invoice["currency"]
    if currency == "XTR":
        return f"⭐ {minor}"
    return f"{minor} {currency}" if currency in NO_DECIMALS else f"{minor // 100}.{minor % 100:02} {currency}"


def _sheet(state: State, invoice: Json, error: str = "") -> Response:
    payers = [person for person in state.people.values() if person.role != "agent"]
    return _page("sheet.html", invoice=invoice, total=total(invoice), payers=payers, error=error)


def _page(template: str, status: int = 200, /, **given: object) -> HTMLResponse:
    return HTMLResponse(TEMPLATES.get_template(template).render(**given), status, headers={"Cache-Control": "no-store"})

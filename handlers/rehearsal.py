"""The pretend gateway's page: what it shows, and what whoever stands there does. A live team has none."""

from dataclasses import dataclass

from handlers.checkout.reports import accept_report
from handlers.house import House
from handlers.words import sum_of
from payments.pretend import Pretend
from payments.pretend.journal import Deed
from payments.pretend.page import DECLINED, Page
from storage.tables import Team
from storage.work import Work

REFUSED = "This team is live now, so nothing is pretended here any more. Go back and ask in the chat."


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A page to pretend at. `back` is where a payment leads, `away` where giving up does.

    `sentence`: why the page is closed, or what came of the last try.
    """

    ref: str
    payee: str
    amount: str
    description: str
    is_open: bool
    sentence: str
    back: str
    away: str


async def rehearsal(house: House, ref: str) -> Rehearsal | None:
    """The page behind that word; None when there is none."""
    till = house.gateways.get(Pretend.name)
    page = await till.page(ref) if isinstance(till, Pretend) else None
    refused = await _refused(house, ref) if page else None
    return _shown(house, page, refused) if page and refused is not None else None


async def play(house: House, ref: str, deed: Deed) -> None:
    """Pay, or be declined; the notice of it goes the way of every webhook. Nothing happens at a closed page."""
    till, shown = house.gateways.get(Pretend.name), await rehearsal(house, ref)
    if not isinstance(till, Pretend) or shown is None or not shown.is_open:
        return
    notice = await (till.pay(ref) if deed is Deed.PAID else till.decline(ref))
    if notice is not None:
        facts = await till.read_webhook(notice.body, notice.headers, now=house.now())
        await accept_report(house, till.name, facts)


async def _refused(house: House, ref: str) -> bool | None:
    """Whether the team whose page it is has gone live; None when it is nobody's."""
    async with house.database.begin() as work:
        team = await _asking(work, ref)
        return await house.is_live(work, team) if team else None


async def _asking(work: Work, ref: str) -> Team | None:
    """The team whose request leads to that page."""
    checkout = await work.payments.checkout_for(Pretend.name, checkout_ref=ref, reference="", payment_ref="")
    request = await work.payments.request(checkout.request_id) if checkout else None
    return await work.people.team(request.team_id) if request else None


def _shown(house: House, page: Page, refused: bool) -> Rehearsal:
    return Rehearsal(
        ref=page.ref,
        payee=page.order.payee,
        amount=sum_of(page.order.amount.minor, page.order.amount.currency),
        description=page.order.description,
        is_open=page.is_open(house.now()) and not refused,
        sentence=REFUSED if refused else _sentence(house, page),
        back=page.order.return_url,
        away=page.order.cancel_url,
    )


def _sentence(house: House, page: Page) -> str:
    if page.paid:
        return "This was paid, as a rehearsal."
    if not page.is_open(house.now()):
        return "This page takes no more payments. Ask for a new one in the chat."
    return DECLINED if page.declined else ""

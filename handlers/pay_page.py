"""What the pay page shows, the way from it to the gateway, and the way back. A return proves nothing by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from handlers.checkout.cards import PAYABLE
from handlers.checkout.inside import Offer, offered
from handlers.checkout.opening import begin, opened, reached, sentence
from handlers.checkout.polling import look_up
from handlers.checkout.returning import to_ask
from handlers.checkout.ways import ways_of
from handlers.house import House
from handlers.pay_sum import PaySum, pay_sum
from handlers.words import gateway_title, known_by, sum_of, until
from payments.errors import Unavailable
from payments.facts import Source
from payments.gateway import CheckoutKind
from payments.machine import State
from payments.pretend import Pretend
from storage.tables import PaymentRequest
from storage.work import Work

NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Way:
    """A gateway that the customer may choose."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class PayPage:
    """A payment request as its customer sees it in a browser.

    `shown`: what the page calls the state; one whose time is over is expired before a sweep has found it.
    """

    code: str
    payee: str
    asked_by: str
    amount: str
    description: str
    state: State
    shown: State
    live: bool
    pretends: bool
    ways: tuple[Way, ...]
    upi: tuple[Offer, ...]
    expires_at: datetime
    expires_text: str
    receipt_url: str
    known_by: str
    can_pay: bool
    sentence: str
    zone: str
    sum: PaySum
    sent_back: str = ""
    """A sentence about money that arrived and was not due any more."""


async def pay_page(house: House, code: str) -> PayPage | None:
    """The page for that code; None when there is no such request."""
    async with house.database.begin() as work:
        request = await work.payments.request_by_code(code)
        return await _page(house, work, request) if request and request.sent_at else None


async def begin_checkout(house: House, code: str, way: str = "", *, agreed: int | None = None) -> str:
    """The address to pay at with the gateway named `way`, the likeliest without. An open page is used again.

    `agreed`: the sum that the customer agrees to as the page works it out, in minor units.
    Raises NotPayable, or PaymentError when the gateway does not give one.
    """
    begun = await begin(house, code, way, CheckoutKind.PAGE, agreed=agreed)
    if begun.checkout.url:
        return begun.checkout.url
    # The order is the same at every try, and so is its key: a repeat after an unknown outcome opens nothing twice.
    begun, link = await reached(house, begun, lambda one: one.gateway.open_checkout(one.order))
    await opened(house, begun.checkout, link)
    return link.url


async def came_back(house: House, code: str, brought: Mapping[str, str] = NOTHING) -> PayPage | None:
    """The customer is back from the gateway: ask it, apply what it says, and show how things stand.

    `brought`: what stands in the address that the gateway sent them to.
    """
    async with house.database.begin() as work:
        request = await work.payments.request_by_code(code)
        checkouts = await work.payments.checkouts_of(request.id) if request and request.sent_at else ()
        asked = await to_ask(house, work, checkouts, brought)
    try:
        for checkout in asked:
            await look_up(house, checkout.id, Source.RETURN_PAGE)
    except Unavailable:
        # The gateway cannot be asked right now; the webhook or the next poll will tell.
        pass
    return await pay_page(house, code)


async def _page(house: House, work: Work, request: PaymentRequest) -> PayPage:
    team = await work.people.team(request.team_id)
    conversation = await work.talk.conversation(request.conversation_id)
    customer = await work.people.person(conversation.customer_id) if conversation else None
    zone = (customer.zone if customer else "") or team.zone
    asked_by = await work.people.person(request.asked_by_id)
    lapsed = request.state in PAYABLE and request.expires_at <= work.now
    can_pay = request.state in PAYABLE and not lapsed
    return PayPage(
        code=request.code,
        payee=team.name,
        asked_by=asked_by.name,
        amount=sum_of(request.amount_minor, request.currency),
        description=request.description,
        state=request.state,
        shown=State.EXPIRED if lapsed else request.state,
        live=request.live,
        pretends=request.gateway == Pretend.name,
        ways=tuple(Way(gateway.name, gateway.title) for gateway in await ways_of(house, work, request)),
        upi=await offered(house, work, request, CheckoutKind.UPI_QR),
        expires_at=request.expires_at,
        expires_text=until(request.expires_at, zone, work.now),
        receipt_url=request.receipt_url,
        known_by=known_by(request.known_by, gateway_title(house, request.gateway)),
        can_pay=can_pay,
        sentence=sentence(request, work.now),
        zone=zone,
        sum=await pay_sum(work, request, can_pay=can_pay),
        sent_back=await _sent_back(house, work, request),
    )


async def _sent_back(house: House, work: Work, request: PaymentRequest) -> str:
    """Who has just paid what was not due any more reads here what becomes of it."""
    rows = [row for row in await work.payments.refunds_of(request.id) if row.asked_by_id is None and row.confirmed_at]
    beside = [row for row in rows if row.payment_ref != request.payment_ref and not row.problem]
    if not beside:
        return ""
    newest = beside[-1]
    total, title = sum_of(newest.amount_minor, request.currency), gateway_title(house, newest.gateway)
    how = "has been sent" if newest.done_at else "is on its way"
    return f"Your payment of {total} with {title} was not due any more and {how} back to you."

"""What the pay page shows, the way from it to the gateway, and the way back. A return proves nothing by itself."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from handlers.checkout.cards import PAYABLE, show_request
from handlers.checkout.polling import look_up, next_poll
from handlers.checkout.ways import ways_of
from handlers.effects import EndCheckout, send
from handlers.house import House
from handlers.words import STATES, clock_time, gateway_title, known_by, sum_of
from payments.errors import Unavailable
from payments.facts import FactKind, Source
from payments.gateway import CheckoutLink, CheckoutOrder, Gateway
from payments.machine import NEXT, State
from payments.money import Money
from storage.tables import Checkout, PaymentRequest
from storage.work import Work


class NotPayable(Exception):
    """The request cannot be paid now; the text is a sentence for the customer."""


@dataclass(frozen=True, slots=True)
class Way:
    """A gateway that the customer may choose."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class PayPage:
    """A payment request as its customer sees it in a browser."""

    code: str
    payee: str
    amount: str
    description: str
    state: State
    live: bool
    ways: tuple[Way, ...]
    expires_at: datetime
    expires_text: str
    receipt_url: str
    known_by: str
    can_pay: bool
    sentence: str
    zone: str


async def pay_page(house: House, code: str) -> PayPage | None:
    """The page for that code; None when there is no such request."""
    async with house.database.begin() as work:
        request = await work.payments.request_by_code(code)
        return await _page(house, work, request) if request and request.sent_at else None


async def begin_checkout(house: House, code: str, way: str = "") -> str:
    """The address to pay at with the gateway named `way`, the likeliest without. An open page is used again.

    Raises NotPayable, or PaymentError when the gateway does not give one.
    """
    async with house.database.begin() as work:
        request = await work.payments.request_by_code(code)
        checkout = await _checkout(house, work, request, way)
        order = await _order(house, work, request, checkout) if request else None
    gateway = house.gateways.get(checkout.gateway)
    if gateway is None or order is None:
        raise NotPayable("This payment account is not set up any more. Please ask in the chat.")
    if checkout.url:
        return checkout.url
    # The order is the same at every try, and so is its key: a repeat after an unknown outcome opens nothing twice.
    link = await gateway.open_checkout(order)
    refused = await _opened(house, checkout.id, link)
    if refused:
        raise NotPayable(refused)
    return link.url


async def _checkout(house: House, work: Work, request: PaymentRequest | None, way: str) -> Checkout:
    """The checkout to pay with: the open one, or a new one. Raises NotPayable."""
    if request is None or request.sent_at is None:
        raise NotPayable("There is no such payment request.")
    if request.state not in PAYABLE or request.expires_at <= work.now:
        raise NotPayable(_sentence(request, work.now))
    possible = await ways_of(house, work, request)
    gateway = next((one for one in possible if way in ("", one.name)), None)
    if gateway is None:
        raise NotPayable("This way to pay is not offered any more. Please choose another, or ask in the chat.")
    for checkout in await work.payments.checkouts_of(request.id):
        open_still = checkout.state not in {State.EXPIRED, State.CANCELLED} and checkout.expires_at > work.now
        if open_still and (checkout.gateway, checkout.account) == (gateway.name, gateway.account):
            return checkout
    fresh = _new_checkout(request, gateway, work.now)
    await work.payments.add(fresh)
    return fresh


def _new_checkout(request: PaymentRequest, gateway: Gateway, now: datetime) -> Checkout:
    limits = gateway.limits(request.currency)
    expires = limits.expiry(request.expires_at, now=now) if limits else request.expires_at
    return Checkout(
        request_id=request.id,
        gateway=gateway.name,
        account=gateway.account,
        reference=f"co_{secrets.token_hex(12)}",
        expires_at=expires,
        made_at=now,
    )


async def _order(house: House, work: Work, request: PaymentRequest, checkout: Checkout) -> CheckoutOrder:
    team = await work.people.team(request.team_id)
    conversation = await work.talk.conversation(request.conversation_id)
    customer = await work.people.person(conversation.customer_id) if conversation else None
    return CheckoutOrder(
        reference=checkout.reference,
        amount=Money(request.amount_minor, request.currency),
        description=request.description,
        payee=team.name,
        return_url=house.link(f"pay/{request.code}/back"),
        cancel_url=house.link(f"pay/{request.code}"),
        expires_at=checkout.expires_at,
        key=checkout.reference,
        locale=(customer.language if customer else "") or "en",
    )


async def _opened(house: House, checkout_id: int, link: CheckoutLink) -> str:
    """Keep the page; a sentence when the request was withdrawn or expired while the gateway made it."""
    async with house.database.begin() as work:
        checkout = await work.payments.checkout(checkout_id)
        request = await work.payments.request(checkout.request_id) if checkout else None
        if checkout is None or request is None:
            return "There is no such payment request."
        checkout.checkout_ref, checkout.url, checkout.expires_at = link.checkout_ref, link.url, link.expires_at
        checkout.poll_at = work.now + next_poll(0)
        checkout.state = NEXT[checkout.state, FactKind.OPENED]
        if request.state not in PAYABLE:
            await send(work, EndCheckout(checkout_id=checkout.id))
            return _sentence(request, work.now)
        request.state = NEXT[request.state, FactKind.OPENED]
        await show_request(house, work, request)
    return ""


async def came_back(house: House, code: str) -> PayPage | None:
    """The customer is back from the gateway: ask it, apply what it says, and show how things stand."""
    async with house.database.begin() as work:
        request = await work.payments.request_by_code(code)
        checkouts = await work.payments.checkouts_of(request.id) if request and request.sent_at else ()
    try:
        for checkout in checkouts[:4]:
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
    return PayPage(
        code=request.code,
        payee=team.name,
        amount=sum_of(request.amount_minor, request.currency),
        description=request.description,
        state=request.state,
        live=request.live,
        ways=tuple(Way(gateway.name, gateway.title) for gateway in await ways_of(house, work, request)),
        expires_at=request.expires_at,
        expires_text=clock_time(request.expires_at, zone),
        receipt_url=request.receipt_url,
        known_by=known_by(request.known_by, gateway_title(house, request.gateway)),
        can_pay=request.state in PAYABLE and request.expires_at > work.now,
        sentence=_sentence(request, work.now),
        zone=zone,
    )


_SENTENCES = {
    State.PROCESSING: "The payment is being processed. Nothing more to do; the chat will say when it is through.",
    State.PAID: "This has been paid. Thank you.",
    State.FAILED: "The payment did not go through. Nothing was taken; you can try again.",
    State.EXPIRED: "This request has expired. Ask for a new one in the chat.",
    State.CANCELLED: "This request has been withdrawn. Nothing is to be paid.",
    State.REFUND_PENDING: "The refund is on its way.",
    State.REFUNDED: "This has been refunded.",
}


def _sentence(request: PaymentRequest, now: datetime) -> str:
    if request.state in PAYABLE and request.expires_at <= now:
        return _SENTENCES[State.EXPIRED]
    return _SENTENCES.get(request.state, f"{STATES[request.state]}.")

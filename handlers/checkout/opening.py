"""A checkout on its way to its gateway: the open one of that kind or a new one, what is ordered, and what came back."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from handlers.checkout.bills import bill_of
from handlers.checkout.cards import PAYABLE, show_request
from handlers.checkout.polling import next_poll
from handlers.checkout.sums import fits, sum_asked
from handlers.checkout.ways import ways_of
from handlers.effects import EndCheckout, send
from handlers.house import House
from handlers.words import sum_of
from payments.errors import PageLost
from payments.facts import FactKind
from payments.gateway import CheckoutKind, CheckoutLink, CheckoutOrder, Gateway
from payments.machine import NEXT, State
from storage.tables import Checkout, PaymentRequest
from storage.work import Work

T = TypeVar("T")

PLEASE_AGREE = "Please look at how the sum comes about, and agree to it on the pay page first."
CHANGED = "The sum has just changed. Please look at it once more."


class NotPayable(Exception):
    """The request cannot be paid now; the text is a sentence for the customer."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A checkout that is to be paid at `gateway`, and what to order there; the same order at every try."""

    checkout: Checkout
    order: CheckoutOrder
    gateway: Gateway


async def begin(house: House, code: str, way: str, kind: CheckoutKind, *, agreed: int | None = None) -> Begun:
    """Begin to pay the request with that code, at the gateway named `way` or at the likeliest. Raises NotPayable.

    `agreed`: the sum, in minor units, whose arithmetic the customer has seen and agrees to; needed where there is any.
    """
    async with house.database.begin() as work:
        request = await work.payments.request_by_code(code)
        if request is None or request.sent_at is None:
            raise NotPayable("There is no such payment request.")
        await _see_to_consent(work, request, agreed)
        checkout = await _checkout(house, work, request, way, kind)
        checkout.agreed_at = checkout.agreed_at if agreed is None else work.now
        order = await _order(house, work, request, checkout)
        # By the account in the checkout: the team may have changed its keys since it was made.
        gateway = await house.gateway_for(work, checkout)
    if gateway is None:
        raise NotPayable("This payment account is not set up any more. Please ask in the chat.")
    return Begun(checkout, order, gateway)


async def reached(house: House, begun: Begun, open_at: Callable[[Begun], Awaitable[T]]) -> tuple[Begun, T]:
    """Open a checkout at its gateway; another one in its place, when it was opened before and its page is lost."""
    try:
        return begun, await open_at(begun)
    except PageLost as lost:
        fresh = await _another(house, begun, lost)
        return fresh, await open_at(fresh)


async def _another(house: House, begun: Begun, lost: PageLost) -> Begun:
    """A checkout in place of one that nobody can reach. That one is still asked about, as long as it might be paid."""
    async with house.database.begin() as work:
        old = await work.payments.checkout(begun.checkout.id)
        request = await work.payments.request(old.request_id) if old else None
        if old is None or request is None or old.url:
            # Somebody else was told meanwhile where to pay; the next try finds it.
            raise lost
        old.checkout_ref, old.poll_at = lost.checkout_ref, work.now + next_poll(0)
        old.state = NEXT[old.state, FactKind.CANCELLED]
        await send(work, EndCheckout(checkout_id=old.id))
        fresh = _new_checkout(request, begun.gateway, old.kind, work.now)
        fresh.agreed_at = old.agreed_at
        await work.payments.add(fresh)
        return Begun(fresh, await _order(house, work, request, fresh), begun.gateway)


async def _see_to_consent(work: Work, request: PaymentRequest, agreed: int | None) -> None:
    if agreed is None and await must_agree(work, request):
        raise NotPayable(PLEASE_AGREE)
    if agreed not in {None, request.amount_minor}:
        raise NotPayable(CHANGED)


async def must_agree(work: Work, request: PaymentRequest) -> bool:
    """Whether there is arithmetic to look at, and its customer has not agreed to the sum as it is now."""
    agreed = [each for each in await work.payments.checkouts_of(request.id) if each.agreed_at and fits(each, request)]
    return not agreed and not (await bill_of(work, request)).is_plain


async def opened(house: House, checkout: Checkout, link: CheckoutLink, *, by_customer: bool = True) -> None:
    """Keep what the gateway opened. Raises NotPayable when the request was withdrawn or expired meanwhile.

    `by_customer`: somebody is about to pay there, and the desk sees it.
    """
    async with house.database.begin() as work:
        refused = await _keep(house, work, checkout.id, link, by_customer=by_customer)
    if refused:
        raise NotPayable(refused)


async def _checkout(house: House, work: Work, request: PaymentRequest, way: str, kind: CheckoutKind) -> Checkout:
    """The checkout to pay with: the open one, or a new one. Raises NotPayable."""
    if request.state not in PAYABLE or request.expires_at <= work.now:
        raise NotPayable(sentence(request, work.now))
    gateway = next((one for one in await ways_of(house, work, request, kind) if way in ("", one.name)), None)
    if gateway is None:
        raise NotPayable("This way to pay is not offered any more. Please choose another, or ask in the chat.")
    # A page that is open is used again: of two open ones both might be paid.
    for checkout in await work.payments.checkouts_of(request.id):
        open_still = checkout.state not in {State.EXPIRED, State.CANCELLED} and checkout.expires_at > work.now
        same = (checkout.gateway, checkout.account, checkout.kind) == (gateway.name, gateway.account, kind)
        if open_still and same and fits(checkout, request):
            return checkout
    fresh = _new_checkout(request, gateway, kind, work.now)
    await work.payments.add(fresh)
    return fresh


def _new_checkout(request: PaymentRequest, gateway: Gateway, kind: CheckoutKind, now: datetime) -> Checkout:
    limits = gateway.limits(request.currency)
    expires = limits.expiry(request.expires_at, now=now) if limits else request.expires_at
    return Checkout(
        request_id=request.id,
        gateway=gateway.name,
        account=gateway.account,
        kind=kind,
        amount_minor=request.amount_minor,
        # Ours, and made before the gateway is asked: after an unknown outcome it is all that we know the order by.
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
        amount=sum_asked(checkout, request),
        description=request.description,
        payee=team.name,
        return_url=house.link(f"pay/{request.code}/back"),
        cancel_url=house.link(f"pay/{request.code}"),
        expires_at=checkout.expires_at,
        # The same at every try: after an answer that was lost, the gateway gives the page that it has made already.
        key=checkout.reference,
        locale=(customer.language if customer else "") or "en",
    )


async def _keep(house: House, work: Work, checkout_id: int, link: CheckoutLink, *, by_customer: bool) -> str:
    """Why what was opened must not be paid any more, as a sentence; "" when it may."""
    checkout = await work.payments.checkout(checkout_id)
    request = await work.payments.request(checkout.request_id) if checkout else None
    if checkout is None or request is None:
        return "There is no such payment request."
    checkout.checkout_ref, checkout.url, checkout.expires_at = link.checkout_ref, link.url, link.expires_at
    checkout.poll_at = work.now + next_poll(0)
    checkout.state = NEXT[checkout.state, FactKind.OPENED]
    # The gateway was asked outside of any transaction; the request may have ended or changed meanwhile.
    if request.state not in PAYABLE or not fits(checkout, request):
        await send(work, EndCheckout(checkout_id=checkout.id))
        return CHANGED if request.state in PAYABLE else sentence(request, work.now)
    if by_customer:
        request.state = NEXT[request.state, FactKind.OPENED]
    await show_request(house, work, request)
    return ""


_SENTENCES: dict[State, str] = {
    State.REQUESTED: "This is still to be paid.",
    State.OPENED: "This is still to be paid.",
    State.PROCESSING: "The payment is being processed. Nothing more to do; the chat will say when it is through.",
    State.PAID: "This has been paid. Thank you.",
    State.PART_PAID: "A part of this has been paid. Please ask about the rest in the chat.",
    State.FAILED: "Nothing was taken; you can try again.",
    State.EXPIRED: "This request has expired. Ask for a new one in the chat.",
    State.CANCELLED: "This request has been withdrawn. Nothing is to be paid.",
    State.REFUND_PENDING: "The refund is on its way.",
    State.REFUNDED: "This has been refunded.",
    State.DISPUTED: "Your bank was asked to take this payment back. It will decide.",
    State.DISPUTE_WON: "This has been paid. Thank you.",
    State.DISPUTE_LOST: "Your bank has paid this back to you.",
}


def sentence(request: PaymentRequest, now: datetime) -> str:
    """How a request stands, for its customer."""
    if request.state in PAYABLE and request.expires_at <= now:
        return _SENTENCES[State.EXPIRED]
    if request.state is State.PART_REFUNDED:
        return f"{sum_of(request.refunded_minor, request.currency)} of this has been refunded."
    if request.state is State.FAILED and request.detail:
        return f"{request.detail} {_SENTENCES[State.FAILED]}"
    return _SENTENCES[request.state]

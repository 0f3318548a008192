"""Paying without leaving our page: a UPI code to scan with a phone, or the gateway's own form beside the call.

Both are checkouts like any other: their own row, their own reference, and the first of a request's that is paid wins.
"""

from dataclasses import dataclass
from datetime import datetime

from handlers.checkout.cards import PAYABLE
from handlers.checkout.opening import Begun, NotPayable, begin, must_agree, opened, reached
from handlers.checkout.polling import look_up
from handlers.checkout.qr import svg_of
from handlers.checkout.sums import fits
from handlers.checkout.ways import ways_of
from handlers.house import House
from handlers.words import gateway_title
from payments.errors import NotConfigured
from payments.facts import Source
from payments.gateway import (
    Capability,
    CheckoutKind,
    CheckoutLink,
    EmbeddedForm,
    EmbeddedGateway,
    Gateway,
    PageSources,
    Picture,
    PictureGateway,
    QrGateway,
)
from payments.machine import ENDED
from storage.tables import Checkout, PaymentRequest
from storage.work import Work

NOT_HERE = "This way to pay is not offered any more. Please choose another, or ask in the chat."


@dataclass(frozen=True, slots=True)
class Offer:
    """A gateway that can be paid at in some way, by its name and its title."""

    way: str
    title: str


@dataclass(frozen=True, slots=True)
class Offers:
    """What a request's customer can do on our page: scan a code, fill in a form. Nothing once it cannot be paid."""

    can_pay: bool
    upi: tuple[Offer, ...] = ()
    forms: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class UpiCode:
    """A code that can be scanned now. `link` opens a UPI app on the same phone, where the gateway tells it."""

    way: str
    title: str
    link: str
    expires_at: datetime


async def offers(house: House, code: str) -> Offers | None:
    """The ways to pay the request with that code on our page; None when there is none."""
    async with house.database.begin() as work:
        request = await work.payments.request_by_code(code)
        if request is None or request.sent_at is None:
            return None
        if request.state not in PAYABLE or request.expires_at <= work.now:
            return Offers(can_pay=False)
        if await must_agree(work, request):
            # How the sum comes about stands on the pay page, and is agreed to there.
            return Offers(can_pay=True)
        forms = await offered(house, work, request, CheckoutKind.EMBEDDED)
        return Offers(can_pay=True, upi=await offered(house, work, request, CheckoutKind.UPI_QR), forms=forms)


async def page_sources(house: House, conversation_id: int) -> PageSources:
    """What a page has to allow for the forms of the gateways at which a conversation's customer may pay."""
    async with house.database.begin() as work:
        conversation = await work.talk.conversation(conversation_id)
        team = await work.people.team(conversation.team_id) if conversation else None
        gateways = await house.gateways_of(work, team) if team else ()
    told = [one.page_sources for one in gateways if _has_forms(one) and isinstance(one, EmbeddedGateway)]
    return PageSources(
        scripts=tuple(source for one in told for source in one.scripts),
        frames=tuple(source for one in told for source in one.frames),
        connections=tuple(source for one in told for source in one.connections),
        pictures=tuple(source for one in told for source in one.pictures),
    )


async def upi_code(house: House, code: str, way: str, *, agreed: int | None = None) -> UpiCode:
    """A code to scan, at the gateway named `way`; the open one is shown again. Raises NotPayable, PaymentError.

    `agreed`: the sum in minor units that the customer agrees to, as the page works it out.
    """
    begun = await begin(house, code, way, CheckoutKind.UPI_QR, agreed=agreed)
    gateway = begun.gateway
    if not isinstance(gateway, QrGateway):
        raise NotPayable(NOT_HERE)
    said, expires_at = begun.checkout.url, begun.checkout.expires_at
    if not said:
        begun, made = await reached(house, begun, lambda one: gateway.open_upi_qr(one.order))
        said, expires_at = made.says or made.image_url, made.expires_at
        await opened(house, begun.checkout, CheckoutLink(made.checkout_ref, said, expires_at))
    return UpiCode(begun.gateway.name, begun.gateway.title, _app_link(said), expires_at)


async def open_upi_code(house: House, code: str, way: str) -> UpiCode | None:
    """The code that stands open at the gateway named `way`; None when there is none."""
    async with house.database.begin() as work:
        request = await work.payments.request_by_code(code)
        checkout = await _open_code(work, request, way) if request else None
    return _as_code(house, checkout) if checkout else None


async def upi_picture(house: House, code: str, way: str) -> Picture | None:
    """The picture of the code that stands open; None when there is none. Raises PaymentError."""
    async with house.database.begin() as work:
        request = await work.payments.request_by_code(code)
        checkout = await _open_code(work, request, way) if request else None
        gateway = await house.gateway_for(work, checkout) if checkout else None
    if checkout is None or gateway is None:
        return None
    if isinstance(gateway, PictureGateway):
        return await gateway.qr_picture(checkout.url)
    return Picture("image/svg+xml", svg_of(checkout.url))


async def embedded_form(house: House, code: str, way: str) -> EmbeddedForm:
    """The form of the gateway named `way`; the open one is shown again. Raises NotPayable, PaymentError."""
    begun = await begin(house, code, way, CheckoutKind.EMBEDDED)
    if not isinstance(begun.gateway, EmbeddedGateway):
        raise NotPayable(NOT_HERE)
    if begun.checkout.checkout_ref:
        return await _form_again(house, begun, begun.gateway, begun.checkout.checkout_ref)
    form = await begun.gateway.open_embedded(begun.order)
    await opened(house, begun.checkout, CheckoutLink(form.checkout_ref, "", form.expires_at))
    return form


async def _form_again(house: House, begun: Begun, gateway: EmbeddedGateway, checkout_ref: str) -> EmbeddedForm:
    try:
        return await gateway.embedded(checkout_ref)
    except NotConfigured as over:
        # Paid or closed, and not known here yet: what the gateway says is taken in before anything is offered again.
        await look_up(house, begun.checkout.id, Source.RETURN_PAGE)
        raise NotPayable("This form takes no money any more. Look at the payment card, or try again.") from over


async def offered(house: House, work: Work, request: PaymentRequest, kind: CheckoutKind) -> tuple[Offer, ...]:
    """The gateways at which a request can be paid by a checkout of that kind."""
    return tuple(Offer(one.name, one.title) for one in await ways_of(house, work, request, kind))


async def _open_code(work: Work, request: PaymentRequest, way: str) -> Checkout | None:
    for checkout in await work.payments.checkouts_of(request.id):
        open_still = checkout.url and checkout.state not in ENDED and checkout.expires_at > work.now
        same = (checkout.gateway, checkout.kind) == (way, CheckoutKind.UPI_QR)
        if open_still and same and fits(checkout, request):
            return checkout
    return None


def _as_code(house: House, checkout: Checkout) -> UpiCode:
    title = gateway_title(house, checkout.gateway)
    return UpiCode(checkout.gateway, title, _app_link(checkout.url), checkout.expires_at)


def _app_link(said: str) -> str:
    """What a code says, where it can stand behind a link: anything but UPI's own scheme is left alone."""
    return said if said.startswith("upi://") else ""


def _has_forms(gateway: Gateway) -> bool:
    return Capability.EMBEDDED in gateway.capabilities

"""The buttons by which a request is paid: the pay page, the gateway's own button in its messenger, the QR code."""

from collections.abc import Iterable

from handlers.checkout.sums import fits
from handlers.checkout.ways import AT_HOME_ON, ways_of
from handlers.effects import OpenAtHome, send
from handlers.house import House
from handlers.messages import Button, Style
from handlers.words import gateway_title, sum_of
from payments.machine import ENDED
from storage.tables import Checkout, PaymentRequest
from storage.work import Work

Row = tuple[Button, ...]


def pay_buttons(house: House, request: PaymentRequest, checkouts: Iterable[Checkout]) -> tuple[Row, ...]:
    """Rows of buttons for the customer of a request that can be paid; `checkouts` are the request's."""
    total = sum_of(request.amount_minor, request.currency)
    page = Button(label=f"Pay {total}", url=house.link(f"pay/{request.code}"), style=Style.PRIMARY)
    here = [_at_home(house, each) for each in checkouts if _opens_at_home(each, request)]
    return (*((button,) for button in here[:1]), (page, show_qr(request)))


def show_qr(request: PaymentRequest) -> Button:
    """Shows the pay link as a QR code."""
    return Button(label="Show QR", action="pay.qr", value=str(request.id))


async def offer_at_home(house: House, work: Work, request: PaymentRequest) -> None:
    """Let the gateways be opened that are paid within the customer's messenger; the card is shown again then."""
    there = {each.gateway for each in await work.payments.checkouts_of(request.id) if _opens_at_home(each, request)}
    for gateway in await ways_of(house, work, request):
        if gateway.name in AT_HOME_ON and gateway.name not in there:
            await send(work, OpenAtHome(request_id=request.id, gateway=gateway.name))


def _opens_at_home(checkout: Checkout, request: PaymentRequest) -> bool:
    """Whether it is paid within the messenger, without a browser, and for the sum that is asked now."""
    there = checkout.gateway in AT_HOME_ON and bool(checkout.url)
    return there and checkout.state not in ENDED and fits(checkout, request)


def _at_home(house: House, checkout: Checkout) -> Button:
    title = gateway_title(house, checkout.gateway)
    return Button(label=f"Pay in {title}", url=checkout.url, style=Style.PRIMARY)

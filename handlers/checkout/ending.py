"""A request that nobody has paid is over: it was withdrawn, its time has passed, or its booking was cancelled."""

from handlers.checkout.cards import show_request
from handlers.effects import EndCheckout, send
from handlers.house import House
from payments.machine import State
from storage.tables import PaymentRequest
from storage.work import Work


async def end_unpaid(house: House, work: Work, request: PaymentRequest, state: State) -> None:
    """Nothing is to be paid any more, and the cards say so. The request must be locked and payable."""
    await close(work, request, state)
    await show_request(house, work, request)


async def close(work: Work, request: PaymentRequest, state: State) -> None:
    """Its pages take no more money, its coupon may be used by another; what the cards say is left to the caller."""
    request.state = state
    await work.pricing.free(request.id)
    for checkout in await work.payments.checkouts_of(request.id):
        await send(work, EndCheckout(checkout_id=checkout.id))

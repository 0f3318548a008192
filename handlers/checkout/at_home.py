"""A gateway's own button in its messenger: opened as soon as the card stands there, so that one tap pays."""

from handlers.checkout.opening import NotPayable, begin, opened
from handlers.effects import OpenAtHome
from handlers.house import House
from payments.errors import AmountRefused, NotConfigured
from payments.gateway import CheckoutKind


async def open_at_home(house: House, effect: OpenAtHome) -> None:
    """Carry it out. Raises Unavailable or OutcomeUnknown, to be tried again; the card has its pay link meanwhile."""
    async with house.database.begin() as work:
        request = await work.payments.request(effect.request_id)
    if request is None:
        return
    try:
        begun = await begin(house, request.code, effect.gateway, CheckoutKind.PAGE)
        if not begun.checkout.url:
            await opened(house, begun.checkout, await begun.gateway.open_checkout(begun.order), by_customer=False)
    except (NotPayable, AmountRefused, NotConfigured):
        # It is over, has to be agreed to on the pay page first, or cannot be had here: the pay link says so.
        return

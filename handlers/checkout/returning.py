"""The way back from a gateway's page. What the browser brings proves nothing; signed, it says whom to ask."""

from collections.abc import Mapping, Sequence

from handlers.house import House
from payments.errors import BadSignature
from payments.gateway import ReturningGateway
from storage.tables import Checkout
from storage.work import Work

MOST = 4
"""So many checkouts are asked about when nothing says which one the customer comes from."""


async def to_ask(
    house: House, work: Work, checkouts: Sequence[Checkout], brought: Mapping[str, str]
) -> Sequence[Checkout]:
    """Those of a request's checkouts to ask about: the one that its gateway's own signature names, or the newest."""
    for checkout in checkouts:
        gateway = await house.gateway_for(work, checkout)
        if gateway is None or not isinstance(gateway, ReturningGateway):
            continue
        if checkout.checkout_ref == _named(gateway, brought):
            return (checkout,)
    return checkouts[:MOST]


def _named(gateway: ReturningGateway, brought: Mapping[str, str]) -> str:
    try:
        return gateway.returned(brought).checkout_ref
    except BadSignature:
        # Somebody else's page, or made up.
        return ""

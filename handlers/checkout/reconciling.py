"""Our books beside the gateways': every checkout is asked about, and what we did not know is taken in and named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.checkout.polling import look_up
from handlers.house import House
from handlers.words import STATES, gateway_title, sum_of
from payments.errors import PaymentError
from payments.machine import State
from storage.tables import Checkout


@dataclass(frozen=True, slots=True)
class Standing:
    """How a checkout stands in our books; sums in minor units."""

    state: State
    captured: int
    refunded: int


@dataclass(frozen=True, slots=True)
class Drift:
    """What the gateway knew and we did not; or why it could not be asked."""

    checkout_id: int
    sentence: str
    unasked: bool = False


async def to_reconcile(house: House, since: datetime) -> Sequence[Checkout]:
    """Every checkout made since then that its gateway knows of, oldest first."""
    async with house.database.begin() as work:
        return await work.payments.checkouts_since(since)


async def reconcile(house: House, checkout: Checkout) -> Drift | None:
    """Ask about one checkout and take in what is new; None when the books agreed. Its cards follow by the outbox."""
    name = f"{gateway_title(house, checkout.gateway)} {checkout.checkout_ref}, request {checkout.request_id}"
    async with house.database.begin() as work:
        gateway = await house.gateway_for(work, checkout)
    if gateway is None:
        return Drift(checkout.id, f"{name}: not asked, this gateway is not set up", unasked=True)
    before = _standing(checkout)
    try:
        await look_up(house, checkout.id)
    except PaymentError as error:
        return Drift(checkout.id, f"{name}: not asked, {error}", unasked=True)
    async with house.database.begin() as work:
        known = await work.payments.checkout(checkout.id)
        request = await work.payments.request(checkout.request_id)
    after = _standing(known) if known else before
    if after == before or request is None:
        return None
    return Drift(checkout.id, f"{name}: {_said(before, request.currency)} -> {_said(after, request.currency)}")


def _standing(checkout: Checkout) -> Standing:
    return Standing(checkout.state, checkout.captured_minor, checkout.refunded_minor)


def _said(standing: Standing, currency: str) -> str:
    paid = f", {sum_of(standing.captured, currency)} paid" if standing.captured else ""
    back = f", {sum_of(standing.refunded, currency)} back" if standing.refunded else ""
    return f"{STATES[standing.state].lower()}{paid}{back}"

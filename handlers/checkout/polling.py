"""The second way to know: asking the gateway, with growing gaps, whether a webhook came or not."""

from dataclasses import replace
from datetime import datetime, timedelta

from handlers.checkout.ending import end_unpaid
from handlers.checkout.ledger import BROUGHT_MONEY, RELAXED, record
from handlers.effects import AskGateway, EndCheckout, send
from handlers.house import House
from payments.facts import Source
from payments.machine import State
from storage.tables import Checkout

GAPS = tuple(timedelta(seconds=gap) for gap in (20, 40, 60, 120, 300, 600, 1800))
"""Between one question and the next; the last one repeats until the checkout is over."""
GRACE = timedelta(hours=1)
"""A delayed answer is still looked for that long after a checkout's end."""
WATCHED = timedelta(days=90)
"""Slow payments, and refunds made at the gateway's own dashboard, are looked for that long."""


def next_poll(polls: int) -> timedelta:
    """The gap after the `polls`-th question."""
    return GAPS[min(polls, len(GAPS) - 1)]


async def look_up(house: House, checkout_id: int, source: Source = Source.POLL) -> None:
    """Ask the gateway how a checkout stands and take in what it says. Raises PaymentError when it does not answer."""
    async with house.database.begin() as work:
        checkout = await work.payments.checkout(checkout_id)
        gateway = await house.gateway_for(work, checkout) if checkout else None
    if checkout is None or checkout.checkout_ref is None or gateway is None:
        return
    # Between two transactions: an answer may take seconds, and SQLite has one writer.
    facts = await gateway.look_up(checkout.checkout_ref)
    async with house.database.begin() as work:
        await record(house, work, checkout.gateway, [replace(fact, source=source) for fact in facts])


async def ask(house: House, effect: AskGateway) -> None:
    """Carry out one question."""
    await look_up(house, effect.checkout_id)


async def end(house: House, effect: EndCheckout) -> None:
    """The checkout must take no more money; if it did meanwhile, that is found out right here."""
    async with house.database.begin() as work:
        checkout = await work.payments.checkout(effect.checkout_id)
        gateway = await house.gateway_for(work, checkout) if checkout else None
    if checkout is None or checkout.checkout_ref is None or gateway is None:
        return
    # Ending races with paying, and only the gateway knows which of them won.
    await gateway.expire(checkout.checkout_ref)
    await look_up(house, checkout.id)


async def sweep_polls(house: House) -> None:
    """Put the questions that are due into the outbox, and set the time of the next ones."""
    async with house.database.begin() as work:
        for checkout in await work.payments.to_poll():
            # Only planned here: in the outbox a gateway that does not answer holds up nobody else.
            _schedule(checkout, work.now)
            await send(work, AskGateway(checkout_id=checkout.id))


def _schedule(checkout: Checkout, now: datetime) -> None:
    checkout.polls += 1
    checkout.poll_at = now + next_poll(checkout.polls)
    if checkout.poll_at < checkout.expires_at + GRACE:
        return
    age = now - checkout.made_at
    # The older a payment, the rarer something happens to it.
    moving = checkout.state in BROUGHT_MONEY | {State.PROCESSING} and age < WATCHED
    checkout.poll_at = now + max(RELAXED, age / 4) if moving else None


async def sweep_expired(house: House) -> None:
    """Requests whose time is over: their cards say so, and their checkouts are ended at the gateway."""
    async with house.database.begin() as work:
        for request in await work.payments.expired():
            await end_unpaid(house, work, request, State.EXPIRED)

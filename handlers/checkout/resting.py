"""The rest of what a deposit was paid for: a request of its own, asked for by an agent or by the booking's end."""

import secrets
from datetime import timedelta

from handlers.checkout.bills import Asked, bill_of, described, items_of
from handlers.checkout.cards import rest_is_open, show_request
from handlers.checkout.previewing import own_request
from handlers.house import House
from handlers.messages import Message
from handlers.speech import say
from handlers.turn import Turn
from handlers.words import sum_of
from storage.tables import Booking, BookingState, PaymentRequest, Side
from storage.work import Work

VALID = timedelta(hours=24)
"""How long the rest may be paid; afterwards it is asked for again with the same button."""


async def ask_rest(turn: Turn) -> None:
    """The card's button: its label says the sum, so that the press is the yes."""
    deposit = await own_request(turn)
    if deposit is None:
        return
    asked = await bill_of(turn.work, deposit)
    if not await rest_is_open(turn.work, deposit, asked):
        await turn.answer(Message(text="There is no rest to ask for: it was asked for, or the deposit is not paid."))
        return
    rest = await _bring(turn.house, turn.work, deposit, asked, asked_by_id=turn.person.id)
    about = f"{sum_of(rest.amount_minor, rest.currency)}, request {rest.id}, rest of {deposit.id}"
    turn.work.audits.note(turn.team.id, turn.person.id, "payment request", about)


async def follow(work: Work, booking: Booking) -> None:
    """A booking was moved: the rest of what was paid for it is asked for at its new end."""
    for known in await work.payments.of_conversation(booking.conversation_id or 0):
        if known.booking_id != booking.id or known.rest_due_at is None:
            continue
        deposit = await work.payments.request(known.id)
        if deposit is not None and deposit.rest_due_at is not None:
            deposit.rest_due_at = booking.ends_at


async def sweep_rests(house: House) -> None:
    """Deposits whose booking has ended: their rest is asked for. The booking is read anew, for it may have moved."""
    async with house.database.begin() as work:
        due = await work.pricing.rests_due()
    for request_id in due:
        async with house.database.begin() as work:
            await _fall_due(house, work, request_id)


async def _fall_due(house: House, work: Work, request_id: int) -> None:
    deposit = await work.payments.request(request_id)
    if deposit is None or deposit.rest_due_at is None:
        return
    booking = await work.bookings.get(deposit.booking_id or 0)
    stands = booking is not None and booking.state is BookingState.CONFIRMED
    if booking is not None and stands and booking.ends_at > work.now:
        deposit.rest_due_at = booking.ends_at
        return
    deposit.rest_due_at = None
    asked = await bill_of(work, deposit)
    if stands and await rest_is_open(work, deposit, asked):
        rest = await _bring(house, work, deposit, asked, asked_by_id=deposit.asked_by_id)
        conversation = await work.talk.conversation(deposit.conversation_id)
        if conversation is not None:
            text = f"The booking has ended, so the rest was asked for: {sum_of(rest.amount_minor, rest.currency)}."
            await say(work, conversation, Side.AGENT, Message(text=text))


async def _bring(house: House, work: Work, deposit: PaymentRequest, asked: Asked, *,
                 asked_by_id: int) -> PaymentRequest:  # fmt: skip
    """Put the rest before the customer. It was seen, and where need be approved, together with the deposit."""
    rest = PaymentRequest(
        code=secrets.token_urlsafe(16), team_id=deposit.team_id, conversation_id=deposit.conversation_id,
        service_id=deposit.service_id, asked_by_id=asked_by_id, approved_by_id=deposit.approved_by_id,
        booking_id=deposit.booking_id, rest_of_id=deposit.id, amount_minor=asked.rest, currency=deposit.currency,
        description=described(await items_of(work, deposit), "rest"), gateway=deposit.gateway, live=deposit.live,
        sent_at=work.now, made_at=work.now, expires_at=work.now + VALID,
    )  # fmt: skip
    await work.payments.add(rest)
    deposit.rest_due_at = None
    await show_request(house, work, rest)
    return rest

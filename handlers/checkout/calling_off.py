"""A booking was cancelled: what was asked for it is withdrawn, what was paid for it goes back by the policy."""

from handlers.checkout.cards import PAYABLE, REFUNDABLE
from handlers.checkout.ending import end_unpaid
from handlers.checkout.giving_back import let_go, prepare, second_about
from handlers.checkout.second_yes import needs_second, over_limit, put_question
from handlers.messages import Message
from handlers.speech import say
from handlers.turn import Turn
from handlers.words import sum_of
from payments.machine import State
from payments.pricing import share
from storage.tables import Booking, Conversation, PaymentRequest, Refund, Side


async def call_off(turn: Turn, case: Conversation, booking: Booking, percent: int) -> None:
    """Do for a booking's money what cancelling it means: `percent` of what was paid for it goes back."""
    for known in await turn.work.payments.of_conversation(case.id):
        if known.booking_id != booking.id:
            continue
        request = await turn.work.payments.request(known.id)
        if request is not None and request.state in PAYABLE:
            await end_unpaid(turn.house, turn.work, request, State.CANCELLED)
        elif request is not None and request.state in REFUNDABLE:
            await _give_back(turn, case, request, percent)


async def _give_back(turn: Turn, case: Conversation, request: PaymentRequest, percent: int) -> None:
    """`percent` of what was paid, less what has gone back before; above the team's limit the desk is asked."""
    paid = await turn.work.payments.checkout(request.paid_checkout_id or 0)
    minor = share(request.captured_minor, percent * 100) - request.refunded_minor
    if paid is None or minor <= 0:
        return
    if await turn.work.payments.refund_under_way(request.id):
        # How much that one will have sent back is not known yet, and two might be more than was paid.
        await _leave_to_desk(turn, case, request, minor)
        return
    row = await prepare(turn.work, request, paid, minor, reason="booking cancelled")
    total = sum_of(minor, request.currency)
    if needs_second(turn.team, minor, request.currency):
        await _ask_desk(turn, case, request, row)
        text = f"{total} for {request.description} is to go back, as the booking was cancelled. A person looks at it."
    else:
        await let_go(turn.work, paid, row)
        text = f"{total} for {request.description} goes back, as the booking was cancelled."
        turn.work.audits.note(
            turn.team.id, turn.person.id, "refund", f"{total} of request {request.id}, booking {request.booking_id}"
        )
    for side in Side:
        await say(turn.work, case, side, Message(text=text))


async def _ask_desk(turn: Turn, case: Conversation, request: PaymentRequest, row: Refund) -> None:
    why = (
        f"The booking was cancelled. {over_limit(turn.team, request.currency)}, so somebody of the team has to say yes."
    )
    await put_question(turn.work, case, request, about=second_about(row), why=why)


async def _leave_to_desk(turn: Turn, case: Conversation, request: PaymentRequest, minor: int) -> None:
    due = sum_of(minor, request.currency)
    text = (
        f"The booking was cancelled, and by the policy {due} for {request.description} was still to go back. "
        "A refund of it is under way: look at the card when that is done, and refund what is missing."
    )
    await say(turn.work, case, Side.AGENT, Message(title="Please check", text=text))

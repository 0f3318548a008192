"""`/refund`: what was paid goes back, after a yes; and carrying it out at the gateway."""

from dataclasses import replace

from handlers.cases import case_of
from handlers.checkout.asking import own_request
from handlers.checkout.cards import REFUNDABLE, badge, show_request
from handlers.checkout.ledger import record, refund
from handlers.checkout.polling import look_up
from handlers.effects import AskGateway, SendRefund, send
from handlers.house import House
from handlers.messages import Button, Message, Style, pairs
from handlers.speech import say
from handlers.turn import Turn
from handlers.words import sum_of
from payments.errors import AmountRefused, Declined, NotConfigured
from payments.facts import Source
from payments.money import Money
from storage.tables import Checkout, PaymentRequest, Refund, Side

FINAL = (AmountRefused, Declined, NotConfigured)
"""Errors that trying again does not mend."""


async def ask_newest(turn: Turn) -> None:
    """`/refund`: the case's newest payment that can be refunded."""
    asked = await turn.work.payments.of_conversation(case_of(turn).id)
    paid = next((request for request in asked if request.state in REFUNDABLE), None)
    if paid is None:
        await turn.answer(Message(text="Nothing has been paid in this case that could be refunded."))
        return
    await turn.answer(_question(turn, paid))


async def ask(turn: Turn) -> None:
    """The card's button."""
    request = await own_request(turn)
    if request is not None and request.state in REFUNDABLE:
        await turn.answer(_question(turn, request))
    elif request is not None:
        await turn.answer(Message(text="This payment cannot be refunded now."))


def _question(turn: Turn, request: PaymentRequest) -> Message:
    left = sum_of(request.captured_minor - request.refunded_minor, request.currency)
    yes = Button(label=f"Refund {left}", action="refund.yes", value=str(request.id), style=Style.DANGER)
    no = Button(label="Keep it", action="refund.no", value=str(request.id))
    what = pairs(For=request.description, Case=str(request.conversation_id))
    return Message(badge=badge(request), title=f"Refund {left}?", pairs=what, buttons=((yes, no),))


async def confirmed(turn: Turn) -> None:
    """The yes: the gateway is asked after the commit."""
    request = await own_request(turn)
    if request is None:
        return
    left = request.captured_minor - request.refunded_minor
    running = [row for row in await turn.work.payments.refunds_of(request.id) if not row.done_at and not row.problem]
    if request.state not in REFUNDABLE or left <= 0 or running:
        await turn.answer(Message(text="A refund of this payment is under way or done."), edit=True)
        return
    paid = await turn.work.payments.checkout(request.paid_checkout_id or 0)
    if paid is None:
        raise LookupError("paid, and by no checkout")
    reason = f"refunded by {turn.person.name}"
    await refund(turn.work, request, paid, left, reason=reason, asked_by_id=turn.person.id)
    await turn.answer(Message(text="The refund is on its way."), edit=True)


async def dropped(turn: Turn) -> None:
    """The no."""
    await turn.answer(Message(text="Nothing is refunded."), edit=True)


async def carry_out(house: House, effect: SendRefund) -> None:
    """Ask the gateway. An unknown outcome is asked again with the same key, so money moves once.

    Raises PaymentError when trying again may help.
    """
    async with house.database.begin() as work:
        row = await work.payments.refund(effect.refund_id)
        request = await work.payments.request(row.request_id) if row else None
        if row is None or request is None or row.done_at is not None:
            return
    gateway = house.gateways.get(row.gateway)
    if gateway is None:
        await _failed(house, row, "the gateway is not set up any more")
        return
    amount = Money(row.amount_minor, request.currency)
    try:
        fact = await gateway.refund(row.payment_ref, amount, key=row.reference, reason=row.reason)
    except FINAL as error:
        await _failed(house, row, str(error))
        if isinstance(error, AmountRefused):
            await _refund_what_is_left(house, row)
        return
    async with house.database.begin() as work:
        mine = await work.payments.refund(effect.refund_id)
        if mine is not None:
            mine.done_at = work.now
        await record(house, work, row.gateway, [replace(fact, source=Source.POLL)])


async def _refund_what_is_left(house: House, row: Refund) -> None:
    """Part of it went back at the gateway's own dashboard: money that must go back goes back in full all the same."""
    checkout = await _checkout_of(house, row)
    if checkout is None or row.asked_by_id is not None:
        return
    await look_up(house, checkout.id)
    async with house.database.begin() as work:
        request = await work.payments.request(row.request_id)
        known = await work.payments.checkout(checkout.id)
        left = known.captured_minor - known.refunded_minor if known else 0
        if request is not None and 0 < left < row.amount_minor:
            await refund(work, request, checkout, left, reason=row.reason)


async def _checkout_of(house: House, row: Refund) -> Checkout | None:
    async with house.database.begin() as work:
        return await work.payments.checkout_for(row.gateway, checkout_ref="", reference="", payment_ref=row.payment_ref)


async def gave_up(house: House, effect: SendRefund) -> None:
    """The gateway did not answer for a long time: the desk looks for itself."""
    async with house.database.begin() as work:
        row = await work.payments.refund(effect.refund_id)
    if row is not None and row.done_at is None:
        await _failed(house, row, "the gateway does not answer, so it is not known whether the refund was made.")
        checkout = await _checkout_of(house, row)
        async with house.database.begin() as work:
            if checkout is not None:
                await send(work, AskGateway(checkout_id=checkout.id))


async def _failed(house: House, row: Refund, why: str) -> None:
    async with house.database.begin() as work:
        mine = await work.payments.refund(row.id)
        request = await work.payments.request(row.request_id)
        conversation = await work.talk.conversation(request.conversation_id) if request else None
        if mine is None or request is None or conversation is None:
            return
        mine.problem = why[:300]
        back = sum_of(row.amount_minor, request.currency)
        text = f"The refund of {back} did not go through: {why} Look at the gateway's dashboard before trying again."
        await say(work, conversation, Side.AGENT, Message(title="Refund failed", text=text))
        await show_request(house, work, request)

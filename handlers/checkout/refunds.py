"""`/refund`: what was paid goes back, in full or in part, after a yes; and carrying it out at the gateway."""

from dataclasses import replace

from handlers import forms
from handlers.cases import case_of
from handlers.checkout.cards import REFUNDABLE, show_request
from handlers.checkout.giving_back import let_go, prepare, refund, second_about
from handlers.checkout.ledger import record
from handlers.checkout.polling import look_up
from handlers.checkout.previewing import own_request
from handlers.checkout.second_yes import answered, ask_second, is_second, needs_second
from handlers.effects import AskGateway, SendRefund, send
from handlers.heard import Command, Press, Submitted
from handlers.house import House
from handlers.messages import Button, Form, FormField, Message, Style, id_in, pairs
from handlers.speech import say
from handlers.turn import Turn
from handlers.words import badge, sum_of
from payments.amounts import AmbiguousAmount, UnreadableAmount, parse_amount
from payments.errors import AmountRefused, Declined, NotConfigured
from payments.facts import Source
from payments.gateway import Gateway
from payments.money import Money, format_money
from storage.tables import Checkout, PaymentRequest, Refund, Side
from storage.work import Work

FINAL = (AmountRefused, Declined, NotConfigured)
"""Errors that trying again does not mend."""
_OVER = "This refund was refused, or a refund of this payment is under way or done."


async def ask_newest(turn: Turn) -> None:
    """`/refund`, `/refund 20 left early`: the case's newest payment that can be refunded."""
    asked = await turn.work.payments.of_conversation(case_of(turn).id)
    paid = next((request for request in asked if request.state in REFUNDABLE), None)
    if paid is None:
        await turn.answer(Message(text="Nothing has been paid in this case that could be refunded."))
        return
    text = turn.heard.args.strip() if isinstance(turn.heard, Command) else ""
    await (_part(turn, paid, text) if text else turn.answer(_question(paid)))


async def ask(turn: Turn) -> None:
    """The card's button."""
    request = await _refundable(turn)
    if request is not None:
        await turn.answer(_question(request))


async def ask_sum(turn: Turn) -> None:
    """Not all of it: how much, and why."""
    request = await _refundable(turn)
    if request is None:
        return
    most = format_money(_left(request))
    fields = (
        FormField(name="amount", label="How much?", example=most, hint=f"At most {most}.", initial=str(_left(request))),
        FormField(name="reason", label="Why?", example="left early", required=False),
    )
    await forms.ask(turn, Form(name="refund", title="Refund", submit="Preview", value=str(request.id), fields=fields))


async def form_filled(turn: Turn) -> None:
    """The form came back: the same as if it had been typed."""
    request = await _refundable(turn)
    if request is not None and isinstance(turn.heard, Submitted):
        answers = turn.heard.answers
        await _part(turn, request, f"{answers.get('amount', '')} {answers.get('reason', '')}".strip())


async def _refundable(turn: Turn) -> PaymentRequest | None:
    request = await own_request(turn)
    if request is None or request.state in REFUNDABLE:
        return request
    await turn.answer(Message(text="This payment cannot be refunded now."))
    return None


def _left(request: PaymentRequest) -> Money:
    return Money(request.captured_minor - request.refunded_minor, request.currency)


async def _part(turn: Turn, request: PaymentRequest, text: str) -> None:
    try:
        read = parse_amount(text, request.currency)
    except (UnreadableAmount, AmbiguousAmount) as error:
        await turn.answer(Message(text=str(error)))
        return
    left = _left(request)
    if read.amount.currency != left.currency or not 0 < read.amount.minor <= left.minor:
        await turn.answer(Message(text=f"At most {format_money(left)} of it can be refunded."))
        return
    reason = read.description or f"refunded by {turn.person.name}"
    row = await prepare(
        turn.work, request, await _paid(turn, request), read.amount.minor, reason=reason, asked_by_id=turn.person.id
    )
    await turn.answer(_question(request, row))


def _question(request: PaymentRequest, row: Refund | None = None) -> Message:
    total = format_money(Money(row.amount_minor, request.currency) if row else _left(request))
    value = f"{request.id}|{row.id}" if row else str(request.id)
    yes = Button(label=f"Refund {total}", action="refund.yes", value=value, style=Style.DANGER)
    other = Button(label="Another sum", action="refund.some", value=str(request.id))
    no = Button(label="Keep it", action="refund.no", value=str(request.id))
    what = pairs(For=request.description, Case=str(request.conversation_id), Reason=row.reason if row else "")
    return Message(badge=badge(request), title=f"Refund {total}?", pairs=what, buttons=((yes, other, no),))


async def confirmed(turn: Turn) -> None:
    """The yes of the one who asks; above the team's limit a colleague has to say it too."""
    request = await own_request(turn)
    if request is None:
        return
    # The question may be old by now, so what is left is worked out once more at the yes.
    row = await _named(turn, request) or await _whole(turn, request)
    if row is None or not await _still_possible(turn, request, row):
        await turn.answer(Message(text=_OVER), edit=True)
        return
    if needs_second(turn.team, row.amount_minor, request.currency):
        await ask_second(turn, case_of(turn), request, about=second_about(row))
        return
    await _let_go(turn, request, row)
    await turn.answer(Message(text="The refund is on its way."), edit=True)


async def approved(turn: Turn) -> None:
    """The second yes."""
    request, row = await _asked_about(turn)
    if request and row and await is_second(turn, row.asked_by_id):
        row.approved_by_id = turn.person.id
        await _let_go(turn, request, row)
        await answered(turn, case_of(turn), "refund", second_about(row).value, said="approved")


async def refused(turn: Turn) -> None:
    """A colleague's no, or the asker's second thoughts: nothing goes back."""
    request, row = await _asked_about(turn)
    if request is None or row is None:
        return
    row.problem = f"refused by {turn.person.name}"
    total = sum_of(row.amount_minor, request.currency)
    turn.work.audits.note(turn.team.id, turn.person.id, "refund refused", f"{total} of request {request.id}")
    await answered(turn, case_of(turn), "refund", second_about(row).value, said="refused")
    if row.asked_by_id is None:
        # Only what Bellhop itself meant to send back was announced to the customer.
        text = f"{turn.team.name} has looked at it: {total} for {request.description} does not go back. Ask here why."
        await say(turn.work, case_of(turn), Side.CUSTOMER, Message(text=text))


async def _asked_about(turn: Turn) -> tuple[PaymentRequest | None, Refund | None]:
    """The refund whose question is pressed, and its request; None, and who presses is told, when it is over."""
    request = await own_request(turn)
    row = await _named(turn, request) if request else None
    if request and row and await _still_possible(turn, request, row):
        return request, row
    if request:
        await turn.answer(Message(text=_OVER))
    return None, None


async def _named(turn: Turn, request: PaymentRequest) -> Refund | None:
    """The prepared refund that a press names behind its request."""
    value = turn.heard.value if isinstance(turn.heard, Press) else ""
    row = await turn.work.payments.refund(id_in(value.partition("|")[2]))
    return row if row and row.request_id == request.id else None


async def _whole(turn: Turn, request: PaymentRequest) -> Refund | None:
    left = _left(request).minor
    if request.state not in REFUNDABLE or left <= 0 or await turn.work.payments.refund_under_way(request.id):
        return None
    reason = f"refunded by {turn.person.name}"
    return await prepare(
        turn.work, request, await _paid(turn, request), left, reason=reason, asked_by_id=turn.person.id
    )


async def _still_possible(turn: Turn, request: PaymentRequest, row: Refund) -> bool:
    # One at a time: two may each fit, and together be more than was paid.
    fits = request.state in REFUNDABLE and 0 < row.amount_minor <= _left(request).minor
    return fits and not (row.confirmed_at or row.problem) and not await turn.work.payments.refund_under_way(request.id)


async def _paid(turn: Turn, request: PaymentRequest) -> Checkout:
    paid = await turn.work.payments.checkout(request.paid_checkout_id or 0)
    if paid is None:
        raise LookupError("paid, and by no checkout")
    return paid


async def _let_go(turn: Turn, request: PaymentRequest, row: Refund) -> None:
    await let_go(turn.work, await _paid(turn, request), row)
    total = sum_of(row.amount_minor, request.currency)
    turn.work.audits.note(turn.team.id, turn.person.id, "refund", f"{total} of request {request.id}")


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
    gateway = await _gateway_of(house, row)
    if gateway is None:
        await _failed(house, row, "the gateway is not set up any more")
        return
    amount = Money(row.amount_minor, request.currency)
    try:
        # No transaction is open here; asked once more, the key stays the same and money moves once.
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
        return await _checkout(work, row)


async def _checkout(work: Work, row: Refund) -> Checkout | None:
    """The request's checkout whose money goes back."""
    checkouts = await work.payments.checkouts_of(row.request_id)
    paid = (row.gateway, row.payment_ref)
    return next((each for each in checkouts if (each.gateway, each.payment_ref) == paid), None)


async def _gateway_of(house: House, row: Refund) -> Gateway | None:
    async with house.database.begin() as work:
        checkout = await _checkout(work, row)
        return await house.gateway_for(work, checkout) if checkout else None


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

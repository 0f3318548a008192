"""A coupon entered in the chat: the card's button asks for its code, and the card shows the new sum."""

from handlers import forms
from handlers.checkout.changing import CannotChange, UnknownCoupon, enter_coupon
from handlers.heard import Press, Submitted
from handlers.messages import Form, FormField, Message, id_in
from handlers.turn import Turn
from handlers.words import sum_of
from storage.tables import PaymentRequest


async def ask_code(turn: Turn) -> None:
    """The card's button."""
    request = await customers_request(turn)
    if request is not None:
        field = FormField(name="code", label="Which code?", example="SPRING")
        form = Form(name="pay.coupon", title="Coupon", submit="Use it", fields=(field,), value=str(request.id))
        await forms.ask(turn, form)


async def code_given(turn: Turn) -> None:
    """The code: the card changes in place, or a sentence says why not."""
    request = await customers_request(turn)
    if request is None or not isinstance(turn.heard, Submitted):
        return
    try:
        await enter_coupon(turn.house, turn.work, request, turn.heard.answers.get("code", ""))
    except UnknownCoupon as error:
        request.coupon_tries += 1
        await turn.answer(Message(text=str(error)))
    except CannotChange as error:
        await turn.answer(Message(text=str(error)))
    else:
        now = sum_of(request.amount_minor, request.currency)
        await turn.answer(Message(text=f"The coupon counts: {now} is to be paid now. The card shows how."))


async def customers_request(turn: Turn) -> PaymentRequest | None:
    """The request that is named, if it was put before this very customer."""
    value = turn.heard.value if isinstance(turn.heard, Press | Submitted) else ""
    request = await turn.work.payments.request(id_in(value.partition("|")[0]))
    case = await turn.work.talk.conversation(request.conversation_id) if request else None
    theirs = case is not None and (case.team_id, case.customer_id) == (turn.team.id, turn.person.id)
    if request is None or request.sent_at is None or not theirs:
        await turn.answer(Message(text="There is no such request here."))
        return None
    turn.conversation = case
    return request

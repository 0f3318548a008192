"""A tip chosen in the chat: one tap, and the card shows the new sum."""

from handlers.checkout.changing import CannotChange, set_tip
from handlers.checkout.coupons import customers_request
from handlers.heard import Press
from handlers.messages import Message
from handlers.turn import Turn
from handlers.words import sum_of


async def choose(turn: Turn) -> None:
    """A press: the card changes in place, or a sentence says why not."""
    request = await customers_request(turn)
    if request is None or not isinstance(turn.heard, Press):
        return
    try:
        await set_tip(turn.house, turn.work, request, turn.heard.value.partition("|")[2])
    except CannotChange as error:
        await turn.answer(Message(text=str(error)))
        return
    now, tip = (sum_of(minor, request.currency) for minor in (request.amount_minor, request.tip_minor))
    told = f"Thank you, a tip of {tip} is in it" if request.tip_minor else "There is no tip in it"
    await turn.answer(Message(text=f"{told}: {now} is to be paid now. The card shows how."))

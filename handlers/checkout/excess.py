"""More arrived than was asked for: it is not applied by itself; an agent takes it, and what is too much goes back."""

from handlers.cases import case_of
from handlers.checkout.giving_back import let_go, prepare, second_about
from handlers.checkout.ledger import take_in
from handlers.checkout.previewing import own_request
from handlers.checkout.second_yes import ask_second, needs_second
from handlers.checkout.sums import sum_asked
from handlers.heard import Press
from handlers.messages import Message, id_in
from handlers.turn import Turn
from handlers.words import sum_of
from storage.tables import Checkout, PaymentRequest

REASON = "paid too much"


async def taken(turn: Turn) -> None:
    """The button beside the flag: what was asked for counts as paid, the rest of it is sent back."""
    request = await own_request(turn)
    if request is None or not isinstance(turn.heard, Press):
        return
    kept = await turn.work.payments.fact(id_in(turn.heard.value.partition("|")[2]))
    checkout = await turn.work.payments.checkout(kept.checkout_id or 0) if kept else None
    if kept is None or checkout is None or checkout.request_id != request.id:
        await turn.answer(Message(text="There is nothing of that kind to take here."))
        return
    if kept.misfit:
        await take_in(turn.house, turn.work, request, checkout, kept)
        total = sum_of(checkout.captured_minor, request.currency)
        turn.work.audits.note(turn.team.id, turn.person.id, "payment taken", f"{total} for request {request.id}")
    await _send_excess_back(turn, request, checkout)


async def _send_excess_back(turn: Turn, request: PaymentRequest, checkout: Checkout) -> None:
    excess = checkout.captured_minor - sum_asked(checkout, request).minor - checkout.refunded_minor
    busy = await turn.work.payments.refund_under_way(request.id)
    if request.paid_checkout_id != checkout.id or excess <= 0 or busy:
        await turn.answer(Message(text="This has been seen to already."), edit=True)
        return
    row = await prepare(turn.work, request, checkout, excess, reason=REASON, asked_by_id=turn.person.id)
    if needs_second(turn.team, excess, request.currency):
        await ask_second(turn, case_of(turn), request, about=second_about(row))
        return
    await let_go(turn.work, checkout, row)
    back = sum_of(excess, request.currency)
    turn.work.audits.note(turn.team.id, turn.person.id, "refund", f"{back} of request {request.id}, {REASON}")
    await turn.answer(Message(text=f"Taken. {back} is on its way back."), edit=True)

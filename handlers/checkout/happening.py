"""What a change of a payment's state brings, once: lines for both sides, delivery or taking back, and papers."""

from handlers.fulfilment import fulfil, take_back
from handlers.house import House
from handlers.messages import Button, Message
from handlers.papers.issuing import give_papers
from handlers.speech import say
from handlers.words import gateway_title, sum_of, until
from payments.machine import State
from storage.tables import Conversation, PaymentRequest, Side, Team
from storage.work import Work

KEEPS_MONEY = frozenset({State.PAID, State.DISPUTE_WON})
GAVE_BACK = frozenset({State.PART_REFUNDED, State.REFUNDED})


async def happened(house: House, work: Work, request: PaymentRequest, *, before: State, went_back: bool) -> None:
    """The lines and the effects that a change of state brings, once. `went_back`: more has gone back than before."""
    team = await work.people.team(request.team_id)
    conversation = await work.talk.conversation(request.conversation_id)
    if conversation is None:
        return
    kept_before = request.fulfilled_at is not None
    if before is State.DISPUTED and not went_back and request.state in KEEPS_MONEY | GAVE_BACK:
        await _decided(house, work, conversation, request, won=True)
    elif request.state in KEEPS_MONEY and kept_before:
        await _still_kept(work, conversation, request, went_back=went_back)
    elif request.state in KEEPS_MONEY:
        await _paid(work, conversation, team, request)
    elif request.state is State.FAILED:
        await _failed(house, work, conversation, request)
    elif request.state in GAVE_BACK:
        back = sum_of(request.refunded_minor, request.currency)
        await _to_both(work, conversation, f"Refunded: {back} for {request.description}.")
        await take_back(work, team, request)
    elif request.state is State.DISPUTED:
        await _disputed(house, work, conversation, team, request)
    elif request.state is State.DISPUTE_LOST:
        await _decided(house, work, conversation, request, won=False)
        await take_back(work, team, request)
    if request.state in KEEPS_MONEY | GAVE_BACK:
        await give_papers(house, work, team, request)


async def _to_both(work: Work, conversation: Conversation, text: str) -> None:
    for side in Side:
        await say(work, conversation, side, Message(text=text))


async def _paid(work: Work, conversation: Conversation, team: Team, request: PaymentRequest) -> None:
    total = sum_of(request.amount_minor, request.currency)
    await say(work, conversation, Side.AGENT, Message(text=f"Paid: {total} for {request.description}."))
    thanks = Message(text=f"Thank you, {total} for {request.description} has been paid to {team.name}.")
    await say(work, conversation, Side.CUSTOMER, thanks)
    await fulfil(work, team, request)


async def _still_kept(work: Work, conversation: Conversation, request: PaymentRequest, *, went_back: bool) -> None:
    """It was thanked for long ago: what was too much went back, or a refund has failed."""
    if went_back:
        back = sum_of(request.refunded_minor, request.currency)
        await _to_both(work, conversation, f"Refunded: {back}, which was too much for {request.description}.")
        return
    total = sum_of(request.amount_minor, request.currency)
    await _to_both(work, conversation, f"{total} for {request.description} has not gone back.")


async def _failed(house: House, work: Work, conversation: Conversation, request: PaymentRequest) -> None:
    total = sum_of(request.amount_minor, request.currency)
    why = f" {gateway_title(house, request.gateway)} says: “{request.detail}”" if request.detail else ""
    await say(work, conversation, Side.AGENT, Message(text=f"A try to pay {total} did not go through.{why}"))


async def _disputed(house: House, work: Work, conversation: Conversation, team: Team, request: PaymentRequest) -> None:
    total, title = sum_of(request.amount_minor, request.currency), gateway_title(house, request.gateway)
    by = until(request.answer_by, team.zone, work.now) if request.answer_by else "its deadline"
    text = f"The customer's bank disputes {total}. Answer in {title}'s dashboard before {by}."
    evidence = Button(label="Evidence", action="pay.evidence", value=str(request.id))
    await say(work, conversation, Side.AGENT, Message(title="Dispute", text=text, buttons=((evidence,),)))


async def _decided(house: House, work: Work, conversation: Conversation, request: PaymentRequest, *, won: bool) -> None:
    """What was refunded before the dispute stays refunded, however it ended."""
    what = f"{sum_of(request.captured_minor - request.refunded_minor, request.currency)} for {request.description}"
    says = f"{gateway_title(house, request.gateway)} reports that the dispute was decided"
    if won:
        title, desk = "Dispute won", f"{says} for you: {what} stays with you."
        customer = f"Your bank does not pay {what} back; it stays paid."
    else:
        title, desk = "Dispute lost", f"{says} for the customer: {what} is gone."
        customer = f"Your bank pays {what} back to you."
    await say(work, conversation, Side.AGENT, Message(title=title, text=desk))
    await say(work, conversation, Side.CUSTOMER, Message(text=customer))

"""What a change of a payment's state brings, once: lines for both sides, delivery or taking back, and papers."""

from handlers.fulfilment import fulfil, take_back
from handlers.house import House
from handlers.messages import Button, Message
from handlers.papers.issuing import give_papers
from handlers.speech import say
from handlers.words import gateway_title, sum_of, until
from payments.machine import State
from storage.tables import PaymentRequest, Side
from storage.work import Work

KEEPS_MONEY = frozenset({State.PAID, State.DISPUTE_WON})
GAVE_BACK = frozenset({State.PART_REFUNDED, State.REFUNDED})


async def happened(house: House, work: Work, request: PaymentRequest, *, went_back: bool) -> None:
    """The lines and the effects that a change of state brings, once. `went_back`: more has gone back than before."""
    team = await work.people.team(request.team_id)
    conversation = await work.talk.conversation(request.conversation_id)
    total = sum_of(request.amount_minor, request.currency)
    if conversation is None:
        return
    if request.state in KEEPS_MONEY and went_back and request.fulfilled_at is not None:
        # Only what was too much; what was bought stays bought.
        back = sum_of(request.refunded_minor, request.currency)
        for side in Side:
            text = f"Refunded: {back}, which was too much for {request.description}."
            await say(work, conversation, side, Message(text=text))
    elif request.state in KEEPS_MONEY and request.fulfilled_at is not None:
        # A refund has failed or a dispute was won: it was thanked for long ago.
        for side in Side:
            await say(work, conversation, side, Message(text=f"{total} for {request.description} has not gone back."))
    elif request.state in KEEPS_MONEY:
        await say(work, conversation, Side.AGENT, Message(text=f"Paid: {total} for {request.description}."))
        thanks = Message(text=f"Thank you, {total} for {request.description} has been paid to {team.name}.")
        await say(work, conversation, Side.CUSTOMER, thanks)
        await fulfil(work, team, request)
    elif request.state is State.FAILED:
        why = f" {gateway_title(house, request.gateway)} says: “{request.detail}”" if request.detail else ""
        await say(work, conversation, Side.AGENT, Message(text=f"A try to pay {total} did not go through.{why}"))
    elif request.state in GAVE_BACK:
        back = sum_of(request.refunded_minor, request.currency)
        for side in Side:
            await say(work, conversation, side, Message(text=f"Refunded: {back} for {request.description}."))
        await take_back(work, team, request)
    elif request.state is State.DISPUTED:
        title = gateway_title(house, request.gateway)
        by = until(request.answer_by, team.zone, work.now) if request.answer_by else "its deadline"
        text = f"The customer's bank disputes {total}. Answer in {title}'s dashboard before {by}."
        evidence = Button(label="Evidence", action="pay.evidence", value=str(request.id))
        await say(work, conversation, Side.AGENT, Message(title="Dispute", text=text, buttons=((evidence,),)))
    if request.state in KEEPS_MONEY | GAVE_BACK:
        await give_papers(house, work, team, request)

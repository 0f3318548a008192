"""What was bought happens: a text, a link or a file in the chat, and a signed webhook to the team's own system."""

import secrets

from pydantic_core import to_json

from handlers.checkout.bills import bill_of
from handlers.effects import TellTeam, send
from handlers.messages import Attachment, Button, Message, Plain
from handlers.speech import say
from storage.tables import PaymentRequest, Side, Team
from storage.work import Work


class Fulfilment(Plain):
    """What a service's definition says about after the payment. All of it is optional."""

    text: str = ""
    link: str = ""
    link_label: str = "Open"
    file: Attachment | None = None


async def fulfil(work: Work, team: Team, request: PaymentRequest) -> None:
    """Deliver what was paid for, once."""
    if request.fulfilled_at is not None:
        return
    request.fulfilled_at = work.now
    due = await promised(work, request)
    conversation = await work.talk.conversation(request.conversation_id)
    if conversation is not None and due is not None:
        button = Button(label=due.link_label, url=due.link) if due.link else None
        message = Message(
            text=due.text or "Here is what you paid for:",
            buttons=((button,),) if button else (),
            files=(due.file,) if due.file else (),
        )
        await say(work, conversation, Side.CUSTOMER, message)
    await tell_team(work, team, "payment.paid", payment_facts(request))


async def take_back(work: Work, team: Team, request: PaymentRequest) -> None:
    """The money went back: the team's system hears of it, once for each sum."""
    if request.fulfilled_at is None:
        return
    request.taken_back_at = work.now
    await tell_team(work, team, "payment.refunded", payment_facts(request))


async def promised(work: Work, request: PaymentRequest) -> Fulfilment | None:
    """What comes into the chat for a payment; None: nothing, or not before the rest of a deposit is paid, too."""
    service = await work.people.service(request.service_id) if request.service_id else None
    if service is None or (await bill_of(work, request)).rest:
        return None
    found = Fulfilment.model_validate_json(service.fulfilment)
    return found if found != Fulfilment() else None


async def tell_team(work: Work, team: Team, event: str, data: dict[str, object]) -> None:
    """Send a webhook to the team's system, if it has one."""
    if not team.webhook_url:
        return
    webhook_id = f"msg_{secrets.token_hex(12)}"
    told = to_json(data).decode()
    await send(work, TellTeam(team_id=team.id, webhook_id=webhook_id, event=event, data=told, at=work.now))


def payment_facts(request: PaymentRequest) -> dict[str, object]:
    """A payment as the team's own system reads it; sums in minor units."""
    return {
        "request": request.code,
        "conversation": request.conversation_id,
        "description": request.description,
        "amount": request.amount_minor,
        "currency": request.currency,
        "tip": request.tip_minor,
        "discount": request.discount_minor,
        "captured": request.captured_minor,
        "refunded": request.refunded_minor,
        "state": request.state.value,
        "gateway": request.gateway,
        "payment": request.payment_ref,
        "live": request.live,
    }

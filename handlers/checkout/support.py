"""`/terms` and `/paysupport`: Telegram asks every bot that takes payments to answer them."""

from handlers.messages import Button, Message, rows
from handlers.turn import Turn


async def terms(turn: Turn) -> None:
    """Who sells, and what holds for a payment."""
    team = turn.team.name
    text = (
        f"{team} sells what is offered here, and answers for it. Each payment card names the sum and what it is for; "
        f"nothing is taken before you confirm. The payment itself is carried out by the service you choose on the way, "
        f"by its terms. {team} decides about refunds; money that arrives twice or too late is sent back. "
        "Questions about a payment: /paysupport"
    )
    await turn.answer(Message(title=f"Payments to {team}", text=text))


async def pay_support(turn: Turn) -> None:
    """Where to turn with a payment."""
    team = turn.team.name
    text = (
        f"Something is wrong with a payment? Write here what it is about: a person of {team} reads it and answers, and "
        "can give the money back. Telegram's own support cannot help with what was bought here."
    )
    talk = () if turn.is_agent else rows([Button(label="Talk to a person", action="talk")])
    await turn.answer(Message(title="Help with a payment", text=text, buttons=talk))

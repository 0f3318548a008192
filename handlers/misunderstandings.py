"""Two things in a row that Bellhop did not understand: a person is offered."""

from handlers.heard import Place
from handlers.messages import Button, Message, Style
from handlers.turn import Turn

PATIENCE = 2
"""After so many in a row a person is offered."""


async def count(turn: Turn) -> None:
    """Count what was not understood, and forget it as soon as something was. Agents help themselves."""
    if turn.is_agent or turn.origin.place is Place.GROUP:
        return
    before = turn.person.misunderstood
    if turn.lost and before + 1 >= PATIENCE:
        turn.person.misunderstood = 0
        await _offer_a_person(turn)
    elif turn.lost or before:
        turn.person.misunderstood = before + 1 if turn.lost else 0


async def _offer_a_person(turn: Turn) -> None:
    talk = Button(label="Talk to a person", action="talk", style=Style.PRIMARY)
    text = f"I have not understood you twice now. Shall somebody of {turn.team.name} help you?"
    await turn.answer(Message(text=text, buttons=((talk,),)))

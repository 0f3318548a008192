"""Sums above a team's limit need a second person: the one who asked cannot also say yes."""

from handlers.messages import Button, Message, Style, pairs
from handlers.speech import say_card
from handlers.turn import Turn
from handlers.words import badge, sum_of
from storage.tables import Conversation, PaymentRequest, Side, Team
from storage.work import Work


def needs_second(team: Team, minor: int, currency: str) -> bool:
    """Whether a sum is above the team's limit; other currencies are not weighed against it and always are."""
    limit = team.approve_above_minor
    return limit is not None and (currency != team.currency or minor > limit)


async def ask_second(turn: Turn, case: Conversation, request: PaymentRequest, *, what: str, minor: int, action: str,
                     value: str, edit: bool = True) -> None:  # fmt: skip
    """Put the question before the whole desk, in the case's thread; `edit`: the pressed message says so instead."""
    why = f"{turn.person.name} asks. It is above {turn.team.name}'s limit, so a colleague has to say yes."
    await put_question(turn.work, case, request, what=what, minor=minor, action=action, value=value, why=why)
    await turn.answer(Message(text="A colleague has been asked to approve it: it is above the limit."), edit=edit)


async def put_question(work: Work, case: Conversation, request: PaymentRequest, *, what: str, minor: int, action: str,
                       value: str, why: str) -> None:  # fmt: skip
    """A card for the desk with the button that says yes; `why` it has to be asked, as a sentence."""
    total = sum_of(minor, request.currency)
    yes = Button(label=f"Approve {total}", action=action, value=value, style=Style.PRIMARY)
    question = Message(
        badge=badge(request),
        title=f"{what} {total}?",
        text=why,
        pairs=pairs(For=request.description, Case=str(case.id)),
        buttons=((yes,),),
    )
    await say_card(work, case, Side.AGENT, f"second:{action}:{value}", question)


async def is_second(turn: Turn, asked_by_id: int | None) -> bool:
    """Whether the one who presses is somebody else than the one who asked; if not, they are told."""
    if turn.person.id != asked_by_id:
        return True
    await turn.answer(Message(text="You asked for this yourself; a colleague has to approve it."))
    return False


async def answered(turn: Turn, case: Conversation, action: str, value: str, *, what: str) -> None:
    """The question's card says who said yes."""
    said = Message(title=f"{what}: approved", text=f"{turn.person.name} has approved it.")
    await say_card(turn.work, case, Side.AGENT, f"second:{action}:{value}", said)

"""Sums above a team's limit need a second person: the one who asked cannot also say yes."""

from dataclasses import dataclass

from handlers.messages import Button, Message, Pair, Style, pairs
from handlers.speech import say_card
from handlers.turn import Turn
from handlers.words import badge, sum_of
from storage.tables import Conversation, PaymentRequest, Side, Team
from storage.work import Work

_WHAT = {"pay": "Ask for", "refund": "Refund"}
_NOUN = {"pay": "Request", "refund": "Refund"}


@dataclass(frozen=True, slots=True)
class Question:
    """What a second person is asked.

    `kind`: "pay" or "refund"; `value`: what the buttons carry back; `details`: what to know beside the sum.
    """

    kind: str
    minor: int
    value: str
    details: tuple[Pair, ...] = ()


def needs_second(team: Team, minor: int, currency: str) -> bool:
    """Whether a sum is above the team's limit; other currencies are not weighed against it and always are."""
    limit = team.approve_above_minor
    return limit is not None and (currency != team.currency or minor > limit)


async def ask_second(turn: Turn, case: Conversation, request: PaymentRequest, *, about: Question,
                     edit: bool = True) -> None:  # fmt: skip
    """Put the question before the whole desk, in the case's thread; `edit`: the pressed message says so instead."""
    limit = over_limit(turn.team, request.currency)
    why = f"{turn.person.name} asks. {limit}, so a colleague has to say yes."
    await put_question(turn.work, case, request, about=about, why=why)
    await turn.answer(Message(text=f"A colleague has been asked to approve it. {limit}."), edit=edit)


def over_limit(team: Team, currency: str) -> str:
    """Why a sum in that currency needs a second person, as a sentence without its end."""
    if currency != team.currency:
        return f"{team.name}'s limit is in {team.currency}, and this is in {currency}"
    return f"It is above {team.name}'s limit"


async def put_question(work: Work, case: Conversation, request: PaymentRequest, *, about: Question, why: str) -> None:
    """A card for the desk with the buttons that say yes and no; `why` it has to be asked, as a sentence."""
    total = sum_of(about.minor, request.currency)
    yes = Button(label=f"Approve {total}", action=f"{about.kind}.approve", value=about.value, style=Style.PRIMARY)
    no = Button(label="Refuse", action=f"{about.kind}.refuse", value=about.value)
    question = Message(
        badge=badge(request),
        title=f"{_WHAT[about.kind]} {total}?",
        text=why,
        pairs=(*pairs(For=request.description, Case=str(case.id)), *about.details),
        buttons=((yes, no),),
    )
    await say_card(work, case, Side.AGENT, _card(about.kind, about.value), question)


async def is_second(turn: Turn, asked_by_id: int | None) -> bool:
    """Whether the one who presses is somebody else than the one who asked; if not, they are told."""
    if turn.person.id != asked_by_id:
        return True
    await turn.answer(Message(text="You asked for this yourself; a colleague has to approve it."))
    return False


async def answered(turn: Turn, case: Conversation, kind: str, value: str, *, said: str) -> None:
    """The question's card shows what became of it: `said` follows the name of whoever has answered."""
    message = Message(title=f"{_NOUN[kind]}: {said}", text=f"{turn.person.name} has {said} it.")
    await say_card(turn.work, case, Side.AGENT, _card(kind, value), message)


def _card(kind: str, value: str) -> str:
    return f"second:{kind}.approve:{value}"

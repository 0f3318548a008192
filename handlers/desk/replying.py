"""The card's Reply button: words from a form, for agents whose thread is not heard and for everybody else."""

from collections.abc import Mapping

from handlers import forms
from handlers.cases import case_of, show_case, take
from handlers.desk import replies
from handlers.heard import Submitted
from handlers.messages import Choice, FieldKind, Form, FormField, Message
from handlers.relay import NOTE
from handlers.speech import relay
from handlers.turn import Turn
from storage.tables import Conversation, Side

FORM = "case.reply"
WORDS, CANNED = "words", "reply"
LONGEST = 3000


async def ask(turn: Turn) -> None:
    """Ask for the words where a form comes in one piece; where agents type in the case, offer the canned replies."""
    if not forms.is_native(turn):
        await replies.choose(turn)
        return
    case = case_of(turn)
    customer = await turn.work.people.person(case.customer_id)
    there = await turn.work.desk.replies(turn.team.id)
    words = FormField(name=WORDS, label=f"To {customer.name}", kind=FieldKind.TEXT, required=not there,
                      hint="It goes to the customer at once. // begins a private note.")  # fmt: skip
    choices = tuple(Choice(label=one.key, value=str(one.id)) for one in there)
    canned = FormField(name=CANNED, label="Or a canned reply, shown to you first", kind=FieldKind.CHOICE,
                       required=False, choices=choices)  # fmt: skip
    fields = (words, canned) if there else (words,)
    await turn.answer(Message(form=Form(name=FORM, title="Reply", fields=fields, value=str(case.id))))


def check_form(submitted: Submitted) -> Mapping[str, str]:
    """What is wrong with the answers, by field."""
    words = submitted.answers.get(WORDS, "").strip()
    if not words and not submitted.answers.get(CANNED):
        return {WORDS: "Write something, or choose a reply."}
    return {WORDS: f"That is longer than {LONGEST} characters."} if len(words) > LONGEST else {}


async def filled(turn: Turn) -> None:
    """The form came back. Whoever answers holds the case."""
    words = turn.heard.answers.get(WORDS, "").strip() if isinstance(turn.heard, Submitted) else ""
    case = case_of(turn)
    if not words:
        await replies.chosen(turn)
    elif words.startswith(NOTE):
        await _keep(turn, case, words.removeprefix(NOTE).strip(), note=True)
    elif case.closed_at is not None or not await take(turn):
        why = "This case is closed." if case.closed_at is not None else "Somebody else holds this case."
        await turn.answer(Message(text=f"{why} Nothing was sent: “{words[:200]}”", secret=True))
    elif not await turn.work.talk.seats(case.id, Side.CUSTOMER):
        await turn.answer(Message(text=f"Nothing reaches the customer at the moment, so this was not sent: “{words}”"))
    else:
        await _keep(turn, case, words, note=False)
        case.answered_by_id = turn.person.id
        await show_case(turn.work, case)


async def _keep(turn: Turn, case: Conversation, text: str, *, note: bool) -> None:
    """The words stand in the thread too, since nobody typed them there."""
    words = Message(text=text, author=f"{'Note by ' if note else ''}{turn.person.name}")
    await relay(turn.work, case, words, author_id=turn.person.id, side=Side.AGENT, origin=turn.origin, note=note,
                echo=True)  # fmt: skip

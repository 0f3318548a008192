"""Handing a case to a colleague: by name, or by a choice, with a word that stays inside."""

from handlers import forms
from handlers.cases import began, case_of, joins, may_let_go, show_case
from handlers.desk.colleagues import colleague, speakers
from handlers.heard import Command, Submitted
from handlers.messages import Choice, FieldKind, Form, FormField, Message, id_in
from handlers.speech import say
from handlers.telling import tell_person
from handlers.turn import Turn
from handlers.words import typed
from storage.tables import Person, Side


async def assign(turn: Turn) -> None:
    """`/assign @ben`; without a name, the choice."""
    named = turn.heard.args.strip() if isinstance(turn.heard, Command) else ""
    if not named and not getattr(turn.heard, "mentions", ()):
        await choose(turn)
        return
    person = await colleague(turn, named)
    if person is None:
        names = ", ".join(one.name for one in await speakers(turn))
        await turn.answer(Message(text=f"I know no colleague {named!r}. There are: {names}."))
        return
    await _hand_over(turn, person)


async def choose(turn: Turn) -> None:
    """Ask who it shall be; the form carries the case's number."""
    case = case_of(turn)
    others = [one for one in await speakers(turn) if one.id != case.holder_id]
    if not others:
        invite = typed(turn.origin.channel, "invite")
        await turn.answer(Message(text=f"There is nobody else to hand this case to. {invite} takes somebody in."))
        return
    choices = tuple(Choice(label=one.name[:60], value=str(one.id)) for one in others)
    fields = (
        FormField(name="to", label="Hand over to", kind=FieldKind.CHOICE, choices=choices),
        FormField(name="note", label="What should they know?", hint="The customer never sees it.", required=False),
    )
    await forms.ask(turn, Form(name="assign", title="Hand over", submit="Hand over", fields=fields, value=str(case.id)))


async def chosen(turn: Turn) -> None:
    """The form came back."""
    answers = turn.heard.answers if isinstance(turn.heard, Submitted) else {}
    wanted = id_in(answers.get("to", ""))
    person = next((one for one in await speakers(turn) if one.id == wanted), None)
    if person is None:
        await turn.answer(Message(text="They do not belong to the team any more. Choose somebody else."))
        return
    await _hand_over(turn, person, answers.get("note", "").strip())


async def _hand_over(turn: Turn, to: Person, note: str = "") -> None:
    """The database decides when two hand it over at once. What `to` wrote before stays inside."""
    case = case_of(turn)
    if case.closed_at is not None:
        await turn.answer(Message(text="This case is closed. Reopen it first."))
        return
    if not await may_let_go(turn, case):
        return
    if case.holder_id == to.id:
        await turn.answer(Message(text=f"{to.name} holds this case already."))
        return
    if not await turn.work.talk.pass_on(case.id, case.holder_id, to.id):
        await turn.answer(Message(text="Somebody else was faster: look at the card."))
        return
    case.holder_id, case.held_since = to.id, began(turn.heard)
    case.answered_by_id = case.snoozed_at = case.snoozed_until = None
    turn.work.audits.note(turn.team.id, turn.person.id, "hand over", f"person {to.id}, case {case.id}")
    told = f"{turn.person.name} hands this case to {to.name}." if to.id != turn.person.id else f"{to.name} takes it."
    await say(turn.work, case, Side.AGENT, Message(text=f"{told} {note}".strip()))
    await joins(turn.work, case, to, turn.team)
    await show_case(turn.work, case)
    if to.id != turn.person.id:
        customer = await turn.work.people.person(case.customer_id)
        word = f"{turn.person.name} hands you case {case.id} · {customer.name}. It is at the desk. {note}".strip()
        await tell_person(turn.work, turn.team, to.id, Message(text=word))

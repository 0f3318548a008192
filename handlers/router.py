"""From something heard to its handler: who may, about which case, and what to say when there is no way."""

from collections.abc import Sequence

from handlers import forms, greeting, helping, misunderstandings, relay
from handlers.appointments import choosing
from handlers.appointments.choice import StaleChoice
from handlers.heard import (
    AccessChanged,
    AppRemoved,
    CameBack,
    Command,
    Edited,
    Heard,
    Moved,
    OpenedHome,
    Place,
    Press,
    Said,
    SharedPlace,
    Standing,
    Submitted,
    WentAway,
)
from handlers.house import House
from handlers.messages import Choice, FieldKind, Form, FormField, Message, id_in
from handlers.moving import connecting, newcomers, slack_leaving, switching
from handlers.moving.setup import pages
from handlers.pieces import advise
from handlers.rights import refusal
from handlers.routes import COMMAND_DOORS, FORM_DOORS, PRESS_DOORS, Door, check_form
from handlers.tracing import about, about_case
from handlers.turn import Newcomer, Turn, begin_turn
from storage.tables import Conversation, Person
from storage.work import Work

WHICH_CASE = "case"
"""The form that asks an agent which case a command is about; its value is the command."""


async def hear(house: House, work: Work, heard: Heard) -> None:
    """Decide what follows from something heard, within one transaction."""
    about(event=heard.event_id)
    if isinstance(heard, AppRemoved):
        await slack_leaving.removed(house, work, heard)
        return
    if isinstance(heard, AccessChanged):
        await slack_leaving.access_changed(work, heard)
        return
    turn = await begin_turn(house, work, heard)
    if isinstance(turn, Newcomer):
        await newcomers.hear(turn)
        return
    about_case(turn.team, turn.conversation)
    # Who is new is told that people read along before a handler keeps anything of theirs.
    await greeting.give_notice(turn)
    await advise(turn, heard)
    await _decide(turn)
    await misunderstandings.count(turn)


async def _decide(turn: Turn) -> None:
    heard = turn.heard
    # The form goes first: its question was the last thing that was asked here.
    if isinstance(heard, Said | Press) and await _fills_form(turn):
        return
    if isinstance(heard, Said) and await switching.asks_whom(turn):
        return
    try:
        await _dispatch(turn)
    except StaleChoice:
        await helping.out_of_date(turn)


async def _dispatch(turn: Turn) -> None:
    heard = turn.heard
    match heard:
        case Command():
            await _command(turn, heard)
        case Press():
            await _through(turn, PRESS_DOORS.get(heard.action), heard.value)
        case Submitted():
            await _submitted(turn, heard)
        case Said():
            await relay.said(turn)
        case Edited():
            await relay.edited(turn)
        case SharedPlace():
            await choosing.zone_chosen(turn)
        case WentAway():
            await greeting.went_away(turn)
        case CameBack():
            await greeting.came_back(turn)
        case Standing():
            await connecting.standing(turn)
        case Moved():
            await connecting.moved(turn)
        case OpenedHome():
            await pages.home(turn)


async def _fills_form(turn: Turn) -> bool:
    """Whether this was an answer to a form being asked step by step."""
    heard = turn.heard
    if isinstance(heard, Press) and heard.action not in {forms.ANSWER, forms.SKIP}:
        return False
    draft = await forms.open_draft(turn)
    if draft is None:
        return False
    form = Form.model_validate_json(draft.form)
    # A picture or a press is no answer to it.
    if form.lenient and not getattr(heard, "text", ""):
        return False
    submitted = await forms.answered(turn, draft, check_form)
    if submitted is not None:
        problems = check_form(submitted)
        if problems and form.lenient:
            return False
        if problems:
            await forms.refused(turn, form, submitted.answers, dict(problems))
        else:
            turn.heard = submitted
            await _submitted(turn, submitted)
    return True


async def _command(turn: Turn, heard: Command) -> None:
    door = COMMAND_DOORS.get(heard.name)
    if door is None:
        await _no_such_command(turn, heard)
    elif await _may(turn, door) and (not door.asks_case(turn) or await _finds_case(turn, heard)):
        await door.open(turn)


async def _no_such_command(turn: Turn, heard: Command) -> None:
    """While a person answers, Bellhop keeps silent: what is no command of ours are words for them."""
    case = turn.conversation
    if case is None or case.holder_id is None or turn.is_agent or turn.origin.place is Place.GROUP:
        await helping.unknown(turn, heard.name)
        return
    told = heard.model_dump(include={"event_id", "origin", "sender", "at"})
    turn.heard = Said.model_validate(told | {"text": f"/{heard.name} {heard.args}".strip()})
    await relay.said(turn)


async def _submitted(turn: Turn, heard: Submitted) -> None:
    if heard.form == WHICH_CASE:
        await _case_chosen(turn, heard)
    else:
        await _through(turn, FORM_DOORS.get(heard.form), heard.value)


async def _through(turn: Turn, door: Door | None, value: str) -> None:
    if door is None:
        await helping.out_of_date(turn)
        return
    if not await _may(turn, door):
        return
    if door.names_case and not await _named_case(turn, value):
        return
    await door.open(turn)


async def _may(turn: Turn, door: Door) -> bool:
    if turn.may(door.right):
        return True
    await turn.answer(Message(text=refusal(turn.role_kind, door.right, turn.team.name)))
    return False


async def _named_case(turn: Turn, value: str) -> bool:
    """The case whose number a press carries, if it is the team's own."""
    case = await turn.work.talk.conversation(id_in(value.partition("|")[0]))
    if case is None or case.team_id != turn.team.id:
        await turn.answer(Message(text="There is no such case here."))
        return False
    turn.conversation = case
    return True


async def _finds_case(turn: Turn, heard: Command) -> bool:
    """The case a command is about: the thread's, else the only one the agent holds, else they choose."""
    if turn.conversation is not None and (turn.origin.place is not Place.PRIVATE):
        return True
    cases = await turn.work.talk.held_by(turn.team.id, turn.person.id)
    if len(cases) == 1:
        turn.conversation = cases[0][0]
        return True
    cases = cases or await turn.work.talk.open_cases(turn.team.id)
    if not cases:
        await turn.answer(Message(text="There is no open case. It begins when a customer writes or books."))
    else:
        await forms.ask(turn, _which_case(cases, heard))
    return False


def _which_case(cases: Sequence[tuple[Conversation, Person]], heard: Command) -> Form:
    choices = tuple(Choice(label=f"Case {case.id} · {who.name}", value=str(case.id)) for case, who in cases)
    field = FormField(name="case", label="Which case?", kind=FieldKind.CHOICE, choices=choices)
    value = f"{heard.name} {heard.args}".strip()
    return Form(name=WHICH_CASE, title="Which case?", submit="Go on", fields=(field,), value=value)


async def _case_chosen(turn: Turn, heard: Submitted) -> None:
    """The command waits in the form's value."""
    name, _, args = heard.value.partition(" ")
    door = COMMAND_DOORS.get(name)
    if door is None or not door.asks_case(turn):
        return
    if not await _may(turn, door) or not await _named_case(turn, heard.answers.get("case", "")):
        return
    turn.heard = Command(
        event_id=heard.event_id, origin=heard.origin, sender=heard.sender, at=heard.at, name=name, args=args
    )
    await door.open(turn)

"""Who belongs to a team: the list, and changing what somebody may do. For owners."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from booking.zones import date_label
from handlers.desk.colleagues import own_role
from handlers.desk.leaving import stop_speaking
from handlers.heard import Press
from handlers.messages import Button, Message, Pair, Style, id_in, rows
from handlers.rights import Right, may
from handlers.telling import tell_person
from handlers.turn import Turn
from handlers.words import clock_time, typed
from storage.tables import Person, Role, RoleKind

AHEAD = timedelta(days=366)
SHOWN = 40
"""People with a button of their own; Slack takes fifty blocks."""
MEANS = {
    RoleKind.OWNER: "talks to customers and decides who belongs to the team",
    RoleKind.AGENT: "talks to customers and asks for money",
    RoleKind.VIEWER: "sees the agenda and the cases, and changes nothing",
}


async def people(turn: Turn) -> None:
    """`/people`: everyone with a role, and the invitations that are open."""
    roles = await turn.work.people.roles_of(turn.team.id)
    lines, buttons = [], []
    for role in roles:
        person = await turn.work.people.person(role.person_id)
        you = ", you" if person.id == turn.person.id else ""
        lines.append(Pair(label=person.name, value=f"{role.kind.value}{you}"))
        if not you:
            buttons.append(Button(label=person.name[:60], action="people.one", value=str(role.id)))
    for one in await turn.work.desk.open_invitations(turn.team.id):
        day = date_label(one.expires_at.astimezone(ZoneInfo(turn.zone)).date())
        until = f"{day}, {clock_time(one.expires_at, turn.zone)}"
        lines.append(Pair(label="Invited by link", value=f"{one.kind.value}, until {until}"))
        buttons.append(Button(label=f"Withdraw the {one.kind.value}'s link", action="invite.drop", value=str(one.id)))
    press = "Press a name to change what they may do. " if buttons else ""
    settings = Button(label="Settings", action="setup.menu")
    await turn.answer(
        Message(
            title=f"People of {turn.team.name}",
            pairs=tuple(lines),
            footnote=f"{press}{typed(turn.origin.channel, 'invite')} @ana agent takes somebody in.",
            buttons=(*rows(buttons[:SHOWN], 2), (settings,)),
            secret=True,
        ),
        edit=isinstance(turn.heard, Press),
    )


async def one(turn: Turn) -> None:
    """One person, and what can be changed. The press carries the role's number."""
    found = await _changeable(turn)
    if found is None:
        return
    role, person = found
    others = [kind for kind in RoleKind if kind is not role.kind]
    change = [
        Button(label=f"Make {kind.value}", action="people.role", value=f"{role.id}|{kind.value}") for kind in others
    ]
    remove = Button(label="Remove", action="people.remove", value=str(role.id), style=Style.DANGER)
    back = Button(label="Back", action="people")
    text = f"{_is(role.kind)} of {turn.team.name}: {MEANS[role.kind]}."
    await turn.answer(
        Message(title=person.name, text=text, buttons=(tuple(change), (remove, back)), secret=True), edit=True
    )


def _is(kind: RoleKind) -> str:
    return f"{'An' if kind is not RoleKind.VIEWER else 'A'} {kind.value}"


async def _changeable(turn: Turn) -> tuple[Role, Person] | None:
    """Somebody else of the team; nobody changes their own role, so that one owner always stays."""
    value = getattr(turn.heard, "value", "").partition("|")[0]
    found = await own_role(turn, id_in(value))
    if found is None:
        await turn.answer(Message(text="There is nobody like that in the team any more."))
        return None
    if found[1].id == turn.person.id:
        await turn.answer(Message(text="Nobody changes their own role; another owner can change yours."))
        return None
    return found


async def change_role(turn: Turn) -> None:
    """The press carries the role's number and what it becomes."""
    found = await _changeable(turn)
    if found is None:
        return
    word = getattr(turn.heard, "value", "").partition("|")[2]
    if word not in set(RoleKind):
        await turn.answer(Message(text="There are owner, agent and viewer."))
        return
    await grant(turn, found[1], RoleKind(word), edit=True)


async def grant(turn: Turn, person: Person, kind: RoleKind, *, edit: bool = False) -> None:
    """From now on the person is that in the team, whatever they were; who asked for it is answered."""
    role = await turn.work.people.role(turn.team.id, person.id)
    if role is not None and person.id == turn.person.id and role.kind is RoleKind.OWNER:
        await turn.answer(Message(text="Nobody changes their own role; another owner can change yours."))
        return
    if role is not None and role.kind is kind:
        await turn.answer(Message(text=f"{_who(turn, person)} {_is(kind).lower()} of {turn.team.name} already."))
        return
    if role is None:
        role = Role(team_id=turn.team.id, person_id=person.id, kind=kind)
        await turn.work.people.add(role)
    freed = 0
    if may(role.kind, Right.AGENT) and not may(kind, Right.AGENT):
        freed = await stop_speaking(turn.work, turn.team, person)
    role.kind = kind
    turn.work.audits.note(turn.team.id, turn.person.id, f"made {kind.value}", f"person {person.id}")
    means = f"{_is(kind)} {MEANS[kind]}."
    text = f"{_who(turn, person)} {_is(kind).lower()} of {turn.team.name} now. {means}{_back_to_the_desk(freed)}"
    await turn.answer(Message(text=text), edit=edit)
    if person.id != turn.person.id:
        news = f"{turn.person.name} made you {_is(kind).lower()} of {turn.team.name}. {means}"
        await tell_person(turn.work, turn.team, person.id, Message(text=news))


def _who(turn: Turn, person: Person) -> str:
    return "You are" if person.id == turn.person.id else f"{person.name} is"


def _back_to_the_desk(cases: int) -> str:
    if not cases:
        return ""
    return f" {'One case went' if cases == 1 else f'{cases} cases went'} back to the desk."


async def ask_remove(turn: Turn) -> None:
    """Before somebody is removed: what will follow."""
    found = await _changeable(turn)
    if found is None:
        return
    role, person = found
    held = len(await turn.work.talk.held_by(turn.team.id, person.id))
    cases = {0: "They hold no case.", 1: "The case they hold goes back to the desk."}
    text = cases.get(held, f"The {held} cases they hold go back to the desk.")
    yes = Button(label="Remove", action="people.gone", value=str(role.id), style=Style.DANGER)
    back = Button(label="Back", action="people.one", value=str(role.id))
    title = f"Remove {person.name} from {turn.team.name}?"
    text += " Their links into video rooms open nothing any more."
    await turn.answer(Message(title=title, text=text, buttons=((yes, back),), secret=True), edit=True)


async def remove(turn: Turn) -> None:
    """Somebody leaves the team."""
    found = await _changeable(turn)
    if found is None:
        return
    role, person = found
    declared = bool(role.slug)
    freed = await stop_speaking(turn.work, turn.team, person)
    await turn.work.people.remove(role)
    turn.work.audits.note(turn.team.id, turn.person.id, "removed", f"person {person.id}")
    ahead = await turn.work.bookings.agenda(turn.team.id, turn.work.now, turn.work.now + AHEAD, person.id)
    told = [f"{person.name} does not belong to {turn.team.name} any more.{_back_to_the_desk(freed)}"]
    if ahead:
        agenda = typed(turn.origin.channel, "agenda")
        told.append(f"They have {len(ahead)} bookings ahead: {agenda} shows which; somebody else has to take them.")
    if declared:
        told.append("They stand in the team's file: take them out there too, or they are back when it is applied.")
    await turn.answer(Message(text=" ".join(told)), edit=True)
    news = Message(text=f"You do not belong to {turn.team.name} any more. Thank you for your work.")
    await tell_person(turn.work, turn.team, person.id, news)

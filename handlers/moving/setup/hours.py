"""When the people of a team can be booked, changed in the messenger."""

from handlers import forms
from handlers.appointments.choice import StaleChoice
from handlers.heard import Press, Submitted
from handlers.messages import Button, Form, FormField, Message, Pair, id_in, rows
from handlers.moving.setup.asked import DECLARED, check_hours, hours_in
from handlers.rights import SPEAKS
from handlers.turn import Turn
from storage.tables import Hours, Person, Role

FORM = "setup.hours"
USUAL = "Mon-Fri 09:00-17:00"
SHOWN = 40


async def overview(turn: Turn) -> None:
    """Everybody who talks to customers, and when; an owner alone is asked at once."""
    people = await _people(turn)
    if len(people) == 1 and not await turn.work.people.hours_of(turn.team.id) and not people[0][0].slug:
        await forms.ask(turn, await _form(turn, people[0][1]))
        return
    await turn.answer(await _list(turn), edit=isinstance(turn.heard, Press))


async def _people(turn: Turn) -> list[tuple[Role, Person]]:
    roles = [role for role in await turn.work.people.roles_of(turn.team.id) if role.kind in SPEAKS]
    return [(role, await turn.work.people.person(role.person_id)) for role in roles]


async def _list(turn: Turn, said: str = "") -> Message:
    there = {row.person_id: row for row in await turn.work.people.hours_of(turn.team.id)}
    people = await _people(turn)
    lines = tuple(Pair(label=person.name, value=_told(there.get(person.id))) for _, person in people)
    buttons = [
        Button(label=person.name[:60], action="setup.hours.of", value=str(person.id))
        for role, person in people[:SHOWN]
        if not role.slug
    ]
    back = Button(label="Back", action="setup.menu")
    return Message(
        title=f"Hours of {turn.team.name}",
        text=said,
        pairs=lines,
        footnote=DECLARED if len(buttons) < len(people) else "Press a name to change it.",
        buttons=(*rows(buttons, 2), (back,)),
    )


def _told(hours: Hours | None) -> str:
    closed = f"; closed on {hours.closed.replace(',', ', ')}" if hours and hours.closed else ""
    return f"{hours.text} ({hours.zone}){closed}" if hours else "not to be booked"


async def ask(turn: Turn) -> None:
    """Ask when somebody works."""
    person = await _changeable(turn)
    if person is not None:
        await forms.ask(turn, await _form(turn, person))


async def _changeable(turn: Turn) -> Person | None:
    """Who a press or a form names, if they talk to customers and the team's file does not say when; else it is told."""
    value = turn.heard.value if isinstance(turn.heard, Press | Submitted) else ""
    found = next(((role, person) for role, person in await _people(turn) if person.id == id_in(value)), None)
    if found is None:
        await turn.answer(Message(text="There is nobody like that who talks to your customers."))
        return None
    if found[0].slug:
        await turn.answer(Message(text=DECLARED))
        return None
    return found[1]


async def _form(turn: Turn, person: Person) -> Form:
    there = next((row for row in await turn.work.people.hours_of(turn.team.id) if row.person_id == person.id), None)
    return Form(
        name=FORM,
        title="Hours",
        submit="Save",
        value=str(person.id),
        fields=(
            FormField(name="hours", label=f"When can {person.name[:60]} be booked?",
                      example=f"{USUAL}; Sat 10:00-14:00", initial=there.text if there else USUAL),
            FormField(name="zone", label="In which time zone?", example="Berlin",
                      initial=there.zone if there else person.zone or turn.team.zone),
            FormField(name="closed", label="On which days not?", hint="Dates with commas between them.",
                      example="2026-12-24, 2026-12-25", required=False, initial=there.closed if there else ""),
        ),
    )  # fmt: skip


async def saved(turn: Turn) -> None:
    """The form is filled in."""
    heard = turn.heard
    if not isinstance(heard, Submitted) or check_hours(heard):
        raise StaleChoice
    person = await _changeable(turn)
    if person is None:
        return
    told = hours_in(heard)
    closed = ",".join(day.isoformat() for day in sorted(set(told.closed)))
    there = next((row for row in await turn.work.people.hours_of(turn.team.id) if row.person_id == person.id), None)
    if there is None:
        there = Hours(team_id=turn.team.id, person_id=person.id, zone="", text="")
    there.zone, there.text, there.closed = told.time_zone or turn.team.zone, told.hours, closed
    await turn.work.people.add(there)
    turn.work.audits.note(turn.team.id, turn.person.id, "hours changed", f"person {person.id}")
    await turn.answer(await _list(turn, "Saved."))

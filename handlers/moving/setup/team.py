"""What a team says of itself, changed in the messenger: name, words about it, clock, money."""

from handlers import forms
from handlers.appointments.choice import StaleChoice
from handlers.heard import Submitted
from handlers.messages import FieldKind, Form, FormField, Message
from handlers.moving.setup.asked import DECLARED, check_team, team_in
from handlers.moving.setup.pages import owners_page
from handlers.turn import Turn

FORM = "setup.team"


async def ask(turn: Turn) -> None:
    """Ask for all of it, each with what stands there now."""
    team = turn.team
    if team.declared:
        await turn.answer(Message(text=DECLARED))
        return
    fields = (
        FormField(name="name", label="What is your team called?", initial=team.name),
        FormField(name="about", label="What do customers read about it?", kind=FieldKind.TEXT, required=False,
                  initial=team.about),
        FormField(name="zone", label="Which time zone does it work in?", hint="A city will do.", initial=team.zone),
        FormField(name="currency", label="Which currency are its prices in?", initial=team.currency,
                  hint="Prices that stand already keep theirs."),
    )  # fmt: skip
    await forms.ask(turn, Form(name=FORM, title="The team", submit="Save", fields=fields))


async def saved(turn: Turn) -> None:
    """The form is filled in."""
    heard, team = turn.heard, turn.team
    if not isinstance(heard, Submitted) or check_team(heard):
        raise StaleChoice
    if team.declared:
        await turn.answer(Message(text=DECLARED))
        return
    told = team_in(heard)
    if told.currency != team.currency and team.approve_above_minor is not None:
        # The limit is a sum in the money of before.
        team.approve_above_minor = 0
    if told.currency != team.currency and team.overtime_minor:
        team.overtime_minor = None
    team.name, team.about, team.currency, team.zone = told.name, told.about, told.currency, told.time_zone
    turn.work.audits.note(team.id, turn.person.id, "team changed", team.name)
    page = await owners_page(turn)
    await turn.answer(page.model_copy(update={"text": "Saved."}))

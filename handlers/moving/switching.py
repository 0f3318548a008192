"""Several teams on one bot: choosing the one to talk to, and asking whom words are for when that is not clear."""

from pydantic import ValidationError

from handlers import forms, relay
from handlers.appointments.choice import StaleChoice
from handlers.cases import MENU
from handlers.heard import Place, Press, Said, Submitted
from handlers.messages import Button, Choice, FieldKind, Form, FormField, Message, id_in, rows
from handlers.tenants import speaker_of, teams_met
from handlers.turn import Turn, turn_with
from storage.tables import ChannelAccount, Team

WHOM = "whom"
"""The form that asks whom words are for; its value is what was said."""
SHOWN = 20


async def teams(turn: Turn) -> None:
    """`/teams`: the teams this person has met here, each with a button that leads to it."""
    account = _shared(turn)
    met = list(await teams_met(turn.work, account, turn.person)) if account else [turn.team]
    if len(met) == 1:
        text = f"You talk to {turn.team.name}. Another team's link or code brings you to that team."
        await turn.answer(Message(text=text, buttons=MENU))
        return
    buttons = [Button(label=team.name, action="team", value=str(team.id)) for team in met[:SHOWN]]
    text = f"You talk to {turn.team.name} now. What you write reaches the team you talk to."
    await turn.answer(Message(title="Your teams", text=text, buttons=rows(buttons)))


async def switch(turn: Turn) -> None:
    """A team's button: from now on this person talks to that team."""
    account = _shared(turn)
    team = await _met(turn, turn.heard.value if isinstance(turn.heard, Press) else "")
    if account is None or team is None:
        raise StaleChoice
    await forms.drop(turn)
    await turn.work.sharing.choose(account.id, turn.person.id, team.id)
    turn.speaker = await speaker_of(turn.work, account, team)
    await turn.answer(Message(text=f"You talk to {team.name} now.", buttons=MENU))


async def asks_whom(turn: Turn) -> bool:
    """Ask whom words are for, if a person of another team has written since this one was chosen; True when asked."""
    account, heard = _shared(turn), turn.heard
    if account is None or turn.origin.place is not Place.PRIVATE or not isinstance(heard, Said):
        return False
    current, *others = await turn.work.sharing.acquaintances(account.id, turn.person.id)
    since = max(current.chosen_at, current.spoke_at or current.chosen_at)
    spoke = [one.team_id for one in others if one.spoke_at is not None and one.spoke_at > since]
    if not spoke:
        return False
    options = [*[await turn.work.people.team(team_id) for team_id in spoke], turn.team]
    await forms.ask(turn, _whom(options, heard))
    return True


def _whom(options: list[Team], said: Said) -> Form:
    choices = tuple(Choice(label=team.name, value=str(team.id)) for team in options)
    field = FormField(name="team", label="Whom is this for?", kind=FieldKind.CHOICE, choices=choices)
    return Form(
        name=WHOM, title="Whom is this for?", submit="Pass it on", fields=(field,), value=said.model_dump_json()
    )


async def whom_chosen(turn: Turn) -> None:
    """Pass the words on to the team that was meant; from now on this person talks to it."""
    account, heard = _shared(turn), turn.heard
    if account is None or not isinstance(heard, Submitted):
        raise StaleChoice
    team, said = await _met(turn, heard.answers.get("team", "")), _said(heard)
    if team is None or said is None:
        raise StaleChoice
    await turn.work.sharing.choose(account.id, turn.person.id, team.id)
    meant = await turn_with(turn.house, turn.work, said, team, turn.person, account)
    await relay.said(meant)
    await meant.answer(Message(text=f"Passed on to {team.name}. You talk to them now."))


def _said(heard: Submitted) -> Said | None:
    """The words that wait in the form, said by whoever filled it in, where they did."""
    try:
        said = Said.model_validate_json(heard.value)
    except ValidationError:
        return None
    here = heard.origin.model_copy(update={"message_id": said.origin.message_id})
    return said.model_copy(update={"origin": here, "sender": heard.sender})


def _shared(turn: Turn) -> ChannelAccount | None:
    """The account this was said to, if several teams may share it."""
    return turn.account if turn.account is not None and turn.account.team_id is None else None


async def _met(turn: Turn, value: str) -> Team | None:
    account = _shared(turn)
    met = await teams_met(turn.work, account, turn.person) if account else ()
    return next((team for team in met if team.id == id_in(value)), None)

"""A team that its owner sets up in the chat, on a bot that is open to new teams."""

import re
import unicodedata
from collections.abc import Mapping

from babel.core import get_global
from babel.numbers import get_territory_currencies

from booking.zones import likely_zones
from handlers import forms
from handlers.appointments.choice import StaleChoice
from handlers.greeting import zone_typed
from handlers.heard import Submitted
from handlers.messages import Button, Form, FormField, Message, Style
from handlers.tenants import speaker_of
from handlers.turn import Spoken
from payments.currencies import in_use
from storage.tables import Role, RoleKind, Team
from storage.work import Work

FORM = "team.new"
LONGEST_NAME = 80
LONGEST_SLUG = 40


def is_open(spoken: Spoken) -> bool:
    """Whether anybody may set up a team of their own on this bot."""
    shared = spoken.account is not None and spoken.account.team_id is None
    return shared and spoken.origin.channel in spoken.house.open_bots


OFFER = Button(label="Set up a team of my own", action=FORM, style=Style.PRIMARY)


async def ask(spoken: Spoken) -> None:
    """Ask what a new team is called, which clock and which money it goes by."""
    if is_open(spoken):
        await forms.ask(spoken, _form(spoken))
    else:
        await spoken.answer(Message(text="New teams are set up by whoever runs this bot."))


def _form(spoken: Spoken) -> Form:
    zone = spoken.person.zone or next(iter(likely_zones(spoken.person.language, "")), "")
    return Form(
        name=FORM,
        title="A new team",
        submit="Set it up",
        fields=(
            FormField(name="name", label="What is your team called?", hint="Customers read this name.",
                      example="Bright Studio"),
            FormField(name="zone", label="Which time zone does it work in?", hint="A city will do.", example="Berlin",
                      initial=zone),
            FormField(name="currency", label="Which currency are its prices in?", example="EUR",
                      initial=_likely_currency(spoken.person.language)),
        ),
    )  # fmt: skip


def _likely_currency(language: str) -> str:
    """The money of the country where most speakers of a language live."""
    subtags = str(get_global("likely_subtags").get(language.partition("-")[0], ""))
    current = get_territory_currencies(subtags.rpartition("_")[2]) if subtags else []
    return current[0] if current else "USD"


def check(submitted: Submitted) -> Mapping[str, str]:
    """What cannot be right, by field."""
    answers = submitted.answers
    problems = {}
    if not 1 <= len(answers.get("name", "").strip()) <= LONGEST_NAME:
        problems["name"] = f"A name has 1 to {LONGEST_NAME} characters."
    if not zone_typed(answers.get("zone", "")):
        problems["zone"] = "I know no such time zone. Try a city, such as Berlin."
    if answers.get("currency", "").strip().upper() not in in_use():
        problems["currency"] = "I know no such currency. Write its three letters, such as USD."
    return problems


async def founded(spoken: Spoken) -> None:
    """The form is filled in: the team is there, and whoever filled it in owns it."""
    heard, account = spoken.heard, spoken.account
    if not isinstance(heard, Submitted) or account is None or not is_open(spoken) or check(heard):
        raise StaleChoice
    zone = zone_typed(heard.answers["zone"])
    currency = heard.answers["currency"].strip().upper()
    team = await new_team(spoken.work, heard.answers["name"].strip(), currency=currency, zone=zone)
    await spoken.work.people.add(Role(team_id=team.id, person_id=spoken.person.id, kind=RoleKind.OWNER))
    spoken.person.zone = spoken.person.zone or zone
    await spoken.work.sharing.move_in(account.id, team.id)
    await spoken.work.sharing.choose(account.id, spoken.person.id, team.id)
    go_on = Button(label="Go on", action="setup", style=Style.PRIMARY)
    text = "Next: where your agents meet their customers, what you sell, and when you work."
    shown = Message(title=f"{team.name} is set up", text=text, buttons=((go_on,),))
    await spoken.answer(shown.model_copy(update={"speaker": await speaker_of(spoken.work, account, team)}))


async def new_team(work: Work, name: str, *, currency: str, zone: str) -> Team:
    """A team of that name that moves in by itself, with a word of its own for links."""
    slug = await free_slug(work, name)
    team = Team(slug=slug, name=name, currency=currency, zone=zone, guest=True, made_at=work.now)
    await work.people.add(team)
    return team


async def free_slug(work: Work, name: str) -> str:
    """A word for links, made from a name, that no team has yet: `bright-studio`, `bright-studio-2`."""
    plain = slug_of(name) or "team"
    number, slug = 1, plain
    while await work.people.team_by_slug(slug) is not None:
        number += 1
        slug = f"{plain}-{number}"
    return slug


def slug_of(name: str) -> str:
    """A name in small letters, digits and dashes; empty when nothing of it can be written so."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", letters).strip("-")[:LONGEST_SLUG].rstrip("-")

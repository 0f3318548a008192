"""Answers to the owner's forms, read by the same rules as a team's file."""

from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationError

from handlers.declared import AfterPayment, Agent, Currency, Name, Offer, Zone
from handlers.declared_parts import Part
from handlers.greeting import zone_typed
from handlers.heard import Submitted

SENTENCES = {
    "name": "A name has 1 to 120 characters.",
    "about": "That is too long: at most 1000 characters.",
    "description": "That is too long: at most 500 characters.",
    "minutes": "A length is whole minutes in steps of five, from 5 to 1440.",
    "cancel_free_hours": "Hours are a whole number, such as 24.",
    "late_fee_percent": "A fee is a whole number of percent, from 0 to 100.",
    "closed": "Closed days are dates with commas between them, such as 2026-12-24, 2026-12-25.",
    "link": "An address begins with https://",
    "tips": "Tips are up to five whole percents, the smallest first, such as 5, 10, 15.",
    "deposit": "A deposit is a part between 0 and 100 percent, such as 30.",
    "overtime_after": "Minutes are a whole number, such as 5.",
    "code": "A code has 3 to 32 letters, digits and dashes, such as SPRING.",
    "percent": "A part is between 0 and 100 percent, such as 10 %.",
    "uses": "How often is a whole number, such as 100.",
    "from": "A day is written like 2026-03-01.",
    "until": "A day is written like 2026-03-31.",
}
"""For what a person typed; where a rule explains itself better, its own sentence is used."""
DECLARED = "The team's file declares this. Change it there, and whoever runs this program applies it."


class TeamTold(Part):
    """What a team says of itself."""

    name: Name
    about: Annotated[str, Field(max_length=1000)] = ""
    currency: Currency
    time_zone: Annotated[Zone, BeforeValidator(zone_typed)]


class PolicyTold(Part):
    """What cancelling costs."""

    cancel_free_hours: Annotated[int, Field(ge=0, le=24 * 366)]
    late_fee_percent: Annotated[int, Field(ge=0, le=100)]


def offer_in(submitted: Submitted, currency: str, slug: str = "service") -> Offer:
    """The service in a form. Raises ValidationError."""
    told = submitted.answers
    after = AfterPayment.model_validate({"text": told.get("after", ""), "link": told.get("link", "")})
    plain = {name: told.get(name, "").strip() for name in ("name", "minutes", "price", "description")}
    return Offer.model_validate({**plain, "slug": slug, "after_payment": after}, context={"currency": currency})


def hours_in(submitted: Submitted) -> Agent:
    """Somebody's hours in a form. Raises ValidationError."""
    told = submitted.answers
    closed = [day.strip() for day in told.get("closed", "").split(",") if day.strip()]
    plain = {"hours": told.get("hours", "").strip(), "time_zone": zone_typed(told.get("zone", "")), "closed": closed}
    return Agent.model_validate({**plain, "slug": "agent", "name": "agent"})


def team_in(submitted: Submitted) -> TeamTold:
    """What a team says of itself in a form. Raises ValidationError."""
    told = submitted.answers
    zone = {"time_zone": told.get("zone", "")}
    return TeamTold.model_validate({name: told.get(name, "").strip() for name in ("name", "about", "currency")} | zone)


def policy_in(submitted: Submitted) -> PolicyTold:
    """What cancelling costs in a form. Raises ValidationError."""
    told = submitted.answers
    names = {"cancel_free_hours": "free", "late_fee_percent": "fee"}
    return PolicyTold.model_validate({name: told.get(field, "").strip(" %") for name, field in names.items()})


FIELDS = {
    "time_zone": "zone",
    "cancel_free_hours": "free",
    "late_fee_percent": "fee",
    "from": "since",
    "percent": "off",
}
"""The form's fields that are called otherwise."""


def problems(error: ValidationError) -> Mapping[str, str]:
    """What is wrong, a sentence for each field of the form."""
    found: dict[str, str] = {}
    for each in error.errors():
        name = str(each["loc"][0]) if each["loc"] else ""
        ours = each["msg"].removeprefix("Value error, ") if each["type"] == "value_error" else ""
        sentence = ours[:1].upper() + ours[1:] if ours else SENTENCES.get(name, "This cannot be read.")
        found.setdefault(FIELDS.get(name, name), sentence)
    return found


def check_service(submitted: Submitted) -> Mapping[str, str]:
    """What is wrong with a service's form; its value carries the team's currency."""
    return checked(lambda: offer_in(submitted, submitted.value.partition("|")[2]))


def check_hours(submitted: Submitted) -> Mapping[str, str]:
    """What is wrong with somebody's hours."""
    return {**checked(lambda: hours_in(submitted)), **_check_zone(submitted)}


def check_team(submitted: Submitted) -> Mapping[str, str]:
    """What is wrong with a team's form."""
    return {**checked(lambda: team_in(submitted)), **_check_zone(submitted)}


def _check_zone(submitted: Submitted) -> Mapping[str, str]:
    known = zone_typed(submitted.answers.get("zone", ""))
    return {} if known else {"zone": "I know no such time zone. Try a city, such as Berlin."}


def check_policy(submitted: Submitted) -> Mapping[str, str]:
    """What is wrong with a policy's form."""
    return checked(lambda: policy_in(submitted))


def checked(read: Callable[[], object]) -> Mapping[str, str]:
    """What is wrong with answers that this reads, by field."""
    try:
        read()
    except ValidationError as error:
        return problems(error)
    return {}

"""A team declared in TOML: who it is, who works there and when, what it sells. A mistake is named by its place."""

import tomllib
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from booking.hours import format_hours, parse_hours
from booking.zones import zones
from handlers.declared_parts import Part, read_limit, read_price
from handlers.declared_prices import CouponOffer, Pricing
from handlers.declared_webhook import Web, Webhook
from handlers.fulfilment import Fulfilment
from handlers.messages import Attachment
from handlers.privacy.terms import DAYS, Days
from payments.currencies import in_use
from payments.money import Money
from payments.pretend import Pretend
from payments.registry import EVERY
from storage.tables import RoleKind
from video.registry import PROVIDERS

PRETENDS_LIVE = "gateway: “pretend” moves no money, so a live team may not name it; name a payment account, or none"


class TeamFileError(Exception):
    """The file cannot be applied; `sentences` says why, each naming its place in the file."""

    def __init__(self, *sentences: str) -> None:
        super().__init__("; ".join(sentences))
        self.sentences = sentences


def _zone(name: str) -> str:
    if name not in zones():
        raise ValueError(f"“{name}” is no time zone; write one such as Europe/Berlin")
    return ZoneInfo(name).key


def _currency(code: str) -> str:
    if code.upper() not in in_use():
        raise ValueError(f"“{code}” is no currency in use; write one such as USD")
    return code.upper()


def _hours(text: str) -> str:
    spans = parse_hours(text) if text else ()
    if any(time.minute % 5 for span in spans for time in (span.opens, span.closes)):
        raise ValueError("hours begin and end on full five minutes, as in 09:05-17:00")
    return format_hours(spans) if spans else ""


def _gateways(names: str | tuple[str, ...]) -> str:
    named = (names,) if isinstance(names, str) else names
    return ",".join(_one_of(name, EVERY) for name in named)


def _room(name: str) -> str:
    return _one_of(name, PROVIDERS)


def _one_of(name: str, there: Iterable[str]) -> str:
    if name and name not in there:
        raise ValueError(f"there is no “{name}”; there is {' and '.join(sorted(there))}")
    return name


Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Name = Annotated[str, Field(min_length=1, max_length=120)]
Zone = Annotated[str, AfterValidator(_zone)]
Currency = Annotated[str, AfterValidator(_currency)]
# Telegram's ids are numbers, and a person may write them as such.
PlatformId = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)]


class Legal(Part):
    """What stands on receipts: who sells by law, and tax in percent, which is in the prices unless said otherwise."""

    name: Annotated[str, Field(max_length=120)] = ""
    address: Annotated[str, Field(max_length=500), AfterValidator(str.strip)] = ""
    tax_id: Annotated[str, Field(max_length=64)] = ""
    tax_rate: Annotated[Decimal | None, Field(ge=0, le=100, decimal_places=2)] = None
    prices_include_tax: bool = True

    @property
    def hundredths(self) -> int | None:
        """The rate in hundredths of a percent."""
        return None if self.tax_rate is None else int(self.tax_rate * 100)


class Privacy(Part):
    """How long what people wrote is kept after their conversation was closed."""

    keep_messages: Days = DAYS


class Desks(Part):
    """Where the agents meet their cases: a Slack channel's id, a Telegram forum group's id."""

    slack: PlatformId = ""
    telegram: PlatformId = ""


class Agent(Part):
    """Somebody of the team. `hours` are theirs in their own zone; none: not to be booked."""

    slug: Slug
    name: Name
    role: RoleKind = RoleKind.AGENT
    slack: PlatformId = ""
    telegram: PlatformId = ""
    time_zone: Zone | Literal[""] = ""
    hours: Annotated[str, AfterValidator(_hours)] = "Mon-Fri 09:00-17:00"
    closed: tuple[date, ...] = ()

    @property
    def known_as(self) -> dict[str, str]:
        """Their id in each channel."""
        return {name: value for name in ("slack", "telegram") if (value := getattr(self, name))}


class AfterPayment(Part):
    """What the customer gets once it is paid. `file` is text of our own, sent as a file called `file_name`."""

    text: str = ""
    link: Web = ""
    link_label: Name = "Open"
    file: str = ""
    file_name: Name = "purchase.txt"

    def fulfilment(self) -> Fulfilment:
        """As it is kept with the service."""
        content = self.file.encode()
        file = Attachment(name=self.file_name, mime="text/plain", size=len(content), content=content)
        return Fulfilment(text=self.text, link=self.link, link_label=self.link_label, file=file if content else None)


class Offer(Part):
    """A service. Lengths in minutes; `notice` before the start, `horizon` in days ahead."""

    slug: Slug
    name: Name
    minutes: Annotated[int, Field(ge=5, le=24 * 60, multiple_of=5)]
    price: Annotated[Money | None, BeforeValidator(read_price)] = None
    description: Annotated[str, Field(max_length=500)] = ""
    step: Annotated[int, Field(ge=5, le=24 * 60, multiple_of=5)] = 30
    pause: Annotated[int, Field(ge=0, le=24 * 60, multiple_of=5)] = 0
    notice: Annotated[int, Field(ge=0)] = 60
    horizon: Annotated[int, Field(ge=1, le=366)] = 30
    cancel_free_hours: Annotated[int, Field(ge=0)] = 24
    late_fee_percent: Annotated[int, Field(ge=0, le=100)] = 0
    after_payment: AfterPayment = AfterPayment()


class TeamFile(Part):
    """The whole file. `live`: customers pay real money, so nothing may pretend."""

    name: Name
    slug: Slug
    currency: Currency
    time_zone: Zone
    about: Annotated[str, Field(max_length=1000)] = ""
    gateway: Annotated[str | tuple[str, ...], AfterValidator(_gateways)] = ""
    live: bool = False
    approve_above: Annotated[Money | None, BeforeValidator(read_limit)] = None
    room: Annotated[str, AfterValidator(_room)] = ""
    legal: Legal = Legal()
    pricing: Pricing = Pricing()
    privacy: Privacy = Privacy()
    webhook: Webhook | None = None
    desks: Desks = Desks()
    agents: tuple[Agent, ...] = ()
    services: tuple[Offer, ...] = ()
    coupons: tuple[CouponOffer, ...] = ()

    @field_validator("coupons")
    @classmethod
    def _one_of_each(cls, offers: tuple[CouponOffer, ...]) -> tuple[CouponOffer, ...]:
        _refuse_doubles("code", [offer.code.upper() for offer in offers])
        return offers

    @field_validator("agents", "services")
    @classmethod
    def _once(cls, entries: tuple[Agent | Offer, ...]) -> tuple[Agent | Offer, ...]:
        _refuse_doubles("slug", [entry.slug for entry in entries])
        return entries

    @model_validator(mode="after")
    def _pretends_or_is_live(self) -> "TeamFile":
        if self.live and self.pretends:
            raise ValueError(PRETENDS_LIVE)
        return self

    @property
    def pretends(self) -> bool:
        """Whether it names the gateway that moves no money."""
        return Pretend.name in self.gateway

    @model_validator(mode="after")
    def _one_person_each(self) -> "TeamFile":
        for channel in ("slack", "telegram"):
            _refuse_doubles(channel, [getattr(agent, channel) for agent in self.agents])
        return self


def read_team_file(text: str) -> TeamFile:
    """The team in a TOML text. Raises TeamFileError."""
    try:
        # A rate of 8.1 percent is that, and not the float beside it.
        told = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise TeamFileError(f"This is not TOML: {error}") from error
    try:
        return TeamFile.model_validate(told, context={"currency": str(told.get("currency", "")).upper()})
    except ValidationError as error:
        raise TeamFileError(*(_sentence(told, each) for each in error.errors())) from error


def _refuse_doubles(word: str, values: list[str]) -> None:
    for value in values:
        if value and values.count(value) > 1:
            raise ValueError(f"{word} “{value}” is there twice")


def _sentence(told: dict[str, Any], error: Any) -> str:
    """`services.haircut.price: ...`: entries of a list are named by their slug."""
    place, here = [], told
    for step in error["loc"]:
        try:
            here = here[step]
        except (LookupError, TypeError):
            here = {}
        named = isinstance(step, int) and isinstance(here, dict) and here.get("slug")
        place.append(str(named or (step + 1 if isinstance(step, int) else step)))
    where = ".".join(place)
    reasons = {"extra_forbidden": "there is no such key", "missing": "this is missing"}
    reason = reasons.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    return f"{where}: {reason}" if where else str(reason)

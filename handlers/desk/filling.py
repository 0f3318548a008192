"""The fields of a canned reply, and what fills them for one case."""

import re
from collections.abc import Awaitable, Callable, Mapping
from zoneinfo import ZoneInfo

from booking.zones import date_label, time_label, zone_label
from handlers.turn import Turn
from handlers.words import sum_of
from storage.tables import Booking, Conversation
from storage.work import Work

FIELD = re.compile(r"\{(\w+)\}")
FIELDS: Mapping[str, str] = {
    "customer": "the customer has no name",
    "service": "nothing is booked",
    "time": "nothing is booked",
    "amount": "no money was asked for",
    "agent": "you have no name",
    "team": "the team has no name",
}
"""Each field, and why it may stay empty."""


def unknown_fields(text: str) -> list[str]:
    """The fields in a text that nothing can fill."""
    return [name for name in FIELD.findall(text) if name not in FIELDS]


async def fill(turn: Turn, case: Conversation, text: str) -> tuple[str, list[str]]:
    """The text as the customer would read it, and the fields that stayed empty. A value's own braces stay braces."""
    values = {name: await _FILLS[name](turn, case) for name in dict.fromkeys(FIELD.findall(text)) if name in FIELDS}
    missing = [name for name, value in values.items() if not value]
    return FIELD.sub(lambda found: values.get(found[1], found[0]), text), missing


async def _customer(turn: Turn, case: Conversation) -> str:
    return (await turn.work.people.person(case.customer_id)).name


async def _next_booking(work: Work, case: Conversation) -> Booking | None:
    return next(iter(await work.bookings.for_conversation(case.id)), None)


async def _service(turn: Turn, case: Conversation) -> str:
    booking = await _next_booking(turn.work, case)
    service = await turn.work.people.service(booking.service_id) if booking else None
    return service.name if service else ""


async def _time(turn: Turn, case: Conversation) -> str:
    """The next booking's start, on the customer's clock."""
    booking = await _next_booking(turn.work, case)
    if booking is None:
        return ""
    zone = (await turn.work.people.person(case.customer_id)).zone or turn.team.zone
    start = booking.starts_at
    day = date_label(start.astimezone(ZoneInfo(zone)).date())
    return f"{day}, {time_label(start, zone)}, {zone_label(zone, start)}"


async def _amount(turn: Turn, case: Conversation) -> str:
    """The newest sum that was asked for."""
    asked = [one for one in await turn.work.payments.of_conversation(case.id) if one.sent_at]
    customer = await turn.work.people.person(case.customer_id)
    return sum_of(asked[0].amount_minor, asked[0].currency, customer.language) if asked else ""


async def _agent(turn: Turn, _: Conversation) -> str:
    return turn.person.name


async def _team(turn: Turn, _: Conversation) -> str:
    return turn.team.name


_FILLS: Mapping[str, Callable[[Turn, Conversation], Awaitable[str]]] = {
    "customer": _customer,
    "service": _service,
    "time": _time,
    "amount": _amount,
    "agent": _agent,
    "team": _team,
}

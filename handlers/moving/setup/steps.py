"""What a team needs before its first customer, and how far it has got."""

from dataclasses import dataclass

from handlers.messages import Button, Style
from handlers.turn import Turn
from handlers.words import sum_of


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the list: `said` tells how it stands, `button` leads on."""

    name: str
    done: bool
    said: str
    button: Button

    @property
    def mark(self) -> str:
        """The box before it."""
        return "☑" if self.done else "☐"


async def steps_of(turn: Turn) -> list[Step]:
    """The list, in the order in which it is best done."""
    return [
        await _desk(turn),
        await _service(turn),
        await _hours(turn),
        await _payments(turn),
        _room(turn),
        await _tried(turn),
    ]


async def _desk(turn: Turn) -> Step:
    desks = await turn.work.people.desks_of(turn.team.id)
    channels = {account.id: account.channel for account in await turn.work.people.accounts_of(turn.team.id)}
    broken = next((desk.trouble for desk in desks if desk.trouble), "")
    names = ", ".join(sorted({channels[desk.account_id].title() for desk in desks if desk.account_id in channels}))
    said = broken or (f"in {names}" if names else "where your agents meet their customers")
    return Step("Front desk", bool(names) and not broken, said, _button("Connect a desk", "setup.desk"))


async def _service(turn: Turn) -> Step:
    services = await turn.work.people.services(turn.team.id)
    first = services[0] if services else None
    price = (sum_of(first.price_minor, first.currency) if first.price_minor else "free") if first else ""
    more = f" and {len(services) - 1} more" if len(services) > 1 else ""
    said = f"{first.name}, {first.minutes} min, {price}{more}" if first else "what can be booked with you"
    return Step("First service", first is not None, said, _button("Add a service", "setup.service.new"))


async def _hours(turn: Turn) -> Step:
    there = await turn.work.people.hours_of(turn.team.id)
    said = there[0].text if len(there) == 1 else f"of {len(there)} people" if there else "when you can be booked"
    return Step("Hours", bool(there), said, _button("Set the hours", "setup.hours"))


async def _payments(turn: Turn) -> Step:
    gateways = await turn.house.gateways_of(turn.work, turn.team)
    said = ", ".join(gateway.title for gateway in gateways) or "your own payment account"
    return Step("Payments", bool(gateways), said, _button("Connect payments", "payments"))


def _room(turn: Turn) -> Step:
    provider = turn.house.provider_of(turn.team)
    said = provider.title if provider else "no video provider is set up; an operator can add one"
    return Step("Video room", provider is not None, said, _button("About rooms", "setup.room"))


async def _tried(turn: Turn) -> Step:
    tried = await turn.work.overview.has_customers(turn.team.id)
    said = "done" if tried else "see what your customers see"
    return Step("Try it as a customer", tried, said, _button("Try it as a customer", "setup.try"))


def _button(label: str, action: str) -> Button:
    return Button(label=label, action=action, style=Style.PRIMARY)

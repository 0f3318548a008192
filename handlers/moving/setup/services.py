"""What a team sells, changed in the messenger: add, change, cancelling, retire, offer again."""

from handlers import forms
from handlers.appointments.choice import StaleChoice
from handlers.fulfilment import Fulfilment
from handlers.heard import Press, Submitted
from handlers.messages import Button, FieldKind, Form, FormField, Message, Style, id_in, pairs, rows
from handlers.moving.founding import slug_of
from handlers.moving.setup.asked import DECLARED, check_policy, check_service, offer_in, policy_in
from handlers.moving.setup.reach import bot_of, link_to
from handlers.turn import Turn
from handlers.words import sum_of
from payments.money import Money, as_decimal
from storage.tables import Service

FORM = "setup.service"
POLICY = "setup.policy"
SHOWN = 30


async def overview(turn: Turn) -> None:
    """All services, each with a button."""
    await turn.answer(await _list(turn), edit=isinstance(turn.heard, Press))


async def _list(turn: Turn, said: str = "") -> Message:
    services = await turn.work.people.services(turn.team.id, also_retired=True)
    buttons = [Button(label=_label(one), action="setup.service", value=str(one.id)) for one in services[:SHOWN]]
    new = Button(label="Add a service", action="setup.service.new", style=Style.PRIMARY)
    text = said or ("Press one to change it." if services else "There is nothing to book yet.")
    last = (new, Button(label="Back", action="setup.menu"))
    return Message(title=f"Services of {turn.team.name}", text=text, buttons=(*rows(buttons), last))


def _label(service: Service) -> str:
    return f"{service.name[:30]} · {service.minutes} min · {_price(service)}" + (" · retired" * service.retired)


def _price(service: Service) -> str:
    return sum_of(service.price_minor, service.currency) if service.price_minor else "free"


async def one(turn: Turn) -> None:
    """One service, what can be changed about it, and its link."""
    service = await _own(turn)
    if service is not None:
        await turn.answer(await _card(turn, service), edit=True)


async def _card(turn: Turn, service: Service, said: str = "") -> Message:
    accounts = await turn.work.people.accounts_of(turn.team.id)
    account = bot_of(accounts)
    number = str(service.id)
    keep = (
        Button(label="Offer again", action="setup.service.back", value=number)
        if service.retired
        else Button(label="Retire", action="setup.service.retire", value=number, ask=f"Stop offering {service.name}?")
    )
    changes = (
        Button(label="Change", action="setup.service.change", value=number),
        Button(label="Cancelling", action="setup.policy", value=number),
        keep,
    )
    return Message(
        title=service.name,
        text=said,
        pairs=pairs(
            Length=f"{service.minutes} min",
            Price=_price(service),
            About=service.description,
            Cancelling=_cancelling(service),
            After_payment=_after(service),
            Offered="no, retired" if service.retired else "",
            Link=link_to(turn, account, service) if account and account.handle and not service.retired else "",
        ),
        footnote=DECLARED if service.declared else "",
        buttons=(() if service.declared else changes, (Button(label="Back", action="setup.services"),)),
    )


def _cancelling(service: Service) -> str:
    if not service.late_fee_percent:
        return "free until it begins"
    return f"free until {service.free_cancel_hours} h before, then {service.late_fee_percent} % are kept"


def _after(service: Service) -> str:
    promised = Fulfilment.model_validate_json(service.fulfilment)
    return " ".join(
        part for part in (promised.text, promised.link, promised.file.name if promised.file else "") if part
    )


async def _own(turn: Turn) -> Service | None:
    """The service of this team that a press or a form names; else the person is told."""
    heard = turn.heard
    value = heard.value.partition("|")[0] if isinstance(heard, Press | Submitted) else ""
    service = await turn.work.people.service(id_in(value))
    if service is None or service.team_id != turn.team.id:
        await turn.answer(Message(text="There is no such service here."))
        return None
    return service


async def _changeable(turn: Turn) -> Service | None:
    """The same, unless the team's file owns it."""
    service = await _own(turn)
    if service is not None and service.declared:
        await turn.answer(Message(text=DECLARED))
        return None
    return service


async def new(turn: Turn) -> None:
    """Ask for a new service."""
    await forms.ask(turn, _form(turn, None))


async def change(turn: Turn) -> None:
    """Ask anew what a service is."""
    service = await _changeable(turn)
    if service is not None:
        await forms.ask(turn, _form(turn, service))


def _form(turn: Turn, service: Service | None) -> Form:
    known = Fulfilment.model_validate_json(service.fulfilment) if service else Fulfilment()
    price = f"{as_decimal(Money(service.price_minor, service.currency))} {service.currency}" if service else ""
    return Form(
        name=FORM,
        title="Change the service" if service else "A new service",
        submit="Save",
        value=f"{service.id if service else ''}|{turn.team.currency}",
        fields=(
            FormField(name="name", label="What is it called?", example="Consultation",
                      initial=service.name if service else ""),
            FormField(name="minutes", label="How many minutes does it take?", hint="In steps of five.", example="30",
                      initial=str(service.minutes) if service else ""),
            FormField(name="price", label="What does it cost?", hint=f"In {turn.team.currency}, or name another "
                      "currency; 0 is free.", example="49", initial=price if service and service.price_minor else ""),
            FormField(name="description", label="What is it about, in a line?", required=False,
                      initial=service.description if service else ""),
            FormField(name="after", label="What is the customer told once it is paid?", kind=FieldKind.TEXT,
                      required=False, initial=known.text),
            FormField(name="link", label="Which link does the customer get once it is paid?", required=False,
                      example="https://example.com/exercises", initial=known.link),
        ),
    )  # fmt: skip


async def saved(turn: Turn) -> None:
    """The form is filled in: a new service, or a changed one."""
    heard = turn.heard
    if not isinstance(heard, Submitted) or check_service(heard):
        raise StaleChoice
    number = heard.value.partition("|")[0]
    service = await _changeable(turn) if number else await _add(turn, heard)
    if service is None:
        return
    _write(turn, service, heard)
    turn.work.audits.note(turn.team.id, turn.person.id, "service changed" if number else "service added", service.slug)
    await turn.answer(await _card(turn, service, "Saved." if number else await _first_word(turn)))


async def _first_word(turn: Turn) -> str:
    """What a new service still needs before somebody can book it."""
    if await turn.work.people.hours_of(turn.team.id):
        return "Saved. Customers can book it now."
    return "Saved. Customers can book it once the hours are set, under Hours."


async def _add(turn: Turn, heard: Submitted) -> Service:
    there = {one.slug for one in await turn.work.people.services(turn.team.id, also_retired=True)}
    plain, number = slug_of(heard.answers["name"]) or "service", 1
    slug = plain
    while slug in there:
        number += 1
        slug = f"{plain}-{number}"
    service = Service(
        team_id=turn.team.id, slug=slug, name=heard.answers["name"], minutes=0, price_minor=0,
        currency=turn.team.currency,
    )  # fmt: skip
    await turn.work.people.add(service)
    return service


def _write(turn: Turn, service: Service, heard: Submitted) -> None:
    offer = offer_in(heard, turn.team.currency, service.slug)
    service.name, service.description, service.minutes = offer.name, offer.description, offer.minutes
    service.price_minor = offer.price.minor if offer.price else 0
    service.currency = offer.price.currency if offer.price else turn.team.currency
    kept = Fulfilment.model_validate_json(service.fulfilment)
    told = offer.after_payment.fulfilment().model_copy(update={"link_label": kept.link_label, "file": kept.file})
    service.fulfilment = told.model_dump_json()


async def retire(turn: Turn) -> None:
    """It is not offered any more; what was booked stands."""
    await _offer(turn, retired=True, said="It is not offered any more. What was booked stands.")


async def offer_again(turn: Turn) -> None:
    """It can be booked again."""
    await _offer(turn, retired=False, said="It can be booked again.")


async def _offer(turn: Turn, *, retired: bool, said: str) -> None:
    service = await _changeable(turn)
    if service is None:
        return
    service.retired = retired
    deed = "service retired" if retired else "service offered again"
    turn.work.audits.note(turn.team.id, turn.person.id, deed, service.slug)
    await turn.answer(await _card(turn, service, said), edit=True)


async def policy(turn: Turn) -> None:
    """Ask what cancelling costs: for one service, or for all that the file does not declare."""
    value = turn.heard.value if isinstance(turn.heard, Press) else ""
    service = await _changeable(turn) if value else await _first(turn)
    if service is None:
        if not value:
            await turn.answer(Message(text="Add a service first; cancelling is a rule of services."))
        return
    await forms.ask(turn, _policy_form(service, "" if not value else str(service.id)))


async def _first(turn: Turn) -> Service | None:
    services = await turn.work.people.services(turn.team.id)
    return next((service for service in services if not service.declared), None)


def _policy_form(service: Service, value: str) -> Form:
    return Form(
        name=POLICY,
        title="Cancelling",
        submit="Save",
        value=value,
        fields=(
            FormField(name="free", label="Until how many hours before is cancelling free?", example="24",
                      initial=str(service.free_cancel_hours)),
            FormField(name="fee", label="How many percent of the price are kept after that?", example="50",
                      initial=str(service.late_fee_percent)),
        ),
    )  # fmt: skip


async def policy_saved(turn: Turn) -> None:
    """The form is filled in."""
    heard = turn.heard
    if not isinstance(heard, Submitted) or check_policy(heard):
        raise StaleChoice
    service = await _changeable(turn) if heard.value else None
    if heard.value and service is None:
        return
    told = policy_in(heard)
    services = [service] if service else await turn.work.people.services(turn.team.id)
    for each in services:
        if not each.declared:
            each.free_cancel_hours, each.late_fee_percent = told.cancel_free_hours, told.late_fee_percent
    turn.work.audits.note(turn.team.id, turn.person.id, "cancelling changed", service.slug if service else "all")
    said = "Saved. It holds for what is booked from now on, and for what is booked already."
    await turn.answer(await _card(turn, service, said) if service else await _list(turn, said))

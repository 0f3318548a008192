"""The way to a booking: which service, which day, which time. Four taps with the yes."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from booking.zones import day_label, time_label, zone_label
from handlers.appointments.calendar import Calendar, calendar
from handlers.appointments.choice import Choice, StaleChoice, read_choice
from handlers.appointments.standing import KEEP, booking_of
from handlers.cases import MENU
from handlers.greeting import ask_zone, no_such_zone, set_zone
from handlers.heard import Place, Press
from handlers.messages import Button, Message, Pair, Style, rows
from handlers.turn import Turn
from handlers.words import sum_of
from storage.tables import Service

TIMES_SHOWN = 24


async def book(turn: Turn) -> None:
    """`/book`, or the button: what can be booked. A customer whose clock is not known is asked for it first."""
    case = _booked_for(turn)
    if not case and not turn.person.zone:
        await ask_zone(turn)
        return
    await turn.answer(await _services(turn, case), edit=isinstance(turn.heard, Press) and not case)


def _booked_for(turn: Turn) -> int:
    """An agent at the desk books for the customer of the case."""
    at_desk = turn.is_agent and turn.origin.place is not Place.PRIVATE
    return turn.conversation.id if at_desk and turn.conversation else 0


async def zone_chosen(turn: Turn) -> None:
    """The customer said where their clock stands; on with the booking."""
    if await set_zone(turn):
        await turn.answer(await _services(turn, 0), edit=isinstance(turn.heard, Press))
    else:
        await no_such_zone(turn)


async def _services(turn: Turn, case: int) -> Message:
    services = await turn.work.people.services(turn.team.id)
    if not services:
        return Message(text=f"{turn.team.name} offers nothing to book yet.", buttons=MENU)
    buttons = [_service_button(service, case) for service in services]
    about = tuple(Pair(label=service.name, value=service.description) for service in services if service.description)
    return Message(
        title="What would you like to book?", pairs=about, buttons=(*rows(buttons), *_way_out(Choice(case=case)))
    )


def _service_button(service: Service, case: int) -> Button:
    price = sum_of(service.price_minor, service.currency) if service.price_minor else "free"
    label = f"{service.name} · {service.minutes} min · {price}"
    return Button(label=label, action="book.day", value=Choice(service=service.id, case=case).value)


async def choose_day(turn: Turn) -> None:
    """A service was chosen: the days on which it is free."""
    choice, service = await _chosen(turn)
    await turn.answer(await days_page(turn, choice, service), edit=True)


async def days_page(turn: Turn, choice: Choice, service: Service, note: str = "") -> Message:
    """The days on which a service is free; `note` stands above them."""
    free = await _free(turn, choice, service)
    today = turn.work.now.astimezone(ZoneInfo(turn.zone)).date()
    buttons = [
        Button(label=day_label(day, today), action="book.time", value=choice.on(day).value) for day in free.days()
    ]
    text = f"Times are {zone_label(turn.zone, turn.work.now)} time." if buttons else "Nothing is free at the moment."
    return Message(
        title=f"{service.name}: which day?",
        text=f"{note} {text}".strip(),
        buttons=(*rows(buttons, 2), *_way_out(choice)),
    )


async def choose_time(turn: Turn) -> None:
    """A day was chosen: the free times on it; a moment instead of a day is where the list goes on."""
    choice, service = await _chosen(turn)
    day = choice.day or (choice.start.astimezone(ZoneInfo(turn.zone)).date() if choice.start else None)
    if day is None:
        raise StaleChoice(choice.value)
    free = await _free(turn, choice, service, day)
    slots = [slot for slot in free.slots(day) if choice.start is None or slot.start >= choice.start]
    title = f"{service.name}: {day_label(day, turn.work.now.astimezone(ZoneInfo(turn.zone)).date())}"
    if not slots:
        await offer_next(turn, choice, service, "That day has just filled up.")
        return
    back = Button(label="Other days", action="book.day", value=choice.anew().value)
    text = f"Times are {zone_label(turn.zone, slots[0].start)} time."
    buttons = time_buttons(choice, [slot.start for slot in slots[:TIMES_SHOWN]], turn.zone)
    later = [
        Button(label="Later times", action="book.time", value=choice.at(slot.start).value)
        for slot in slots[TIMES_SHOWN : TIMES_SHOWN + 1]
    ]
    await turn.answer(Message(title=title, text=text, buttons=(*rows(buttons, 4), (*later, back))), edit=True)


async def offer_next(turn: Turn, choice: Choice, service: Service, why: str) -> None:
    """The slot is gone: say so, and offer the next ones."""
    free = await _free(turn, choice, service)
    after = choice.start or turn.work.now
    slots = free.after(after, 3)
    today = turn.work.now.astimezone(ZoneInfo(turn.zone)).date()
    buttons = [
        Button(
            label=f"{day_label(slot.start.astimezone(ZoneInfo(turn.zone)).date(), today)} "
            f"{time_label(slot.start, turn.zone)}",
            action=choice.taken_by,
            value=choice.at(slot.start).value,
        )
        for slot in slots
    ]
    text = f"{why} The next free times:" if slots else f"{why} Nothing else is free at the moment."
    await turn.answer(Message(text=text, buttons=(*rows(buttons), *_way_out(choice))), edit=True)


def time_buttons(choice: Choice, starts: list[datetime], zone: str) -> list[Button]:
    """A button for each time, as the reader's clock shows it."""
    return [
        Button(label=time_label(start, zone), action=choice.taken_by, value=choice.at(start).value) for start in starts
    ]


async def _chosen(turn: Turn) -> tuple[Choice, Service]:
    choice = read_choice(turn.heard.value) if isinstance(turn.heard, Press) else Choice()
    return choice, await service_of(turn, choice)


async def service_of(turn: Turn, choice: Choice) -> Service:
    """The chosen service, if it is this team's and still offered; a booking may move after that. Raises StaleChoice."""
    service = await turn.work.people.service(choice.service)
    if service is None or service.team_id != turn.team.id or (service.retired and not choice.moves):
        raise StaleChoice(choice.value)
    return service


async def _free(turn: Turn, choice: Choice, service: Service, day: date | None = None) -> Calendar:
    """What is free for the choice. Raises StaleChoice when it moves a booking that is not theirs to move."""
    moved = await booking_of(turn, choice.moves) if choice.moves else None
    return await calendar(turn.work, turn.team, service, turn.zone, day=day, moved=moved)


def _way_out(choice: Choice) -> tuple[tuple[Button, ...], ...]:
    if choice.moves:
        return ((KEEP,),)
    return () if choice.case else ((Button(label="Not now", action="menu", style=Style.PLAIN),),)

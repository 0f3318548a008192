"""A booking takes another time: the same row, with its payments and its room. Chosen on the pages of booking."""

from zoneinfo import ZoneInfo

from booking.policy import moving
from booking.reminders import next_reminder
from booking.slots import Slot
from booking.zones import both_times
from handlers.appointments.calendar import calendar, offer_of
from handlers.appointments.choice import Choice, StaleChoice, read_choice
from handlers.appointments.choosing import days_page, offer_next, service_of
from handlers.appointments.holding import booking_facts, own_booking, policy_of, say_booking
from handlers.appointments.standing import KEEP, booking_of, changing, menu_of
from handlers.cases import show_case
from handlers.checkout.resting import follow
from handlers.fulfilment import tell_team
from handlers.heard import Press
from handlers.messages import Button, Message, Style, pairs
from handlers.speech import say
from handlers.turn import Turn
from storage.bookings import SlotTaken, Taken
from storage.tables import Booking, BookingState, Service, Side

TAKEN = "Sorry, that time has just been taken."
TALK = Button(label="Talk to a person", action="talk", style=Style.PRIMARY)


async def ask(turn: Turn) -> None:
    """Somebody wants another time: what the policy means, then the days."""
    booking = await own_booking(turn)
    choice = Choice(service=booking.service_id, moves=booking.id)
    service = await service_of(turn, choice)
    if await _may_move(turn, booking, service, edit=False):
        note = moving(policy_of(service), booking.starts_at, turn.work.now).sentence if _is_own(turn, booking) else ""
        await turn.answer(await days_page(turn, choice, service, note))


def _is_own(turn: Turn, booking: Booking) -> bool:
    """The policy binds customers; the team may always move."""
    return booking.customer_id == turn.person.id


async def _may_move(turn: Turn, booking: Booking, service: Service, *, edit: bool) -> bool:
    """Whether it can still be moved by who asks; if not, they are told why."""
    if booking.state is not BookingState.CONFIRMED:
        await turn.answer(Message(text="This booking is not standing any more.", buttons=menu_of(turn)), edit=edit)
        return False
    meaning = moving(policy_of(service), booking.starts_at, turn.work.now)
    has_begun = booking.starts_at <= turn.work.now
    if meaning.allowed or (not has_begun and not _is_own(turn, booking)):
        return True
    ways = ((TALK, KEEP),) if _is_own(turn, booking) and not turn.is_agent else ()
    await turn.answer(Message(title=f"Move {service.name}?", text=meaning.sentence, buttons=ways), edit=edit)
    return False


async def to(turn: Turn) -> None:
    """A time was chosen: the old one and the new one, and whether to move it."""
    choice, booking, service = await _chosen(turn)
    if not await _is_news(turn, choice, booking) or not await _may_move(turn, booking, service, edit=True):
        return
    slot = await _slot(turn, choice, booking, service)
    if slot is None:
        await offer_next(turn, choice, service, TAKEN)
    else:
        await turn.answer(await _question(turn, choice, booking, service, slot), edit=True)


async def _is_news(turn: Turn, choice: Choice, booking: Booking) -> bool:
    """A button pressed twice moves nothing, and says so."""
    if choice.start != booking.starts_at or booking.state is not BookingState.CONFIRMED:
        return True
    await turn.answer(Message(text="It is at that time already.", buttons=menu_of(turn)), edit=True)
    return False


async def _chosen(turn: Turn) -> tuple[Choice, Booking, Service]:
    """What a press carries: a moment, and a booking that is theirs to move. Raises StaleChoice."""
    choice = read_choice(turn.heard.value) if isinstance(turn.heard, Press) else Choice()
    booking = await booking_of(turn, choice.moves)
    if choice.start is None or choice.service != booking.service_id:
        raise StaleChoice(choice.value)
    return choice, booking, await service_of(turn, choice)


async def _slot(turn: Turn, choice: Choice, booking: Booking, service: Service) -> Slot | None:
    """The chosen time if it is free, with the agent whom the booking has wherever that can be."""
    if choice.start is None:
        return None
    day = choice.start.astimezone(ZoneInfo(turn.zone)).date()
    free = await calendar(turn.work, turn.team, service, turn.zone, day=day, moved=booking)
    return free.of(booking.agent_id).at(choice.start) or free.at(choice.start)


async def _question(turn: Turn, choice: Choice, booking: Booking, service: Service, slot: Slot) -> Message:
    customer = await turn.work.people.person(booking.customer_id)
    agent = await turn.work.people.person(int(slot.agent))
    own = _is_own(turn, booking)
    other = turn.team.zone if own else customer.zone or turn.team.zone
    return Message(
        title="Move it?",
        pairs=pairs(
            Service=f"{service.name}, {service.minutes} min",
            From=both_times(booking.starts_at, booking.ends_at, turn.zone, other),
            To=both_times(slot.start, slot.end, turn.zone, other),
            With=f"{agent.name}, {turn.team.name}",
            For="" if own else customer.name,
            Price=await _price(turn, booking, service),
        ),
        buttons=((Button(label="Confirm", action="book.moved", value=choice.value, style=Style.PRIMARY), KEEP),),
    )


async def _price(turn: Turn, booking: Booking, service: Service) -> str:
    """The service is the same, and so is its price: there is no difference to ask for."""
    asked = await turn.work.payments.of_conversation(booking.conversation_id or 0)
    if any(one.booking_id == booking.id and one.captured_minor > one.refunded_minor for one in asked):
        return "the same. What was paid stays paid"
    return "the same" if service.price_minor else ""


async def moved(turn: Turn) -> None:
    """The yes: the booking has the new time if the database gives it, and everyone knows."""
    choice, booking, service = await _chosen(turn)
    if not await _is_news(turn, choice, booking) or not await _may_move(turn, booking, service, edit=True):
        return
    before = Slot(booking.starts_at, booking.ends_at, str(booking.agent_id))
    slot = await _slot(turn, choice, booking, service)
    if slot is None or not await _take(turn, booking, service, slot):
        await offer_next(turn, choice, service, TAKEN)
        return
    about = f"booking {booking.id}, from {before.start:%Y-%m-%d %H:%M} UTC"
    turn.work.audits.note(turn.team.id, turn.person.id, "booking moved", about)
    await turn.answer(Message(text="Moved. The details are below." if _is_own(turn, booking) else "Moved."), edit=True)
    await _tell(turn, booking, service, before)


async def _take(turn: Turn, booking: Booking, service: Service, slot: Slot) -> bool:
    """Let the database decide; whether the booking has that time now."""
    wants_none = booking.remind_at is None and next_reminder(booking.starts_at, turn.work.now) is not None
    time = Taken(int(slot.agent), slot.start, slot.end + offer_of(service).buffer_after)
    try:
        await turn.work.bookings.move(booking, time, slot.end)
    except SlotTaken:
        return False
    booking.sequence += 1
    booking.remind_at = None if wants_none else next_reminder(booking.starts_at, turn.work.now)
    await follow(turn.work, booking)
    return True


async def _tell(turn: Turn, booking: Booking, service: Service, before: Slot) -> None:
    """The customer's card and calendar, the desk, and the team's own system."""
    case = await turn.work.talk.conversation(booking.conversation_id or 0)
    if case is not None:
        customer = await turn.work.people.person(booking.customer_id)
        if not _is_own(turn, booking):
            line = _line(turn, booking, service, before, customer.zone or turn.team.zone)
            await say(turn.work, case, Side.CUSTOMER, Message(text=line))
        await say_booking(turn, booking, service, case)
        line = _line(turn, booking, service, before, turn.team.zone)
        if int(before.agent) != booking.agent_id:
            line += f" It is with {(await turn.work.people.person(booking.agent_id)).name} now."
        await say(turn.work, case, Side.AGENT, Message(text=line, buttons=(changing(booking),)))
        await show_case(turn.work, case)
    facts = booking_facts(booking, service) | {"moved_from": before.start.isoformat()}
    await tell_team(turn.work, turn.team, "booking.moved", facts)


def _line(turn: Turn, booking: Booking, service: Service, before: Slot, zone: str) -> str:
    was = both_times(before.start, before.end, zone, turn.team.zone)
    now = both_times(booking.starts_at, booking.ends_at, zone, turn.team.zone)
    return f"Moved by {turn.person.name}: {service.name}, {was} -> {now}."


async def keep(turn: Turn) -> None:
    """Neither moved nor cancelled."""
    await turn.answer(Message(text="It stays as it is.", buttons=menu_of(turn)), edit=True)

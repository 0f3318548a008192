"""From a chosen time to a booking: hold the slot, ask for the yes, confirm, and take it back again."""

import secrets
from datetime import timedelta
from zoneinfo import ZoneInfo

from booking.calendar import cancellation_notice, invitation
from booking.hours import Interval
from booking.policy import Cancellation, CancelPolicy, cancellation, hold_until
from booking.reminders import next_reminder
from booking.zones import both_times
from handlers.appointments.calendar import calendar
from handlers.appointments.choice import Choice, StaleChoice, read_choice
from handlers.appointments.choosing import offer_next, service_of
from handlers.appointments.standing import KEEP, booking_of, changing, menu_of
from handlers.cases import MENU, begin_case, open_case, show_case
from handlers.checkout.calling_off import call_off
from handlers.fulfilment import tell_team
from handlers.heard import Press
from handlers.messages import Attachment, Button, Message, Style, id_in, pairs
from handlers.speech import say, say_card
from handlers.turn import Turn
from handlers.words import clock_time, sum_of
from storage.bookings import SlotTaken
from storage.tables import Booking, BookingState, Conversation, Person, Service, Side

HOLD = timedelta(minutes=10)


async def hold(turn: Turn) -> None:
    """A time was chosen: keep it for ten minutes and ask for the yes."""
    choice = read_choice(turn.heard.value) if isinstance(turn.heard, Press) else Choice()
    service = await service_of(turn, choice)
    customer = await _customer(turn, choice)
    for earlier in await turn.work.bookings.held_by_customer(customer.id):
        await turn.work.bookings.release(earlier, BookingState.LAPSED)
    booking = await _hold(turn, choice, service, customer)
    if booking is None:
        await offer_next(turn, choice, service, "Sorry, that time has just been taken.")
    else:
        await turn.answer(await _question(turn, booking, service, customer), edit=True)


async def _customer(turn: Turn, choice: Choice) -> Person:
    """Who the booking is for; an agent's press names a case of their own team. Raises StaleChoice."""
    if not choice.case:
        return turn.person
    case = await turn.work.talk.conversation(choice.case)
    if case is None or case.team_id != turn.team.id or not turn.is_agent:
        raise StaleChoice(choice.value)
    return await turn.work.people.person(case.customer_id)


async def _hold(turn: Turn, choice: Choice, service: Service, customer: Person) -> Booking | None:
    if choice.start is None:
        raise StaleChoice(choice.value)
    day = choice.start.astimezone(ZoneInfo(turn.zone)).date()
    slot = (await calendar(turn.work, turn.team, service, turn.zone, day=day)).at(choice.start)
    if slot is None:
        return None
    booking = Booking(
        team_id=turn.team.id,
        service_id=service.id,
        customer_id=customer.id,
        agent_id=int(slot.agent),
        conversation_id=choice.case or None,
        starts_at=slot.start,
        ends_at=slot.end,
        busy_until=slot.end + timedelta(minutes=service.pause_minutes),
        state=BookingState.HELD,
        hold_until=hold_until(HOLD, now=turn.work.now, starts_at=slot.start),
        uid=f"{secrets.token_hex(12)}@bellhop",
        made_at=turn.work.now,
    )
    try:
        await turn.work.bookings.hold(booking)
    except SlotTaken:
        return None
    return booking


async def _question(turn: Turn, booking: Booking, service: Service, customer: Person) -> Message:
    agent = await turn.work.people.person(booking.agent_id)
    until = clock_time(booking.hold_until, turn.zone) if booking.hold_until else ""
    price = sum_of(service.price_minor, service.currency) if service.price_minor else ""
    return Message(
        title="Shall I book this?",
        pairs=pairs(
            Service=f"{service.name}, {service.minutes} min",
            When=both_times(booking.starts_at, booking.ends_at, turn.zone, turn.team.zone),
            With=f"{agent.name}, {turn.team.name}",
            For="" if customer.id == turn.person.id else customer.name,
            Price=f"{price}; nothing is charged now" if price else "free",
            Cancelling=cancellation(policy_of(service), booking.starts_at, turn.work.now).sentence,
        ),
        footnote=f"Held for you until {until}.",
        buttons=(
            (
                Button(label="Confirm", action="book.yes", value=str(booking.id), style=Style.PRIMARY),
                Button(label="No, drop it", action="book.no", value=str(booking.id)),
            ),
        ),
    )


async def confirm(turn: Turn) -> None:
    """The yes: the booking stands, and everyone has it."""
    booking = await own_booking(turn)
    service = await turn.work.people.service(booking.service_id)
    if service is None:
        raise StaleChoice(str(booking.id))
    if booking.state is BookingState.CONFIRMED:
        await turn.answer(Message(text="This is booked already.", buttons=MENU), edit=True)
        return
    if booking.state is not BookingState.HELD or (booking.hold_until and booking.hold_until <= turn.work.now):
        if booking.state is BookingState.HELD:
            await turn.work.bookings.release(booking, BookingState.LAPSED)
        again = Choice(service=service.id, case=booking.conversation_id or 0).at(booking.starts_at)
        await offer_next(turn, again, service, "The time was held for ten minutes, and they are over.")
        return
    await _confirm(turn, booking, service)


async def _confirm(turn: Turn, booking: Booking, service: Service) -> None:
    booking.state, booking.hold_until = BookingState.CONFIRMED, None
    booking.remind_at = next_reminder(booking.starts_at, turn.work.now)
    case = await _case(turn, booking)
    booking.conversation_id = case.id
    await turn.answer(Message(text="Booked. The details are below."), edit=True)
    await show_case(turn.work, case)
    await say_booking(turn, booking, service, case)
    agent = await turn.work.people.person(booking.agent_id)
    when = both_times(booking.starts_at, booking.ends_at, turn.team.zone, turn.team.zone)
    text = f"Booked: {service.name}, {when}, with {agent.name}."
    await say(turn.work, case, Side.AGENT, Message(text=text, buttons=(changing(booking),)))
    turn.work.audits.note(turn.team.id, turn.person.id, "booking made", f"booking {booking.id}, {service.slug}")
    await tell_team(turn.work, turn.team, "booking.confirmed", booking_facts(booking, service))


async def _case(turn: Turn, booking: Booking) -> Conversation:
    if booking.customer_id == turn.person.id:
        return await open_case(turn)
    case = await turn.work.talk.conversation(booking.conversation_id or 0)
    return case or await begin_case(turn.work, turn.team, booking.customer_id)


async def say_booking(turn: Turn, booking: Booking, service: Service, case: Conversation) -> None:
    """The customer's card for a booking; the same card says when it is moved or cancelled."""
    customer = await turn.work.people.person(booking.customer_id)
    agent = await turn.work.people.person(booking.agent_id)
    zone = customer.zone or turn.team.zone
    stands = booking.state is BookingState.CONFIRMED
    span = Interval(booking.starts_at, booking.ends_at)
    summary = f"{service.name} with {turn.team.name}"
    file = (
        invitation(booking.uid, booking.sequence, span, summary, organiser=turn.team.name,
                   description=f"With {agent.name}. The link to the video room comes in the chat.", url="",
                   now=turn.work.now)
        if stands
        else cancellation_notice(booking.uid, booking.sequence, span, summary, organiser=turn.team.name,
                                 now=turn.work.now)
    )  # fmt: skip
    card = Message(
        title="Your booking" if stands else "Booking cancelled",
        pairs=pairs(
            Service=f"{service.name}, {service.minutes} min",
            When=both_times(booking.starts_at, booking.ends_at, zone, turn.team.zone),
            With=f"{agent.name}, {turn.team.name}",
            Price=sum_of(service.price_minor, service.currency) if service.price_minor else "free",
        ),
        footnote="The link to the video room comes here when it begins." if stands else "",
        buttons=(changing(booking),) if stands else (),
    )
    await say_card(turn.work, case, Side.CUSTOMER, f"booking:{booking.id}", card)
    paper = Attachment(name="booking.ics" if stands else "cancelled.ics", mime="text/calendar", content=file,
                       size=len(file))  # fmt: skip
    text = "For your calendar:" if stands else "To take it out of your calendar:"
    await say(turn.work, case, Side.CUSTOMER, Message(text=text, files=(paper,)))


async def drop(turn: Turn) -> None:
    """The no: the slot is free again."""
    booking = await own_booking(turn)
    if booking.state is BookingState.HELD:
        await turn.work.bookings.release(booking, BookingState.LAPSED)
    await turn.answer(Message(text="Dropped, nothing is booked.", buttons=() if turn.is_agent else MENU), edit=True)


async def own_booking(turn: Turn) -> Booking:
    """The booking a press names: the customer's own, or one an agent of the team makes. Raises StaleChoice."""
    value = turn.heard.value if isinstance(turn.heard, Press) else ""
    return await booking_of(turn, id_in(value))


def policy_of(service: Service) -> CancelPolicy:
    """What cancelling a service costs."""
    return CancelPolicy(free_until=timedelta(hours=service.free_cancel_hours), fee_percent=service.late_fee_percent)


def booking_facts(booking: Booking, service: Service) -> dict[str, object]:
    """A booking as the team's own system reads it."""
    return {
        "booking": booking.id,
        "service": service.slug,
        "starts_at": booking.starts_at.isoformat(),
        "ends_at": booking.ends_at.isoformat(),
        "customer": booking.customer_id,
        "state": booking.state.value,
    }


async def ask_cancel(turn: Turn) -> None:
    """The customer wants out: say what the policy means before asking."""
    booking = await own_booking(turn)
    service = await turn.work.people.service(booking.service_id)
    if service is None or booking.state is not BookingState.CONFIRMED:
        await turn.answer(Message(text="This booking is not standing any more.", buttons=menu_of(turn)))
        return
    meaning = _meaning(turn, booking, service)
    when = both_times(booking.starts_at, booking.ends_at, turn.zone, turn.team.zone)
    yes = Button(label="Yes, cancel it", action="book.cancelled", value=str(booking.id), style=Style.DANGER)
    buttons = ((yes, KEEP),) if meaning.allowed else ((KEEP,),)
    await turn.answer(Message(title=f"Cancel {service.name}?", text=f"{when}. {meaning.sentence}", buttons=buttons))


def _meaning(turn: Turn, booking: Booking, service: Service) -> Cancellation:
    """What cancelling means now: the policy binds customers, and who was sent away by the team pays nothing."""
    meaning = cancellation(policy_of(service), booking.starts_at, turn.work.now)
    if booking.customer_id == turn.person.id or not meaning.allowed:
        return meaning
    return Cancellation(True, 100, "The customer gets back all that was paid for it.")


async def cancelled(turn: Turn) -> None:
    """The booking is cancelled; the slot is free, and everyone knows."""
    booking = await own_booking(turn)
    service = await turn.work.people.service(booking.service_id)
    meaning = _meaning(turn, booking, service) if service else None
    if service is None or meaning is None or booking.state is not BookingState.CONFIRMED or not meaning.allowed:
        await turn.answer(Message(text="This booking cannot be cancelled any more.", buttons=menu_of(turn)), edit=True)
        return
    await turn.work.bookings.release(booking, BookingState.CANCELLED)
    booking.sequence += 1
    turn.work.audits.note(turn.team.id, turn.person.id, "booking cancelled", f"booking {booking.id}, {service.slug}")
    await turn.answer(Message(text="Cancelled.", buttons=menu_of(turn)), edit=True)
    case = await turn.work.talk.conversation(booking.conversation_id or 0)
    if case is not None:
        await say_booking(turn, booking, service, case)
        when = both_times(booking.starts_at, booking.ends_at, turn.team.zone, turn.team.zone)
        who = turn.person.name
        await say(turn.work, case, Side.AGENT, Message(text=f"Cancelled by {who}: {service.name}, {when}."))
        await call_off(turn, case, booking, meaning.refund_percent)
        await show_case(turn.work, case)
    await tell_team(turn.work, turn.team, "booking.cancelled", booking_facts(booking, service))

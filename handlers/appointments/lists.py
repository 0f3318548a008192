"""What is booked: a customer's own bookings, and a team's agenda."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from booking.hours import day_interval
from booking.zones import both_times, time_label, zone_label
from handlers.appointments.standing import changing
from handlers.cases import MENU
from handlers.desk.satisfaction import average_line
from handlers.heard import Press
from handlers.messages import Button, Message, Pair, rows
from handlers.turn import Turn


async def mine(turn: Turn) -> None:
    """The customer's bookings ahead, each with a way to move and to cancel it."""
    ahead = await turn.work.bookings.ahead_of_customer(turn.team.id, turn.person.id)
    lines: list[Pair] = []
    buttons: list[Button] = []
    for booking in ahead:
        service = await turn.work.people.service(booking.service_id)
        name = service.name if service else "Booking"
        lines.append(Pair(label=name, value=both_times(booking.starts_at, booking.ends_at, turn.zone, turn.team.zone)))
        at = booking.starts_at.astimezone(ZoneInfo(turn.zone))
        buttons += changing(booking, f"{name}, {at:%d %b %H:%M}")
    text = "" if ahead else "You have no bookings ahead."
    message = Message(title="Your bookings", text=text, pairs=tuple(lines), buttons=(*rows(buttons), *MENU))
    await turn.answer(message, edit=isinstance(turn.heard, Press))


async def agenda(turn: Turn) -> None:
    """`/agenda`: the team's next seven days, in the agent's zone."""
    today = turn.work.now.astimezone(ZoneInfo(turn.zone)).date()
    day = day_interval(today, turn.zone)
    start = day.start if day else turn.work.now
    booked = await turn.work.bookings.agenda(turn.team.id, start, start + timedelta(days=7))
    lines = []
    for booking in booked:
        service = await turn.work.people.service(booking.service_id)
        customer = await turn.work.people.person(booking.customer_id)
        agent = await turn.work.people.person(booking.agent_id)
        local = booking.starts_at.astimezone(ZoneInfo(turn.zone))
        what = f"{service.name if service else 'Booking'} · {customer.name} · with {agent.name}"
        lines.append(Pair(label=f"{local:%a %d %b} {time_label(booking.starts_at, turn.zone)}", value=what))
    text = "" if lines else "Nothing is booked in the next seven days."
    title = f"Agenda, {zone_label(turn.zone, turn.work.now)} time"
    footnote = await average_line(turn.work, turn.team.id)
    await turn.answer(Message(title=title, text=text, pairs=tuple(lines), footnote=footnote))

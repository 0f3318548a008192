"""A booking that somebody speaks of: whose it is, and the buttons that change it."""

from handlers.appointments.choice import StaleChoice
from handlers.cases import MENU
from handlers.messages import Button
from handlers.turn import Turn
from storage.tables import Booking


async def booking_of(turn: Turn, booking_id: int) -> Booking:
    """The customer's own booking, or one of the team when an agent asks; locked. Raises StaleChoice."""
    booking = await turn.work.bookings.get(booking_id)
    if booking is None or booking.team_id != turn.team.id:
        raise StaleChoice(str(booking_id))
    if booking.customer_id != turn.person.id and not turn.is_agent:
        raise StaleChoice(str(booking_id))
    return booking


def changing(booking: Booking, about: str = "") -> tuple[Button, Button]:
    """Move it, cancel it; `about` says which one where several are listed."""
    return (
        Button(label=f"Move {about}" if about else "Move", action="book.move", value=str(booking.id)),
        Button(label=f"Cancel {about or 'booking'}", action="book.cancel", value=str(booking.id)),
    )


def menu_of(turn: Turn) -> tuple[tuple[Button, ...], ...]:
    """What a customer can begin next; nothing at the desk."""
    return () if turn.is_agent else MENU


KEEP = Button(label="Keep it", action="book.keep")
"""The way out of a question about a booking."""

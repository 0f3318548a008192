"""What is still to come for a team, for the one who has to look after it."""

from collections.abc import Sequence
from datetime import timedelta

from booking.zones import both_times
from storage.tables import Booking, Team
from storage.work import Work

FAR = timedelta(days=400)
MOST_SHOWN = 20


async def bookings_ahead(work: Work, team: Team) -> Sequence[Booking]:
    """The team's confirmed bookings that are not over, soonest first."""
    return await work.bookings.agenda(team.id, work.now, work.now + FAR)


async def listed(work: Work, team: Team, zone: str) -> str:
    """The same as lines on a clock of `zone`: when, what, for whom; the many are counted at the end."""
    ahead = await bookings_ahead(work, team)
    lines = [await _line(work, team, booking, zone) for booking in ahead[:MOST_SHOWN]]
    more = len(ahead) - MOST_SHOWN
    return "\n".join([*lines, *([f"and {more} more"] if more > 0 else [])])


async def _line(work: Work, team: Team, booking: Booking, zone: str) -> str:
    service = await work.people.service(booking.service_id)
    customer = await work.people.person(booking.customer_id)
    when = both_times(booking.starts_at, booking.ends_at, zone, team.zone)
    return f"{when}: {service.name if service else 'a service'} with {customer.name}"

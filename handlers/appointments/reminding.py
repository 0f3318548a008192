"""A booking is brought to mind, to its customer and at the desk, a day and an hour before it starts."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from booking.reminders import next_reminder
from booking.zones import both_times, day_label, time_label
from handlers.appointments.holding import own_booking
from handlers.appointments.standing import changing
from handlers.house import House
from handlers.messages import Button, Message, pairs
from handlers.speech import say
from handlers.turn import Turn
from storage.tables import Booking, BookingState, Conversation, Service, Side, Team
from storage.work import Work

AT_ONCE = 50


async def sweep_reminders(house: House) -> None:
    """Remind of what is due; each booking is read again, for it may have been cancelled or moved meanwhile."""
    async with house.database.begin() as work:
        for booking in await work.bookings.to_remind(AT_ONCE):
            booking.remind_at = next_reminder(booking.starts_at, work.now)
            if booking.state is BookingState.CONFIRMED and booking.starts_at > work.now:
                await _remind(work, booking)


async def _remind(work: Work, booking: Booking) -> None:
    case = await work.talk.conversation(booking.conversation_id or 0)
    service = await work.people.service(booking.service_id)
    if case is None or service is None:
        return
    team = await work.people.team(booking.team_id)
    await say(work, case, Side.CUSTOMER, await _to_customer(work, booking, service, team, case))
    customer = await work.people.person(booking.customer_id)
    agent = await work.people.person(booking.agent_id)
    when = _when(booking.starts_at, work.now, team.zone)
    words = f"{service.name} with {customer.name} begins {when}. {agent.name} is booked for it."
    await say(work, case, Side.AGENT, Message(text=words))


async def _to_customer(work: Work, booking: Booking, service: Service, team: Team, case: Conversation) -> Message:
    customer = await work.people.person(booking.customer_id)
    agent = await work.people.person(booking.agent_id)
    zone = customer.zone or team.zone
    quiet = Button(label="No more reminders", action="book.quiet", value=str(booking.id))
    return Message(
        title=f"{service.name} begins {_when(booking.starts_at, work.now, zone)}",
        pairs=pairs(
            When=both_times(booking.starts_at, booking.ends_at, zone, team.zone), With=f"{agent.name}, {team.name}"
        ),
        footnote="The link to the video room comes here when it begins.",
        buttons=(
            changing(booking),
            *(((quiet,),) if booking.remind_at else ()),
        ),
    )


def _when(starts_at: datetime, now: datetime, zone: str) -> str:
    """Seen from `now`: "in 60 minutes", "today at 17:00", "tomorrow at 10:00", "on Tue 24 Nov at 10:00"."""
    if starts_at - now <= timedelta(hours=1):
        minutes = -((now - starts_at) // timedelta(minutes=1))
        return "in a minute" if minutes == 1 else f"in {minutes} minutes"
    here = ZoneInfo(zone)
    day = day_label(starts_at.astimezone(here).date(), now.astimezone(here).date())
    named = day.lower() if day in {"Today", "Tomorrow"} else f"on {day}"
    return f"{named} at {time_label(starts_at, zone)}"


async def quiet(turn: Turn) -> None:
    """The customer does not want to be reminded of this booking again."""
    booking = await own_booking(turn)
    booking.remind_at = None
    await turn.answer(Message(text="You will not be reminded of this booking again."))

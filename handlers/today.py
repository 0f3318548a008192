"""Today's page: what is booked, which cases are open, what came in, and what waits."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from booking.hours import day_interval
from booking.zones import time_label, zone_label
from handlers.messages import Button, Message, Pair, pairs
from handlers.turn import Turn
from handlers.words import sum_of
from storage.tables import Desk

SHOWN = 8
LATELY = timedelta(days=30)


async def today_page(turn: Turn) -> Message:
    """The page, in the reader's zone."""
    begins, ends = _day(turn)
    lines = await _booked(turn, begins, ends)
    return Message(
        title=f"{turn.team.name} today",
        pairs=(
            *(lines or (Pair(label="Bookings", value="none today"),)),
            *pairs(
                Open_cases=await _cases(turn),
                Money_today=await _money(turn, begins),
                Waiting=await _waiting(turn),
                Customers_say=await _rating(turn),
            ),
        ),
        footnote=f"Times are {zone_label(turn.zone, turn.work.now)} time.",
        buttons=_buttons(turn),
    )


def _day(turn: Turn) -> tuple[datetime, datetime]:
    day = day_interval(turn.work.now.astimezone(ZoneInfo(turn.zone)).date(), turn.zone)
    return (day.start, day.end) if day else (turn.work.now, turn.work.now + timedelta(days=1))


async def _booked(turn: Turn, begins: datetime, ends: datetime) -> tuple[Pair, ...]:
    booked = await turn.work.bookings.agenda(turn.team.id, begins, ends)
    lines = []
    for booking in booked[:SHOWN]:
        service = await turn.work.people.service(booking.service_id)
        customer = await turn.work.people.person(booking.customer_id)
        agent = await turn.work.people.person(booking.agent_id)
        what = f"{service.name if service else 'Booking'} · {customer.name} · with {agent.name}"
        lines.append(Pair(label=time_label(booking.starts_at, turn.zone), value=what))
    if len(booked) > SHOWN:
        lines.append(Pair(label="And", value=f"{len(booked) - SHOWN} more today"))
    return tuple(lines)


async def _cases(turn: Turn) -> str:
    every, free = await turn.work.overview.open_cases(turn.team.id)
    return f"{every}, {free} of them held by nobody" if free else str(every or "none")


async def _money(turn: Turn, since: datetime) -> str:
    taken = await turn.work.overview.taken_since(turn.team.id, since)
    sums = [f"{sum_of(one.minor, one.currency)}{'' if one.live else ' (TEST)'}" for one in taken]
    return ", ".join(sums) or "nothing yet"


async def _waiting(turn: Turn) -> str:
    unpaid = await turn.work.overview.unpaid(turn.team.id)
    asked = [f"{unpaid} payment request{'s' if unpaid > 1 else ''}"] if unpaid else []
    return "; ".join([*asked, *(desk.trouble for desk in await _broken(turn))]) or "nothing"


async def _broken(turn: Turn) -> list[Desk]:
    return [desk for desk in await turn.work.people.desks_of(turn.team.id) if desk.trouble]


async def _rating(turn: Turn) -> str:
    mean, answers = await turn.work.desk.satisfaction(turn.team.id, turn.work.now - LATELY)
    return f"{mean:.1f} of 5 ({answers} in 30 days)" if answers else ""


def _buttons(turn: Turn) -> tuple[tuple[Button, ...], ...]:
    look = (Button(label="Agenda", action="agenda"), Button(label="Cases", action="cases"))
    return (look, (Button(label="Settings", action="setup.menu"),)) if turn.is_owner else (look,)

"""A team's free time: its agents' hours less what is taken, asked of the database and worked out by `booking`."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from booking.hours import Interval, WeeklyHours, parse_hours
from booking.slots import Offer, Slot, days_with_slots, free_slots, next_slots
from storage.tables import Hours, Service, Team
from storage.work import Work

DAYS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Calendar:
    """Free slots of one service in the reader's zone. Agents are named by their person id as text."""

    offer: Offer
    hours: dict[str, WeeklyHours]
    busy: dict[str, list[Interval]]
    zone: str
    now: datetime

    def days(self) -> tuple[date, ...]:
        """The next days with something free."""
        first = self.now.astimezone(ZoneInfo(self.zone)).date()
        return days_with_slots(
            self.hours, self.offer, self.busy, first=first, count=DAYS_SHOWN, zone=self.zone, now=self.now
        )

    def slots(self, day: date) -> tuple[Slot, ...]:
        """What is free on that day."""
        return free_slots(self.hours, self.offer, self.busy, day=day, zone=self.zone, now=self.now)

    def at(self, start: datetime) -> Slot | None:
        """The slot that starts then, if it is free."""
        day = start.astimezone(ZoneInfo(self.zone)).date()
        return next((slot for slot in self.slots(day) if slot.start == start), None)

    def after(self, start: datetime, count: int) -> tuple[Slot, ...]:
        """The next free slots from a moment on."""
        return next_slots(self.hours, self.offer, self.busy, after=start, n=count, zone=self.zone, now=self.now)


async def calendar(work: Work, team: Team, service: Service, zone: str) -> Calendar:
    """The team's calendar for one service, seen from a time zone."""
    offer = offer_of(service)
    working = await work.people.hours_of(team.id)
    hours = {str(row.person_id): _weekly(row) for row in working}
    end = work.now + offer.horizon + timedelta(days=2)
    taken = await work.bookings.busy([row.person_id for row in working], work.now - timedelta(days=1), end)
    busy: dict[str, list[Interval]] = {}
    for booking in taken:
        busy.setdefault(str(booking.agent_id), []).append(Interval(booking.starts_at, booking.busy_until))
    return Calendar(offer, hours, busy, zone, work.now)


def offer_of(service: Service) -> Offer:
    """How a service is sold, as `booking` reads it."""
    return Offer(
        duration=timedelta(minutes=service.minutes),
        step=timedelta(minutes=service.step_minutes),
        buffer_after=timedelta(minutes=service.pause_minutes),
        notice=timedelta(minutes=service.notice_minutes),
        horizon=timedelta(days=service.horizon_days),
    )


def _weekly(row: Hours) -> WeeklyHours:
    closed = frozenset(date.fromisoformat(day) for day in row.closed.split(",") if day)
    return WeeklyHours(zone=row.zone, spans=parse_hours(row.text), closed=closed, special={})

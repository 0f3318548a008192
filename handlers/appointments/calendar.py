"""A team's free time: its agents' hours less what is taken, asked of the database and worked out by `booking`."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from booking.hours import Interval, WeeklyHours, day_interval, parse_hours
from booking.slots import Offer, Slot, days_with_slots, free_slots, next_slots
from storage.tables import Booking, Hours, Service, Team
from storage.work import Work

DAYS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Calendar:
    """Free slots of one service in the reader's zone. Agents are named by their person id as text.

    `leaves`: when the booking begins that is to be moved; that is no time to move it to.
    """

    offer: Offer
    hours: dict[str, WeeklyHours]
    busy: dict[str, list[Interval]]
    zone: str
    now: datetime
    leaves: datetime | None = None

    def days(self) -> tuple[date, ...]:
        """The next days with something free."""
        first = self.now.astimezone(ZoneInfo(self.zone)).date()
        free = days_with_slots(
            self.hours, self.offer, self.busy, first=first, count=DAYS_SHOWN + 1, zone=self.zone, now=self.now
        )
        left = self.leaves.astimezone(ZoneInfo(self.zone)).date() if self.leaves else None
        # On the day that is left, the one free time may be the booking's own.
        return tuple(day for day in free if day != left or self.slots(day))[:DAYS_SHOWN]

    def slots(self, day: date) -> tuple[Slot, ...]:
        """What is free on that day."""
        free = free_slots(self.hours, self.offer, self.busy, day=day, zone=self.zone, now=self.now)
        return tuple(slot for slot in free if slot.start != self.leaves)

    def at(self, start: datetime) -> Slot | None:
        """The slot that starts then, if it is free."""
        day = start.astimezone(ZoneInfo(self.zone)).date()
        return next((slot for slot in self.slots(day) if slot.start == start), None)

    def after(self, start: datetime, count: int) -> tuple[Slot, ...]:
        """The next free slots from a moment on."""
        free = next_slots(self.hours, self.offer, self.busy, after=start, n=count + 1, zone=self.zone, now=self.now)
        return tuple(slot for slot in free if slot.start != self.leaves)[:count]

    def of(self, agent_id: int) -> "Calendar":
        """The same calendar of that agent alone."""
        return replace(self, hours={name: hours for name, hours in self.hours.items() if name == str(agent_id)})


async def calendar(
    work: Work, team: Team, service: Service, zone: str, *, day: date | None = None, moved: Booking | None = None
) -> Calendar:
    """The team's calendar for one service, seen from a time zone; good for `day` alone when one is named.

    A booking that is `moved` stands in its own way nowhere.
    """
    offer = offer_of(service)
    working = await work.people.hours_of(team.id)
    hours = {str(row.person_id): weekly(row) for row in working}
    span = _span(offer, work.now, zone, day)
    busy: dict[str, list[Interval]] = {}
    agents = [row.person_id for row in working]
    for taken in await work.bookings.busy(agents, span.start, span.end, but=moved.id if moved else 0):
        busy.setdefault(str(taken.agent_id), []).append(Interval(taken.starts_at, taken.busy_until))
    return Calendar(offer, hours, busy, zone, work.now, moved.starts_at if moved else None)


def _span(offer: Offer, now: datetime, zone: str, day: date | None) -> Interval:
    """What has to be known to tell what is free: all that is offered, or what touches the slots of one day."""
    window = day_interval(day, zone) if day else None
    if window is None:
        return Interval(now - timedelta(days=1), now + offer.horizon + timedelta(days=2))
    return Interval(window.start - offer.buffer_before, window.end + offer.duration + offer.buffer_after)


def offer_of(service: Service) -> Offer:
    """How a service is sold, as `booking` reads it."""
    return Offer(
        duration=timedelta(minutes=service.minutes),
        step=timedelta(minutes=service.step_minutes),
        buffer_after=timedelta(minutes=service.pause_minutes),
        notice=timedelta(minutes=service.notice_minutes),
        horizon=timedelta(days=service.horizon_days),
    )


def weekly(row: Hours) -> WeeklyHours:
    """Somebody's hours, as `booking` reads them."""
    closed = frozenset(date.fromisoformat(day) for day in row.closed.split(",") if day)
    return WeeklyHours(zone=row.zone, spans=parse_hours(row.text), closed=closed, special={})

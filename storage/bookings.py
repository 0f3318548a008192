"""Questions about bookings. A unique key over five-minute cells decides who gets a slot."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from storage import statements
from storage.tables import BookedCell, Booking, BookingState, Person

# One rule for every database, where only PostgreSQL could keep spans apart: docs/decisions/five-minute-cells.md.
CELL = timedelta(minutes=5)
GRID = datetime(2000, 1, 1, tzinfo=UTC)
ALIVE = (BookingState.HELD, BookingState.CONFIRMED)


class SlotTaken(Exception):
    """Somebody else was first."""


class Taken(NamedTuple):
    """A stretch of an agent's time that is not free."""

    agent_id: int
    starts_at: datetime
    busy_until: datetime


class Bookings:
    """Holds, bookings and the cells of time they take."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        """Part of one `Work`."""
        self._db = session
        self._now = now

    async def hold(self, booking: Booking) -> None:
        """Keep a booking and take its agent's time. Raises SlotTaken when any of it belongs to another booking."""
        await self._one_at_a_time(booking.agent_id)
        # A hold that is over keeps nobody away, whether the sweep has been there or not.
        await self.let_lapse(booking.agent_id)
        try:
            # A savepoint: who was second goes on in this transaction, and is offered the next free times.
            async with self._db.begin_nested():
                self._db.add(booking)
                await self._db.flush()
                await self._take(booking.id, Taken(booking.agent_id, booking.starts_at, booking.busy_until))
        except IntegrityError as error:
            raise SlotTaken from error

    async def move(self, booking: Booking, to: Taken, ends_at: datetime) -> None:
        """Give a booking's time back and take another. Raises SlotTaken, and the booking keeps the time it had."""
        await self._one_at_a_time(booking.agent_id, to.agent_id)
        await self.let_lapse(to.agent_id)
        try:
            async with self._db.begin_nested():
                await self._give_back(booking)
                await self._take(booking.id, to)
        except IntegrityError as error:
            raise SlotTaken from error
        booking.agent_id, booking.starts_at, booking.busy_until = to
        booking.ends_at = ends_at

    async def _one_at_a_time(self, *agent_ids: int) -> None:
        # Two that overlap in part, or change places, would wait for each other's cells without end.
        asked = select(col(Person.id)).where(col(Person.id).in_(agent_ids)).order_by(col(Person.id))
        await self._db.execute(asked.with_for_update(key_share=True))

    async def _take(self, booking_id: int, time: Taken) -> None:
        cells = cells_of(time.starts_at, time.busy_until)
        self._db.add_all(BookedCell(agent_id=time.agent_id, starts_at=cell, booking_id=booking_id) for cell in cells)
        await self._db.flush()

    async def _give_back(self, booking: Booking) -> None:
        await self._db.execute(delete(BookedCell).where(col(BookedCell.booking_id) == booking.id))

    async def release(self, booking: Booking, state: BookingState) -> None:
        """Give an agent's time back; `state` says why."""
        booking.state = state
        booking.hold_until = booking.remind_at = None
        await self._give_back(booking)

    async def let_lapse(self, agent_id: int | None = None) -> Sequence[Booking]:
        """End the holds whose time is over (of one agent, or of all) and return them."""
        over = [col(Booking.state) == BookingState.HELD, col(Booking.hold_until) <= self._now]
        if agent_id is not None:
            over.append(col(Booking.agent_id) == agent_id)
        # Under a lock, since a customer may be confirming one of them at this moment.
        asked = select(Booking).where(*over).order_by(col(Booking.id)).with_for_update()
        # What was read before the lock may be out of date, so it is read again.
        lapsed = (await self._db.execute(asked, execution_options={"populate_existing": True})).scalars().all()
        for booking in lapsed:
            await self.release(booking, BookingState.LAPSED)
        return lapsed

    async def to_remind(self, limit: int) -> Sequence[Booking]:
        """The bookings whose people are to be reminded now, the longest overdue first; locked until the commit."""
        asked = select(Booking).where(col(Booking.remind_at) <= self._now).order_by(col(Booking.remind_at))
        locked = asked.limit(limit).with_for_update()
        return (await self._db.execute(locked, execution_options={"populate_existing": True})).scalars().all()

    async def busy(self, agent_ids: Sequence[int], start: datetime, end: datetime, *, but: int = 0) -> Sequence[Taken]:
        """What takes those agents' time between two moments, `but` one booking; holds that are over do not."""
        asked = select(col(Booking.agent_id), col(Booking.starts_at), col(Booking.busy_until)).where(
            col(Booking.agent_id).in_(agent_ids),
            col(Booking.id) != but,
            col(Booking.state).in_(ALIVE),
            col(Booking.starts_at) < end,
            col(Booking.busy_until) > start,
            or_(col(Booking.hold_until).is_(None), col(Booking.hold_until) > self._now),
        )
        return [Taken(*row) for row in await self._db.execute(asked)]

    async def get(self, booking_id: int) -> Booking | None:
        """One booking, locked until the commit."""
        await self._db.flush()
        return await self._db.get(Booking, booking_id, with_for_update=True, populate_existing=True)

    async def held_by_customer(self, customer_id: int) -> Sequence[Booking]:
        """The slots a customer holds and has not confirmed."""
        asked = select(Booking).where(col(Booking.customer_id) == customer_id, col(Booking.state) == BookingState.HELD)
        return (await self._db.execute(asked)).scalars().all()

    async def ahead_of_customer(self, team_id: int, customer_id: int) -> Sequence[Booking]:
        """A customer's confirmed bookings that are not over, soonest first."""
        return await self._confirmed(col(Booking.team_id) == team_id, col(Booking.customer_id) == customer_id)

    async def for_conversation(self, conversation_id: int) -> Sequence[Booking]:
        """The confirmed bookings of a conversation that are not over, soonest first."""
        asked = {"of": conversation_id, "now": self._now}
        return (await self._db.execute(statements.booked(), asked)).scalars().all()

    async def during(self, conversation_id: int, start: datetime, end: datetime) -> Sequence[Booking]:
        """The confirmed bookings of a conversation that touch a stretch of time, soonest first."""
        asked = select(Booking).where(
            col(Booking.conversation_id) == conversation_id, col(Booking.state) == BookingState.CONFIRMED,
            col(Booking.starts_at) < end, col(Booking.ends_at) > start,
        )  # fmt: skip
        return (await self._db.execute(asked.order_by(col(Booking.starts_at)))).scalars().all()

    async def agenda(
        self, team_id: int, start: datetime, end: datetime, agent_id: int | None = None
    ) -> Sequence[Booking]:
        """A team's confirmed bookings between two moments, soonest first; of one agent when named."""
        named = [] if agent_id is None else [col(Booking.agent_id) == agent_id]
        span = (col(Booking.starts_at) < end, col(Booking.ends_at) > start)
        asked = select(Booking).where(
            col(Booking.team_id) == team_id, col(Booking.state) == BookingState.CONFIRMED, *span, *named
        )
        return (await self._db.execute(asked.order_by(col(Booking.starts_at)))).scalars().all()

    async def _confirmed(self, *more: object) -> Sequence[Booking]:
        asked = (
            select(Booking)
            .where(col(Booking.state) == BookingState.CONFIRMED, col(Booking.ends_at) > self._now, *more)  # type: ignore[arg-type]
            .order_by(col(Booking.starts_at))
        )
        return (await self._db.execute(asked)).scalars().all()


def cells_of(start: datetime, end: datetime) -> list[datetime]:
    """The five-minute cells that a stretch of time touches, whether it begins on the grid or not."""
    first = start - (start - GRID) % CELL
    return [first + CELL * index for index in range(-((first - end) // CELL))]

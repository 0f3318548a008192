"""The two queues as one class: add, claim the heads of lanes under a lease, finish, retry, bury."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import ColumnElement, CursorResult, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from storage.intake import Arrival
from storage.repeats import insert_new, table_of
from storage.tables import Inbox, JobState, Outbox

Row = TypeVar("Row", Inbox, Outbox)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job in hand, until `lease_until`. `tries` counts this one, `failures` those that went wrong before."""

    id: int
    lane: str
    kind: str
    body: str
    tries: int
    failures: int
    reserved: bool
    lease_until: datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is due and waits: how many, and how long the oldest has waited already; and what was given up."""

    depth: int
    age: timedelta
    dead: int


class Queue(Generic[Row]):
    """Rows of one lane are carried out in order of their ids; a waiting head holds up its own lane and no other."""

    def __init__(self, session: AsyncSession, table: type[Row], now: datetime, woke: Callable[[], None]) -> None:
        """`woke` is called when there is something new to do."""
        self._session = session
        self._table: type[Row] = table
        self._now = now
        self._woke = woke
        self._added: list[Row] = []

    async def add(self, *, lane: str, kind: str, body: str, due_at: datetime | None = None) -> None:
        """Put a job at the end of `lane`."""
        self._added.append(self._row(lane, kind, body, due_at or self._now))
        self._woke()

    async def settle(self) -> None:
        """Before the commit: all that was added goes in with one statement, in that order."""
        if self._added:
            rows = [row.model_dump(exclude={"id"}) for row in self._added]
            await self._session.execute(insert(self._table), rows)
            self._added.clear()

    def _row(self, lane: str, kind: str, body: str, due_at: datetime) -> Row:
        made: dict[str, Any] = {"lane": lane, "kind": kind, "body": body, "due_at": due_at, "made_at": self._now}
        return self._table(**made)

    async def claim(self, limit: int, lease: timedelta) -> Sequence[Claimed]:
        """Take up to `limit` heads of lanes that are due and that nobody holds."""
        ids = (await self._session.execute(self._heads(limit))).scalars().all()
        if not ids:
            return ()
        until = self._now + lease
        table = self._table
        changed = update(table).where(col(table.id).in_(ids)).values(lease_until=until, tries=col(table.tries) + 1)
        await self._session.execute(changed)
        rows = await self._session.execute(
            select(
                col(table.id),
                col(table.lane),
                col(table.kind),
                col(table.body),
                col(table.tries),
                col(table.failures),
                col(table.reserved),
            )
            .where(col(table.id).in_(ids))
            .order_by(col(table.id))
        )
        return [Claimed(*row, lease_until=until) for row in rows]

    def _heads(self, limit: int) -> Any:
        table, earlier = self._table, aliased(self._table)
        free = or_(col(table.lease_until).is_(None), col(table.lease_until) <= self._now)
        before = (
            select(col(earlier.id))
            .where(
                col(earlier.state) == JobState.WAITING,
                col(earlier.lane) == col(table.lane),
                col(earlier.id) < col(table.id),
            )
            .exists()
        )
        return (
            select(col(table.id))
            .where(col(table.state) == JobState.WAITING, col(table.due_at) <= self._now, free, ~before)
            # In the index's own order: what waited longest comes first, and nothing has to be sorted.
            .order_by(col(table.due_at), col(table.id))
            .limit(limit)
            .with_for_update(skip_locked=True)
        )

    async def renew(self, jobs: Sequence[Claimed], lease: timedelta) -> None:
        """Keep jobs in hand that take long; one that was lost meanwhile stays lost."""
        for job in jobs:
            await self._finish(job, lease_until=self._now + lease)

    async def mind_the_clock(self, lease: timedelta) -> None:
        """When the clock was set back: what was made later than now is due now, and leases end when they would have.

        Whoever is at work renews his lease and keeps it. The clocks of several machines may differ by one lease.
        """
        table, latest = self._table, self._now + 2 * lease
        waiting = col(table.state) == JobState.WAITING
        due = update(table).where(waiting, col(table.made_at) > latest).values(made_at=self._now, due_at=self._now)
        await self._session.execute(due)
        held = update(table).where(waiting, col(table.lease_until) > latest).values(lease_until=self._now + lease)
        await self._session.execute(held)

    async def holds(self, job: Claimed) -> bool:
        """Whether a job is still in hand: a worker that slept past its lease must not act on it."""
        table = self._table
        mine = select(col(table.id)).where(*self._mine(job), col(table.lease_until) > self._now)
        return (await self._session.execute(mine)).scalar_one_or_none() is not None

    async def done(self, job: Claimed) -> bool:
        """Finished. False when the lease was lost and somebody else has it."""
        return await self._finish(job, state=JobState.DONE)

    async def retry(
        self, job: Claimed, *, due_at: datetime, problem: str, failed: bool = True, reserved: bool = False
    ) -> bool:
        """Try again at `due_at`; the lane waits until then. Waiting because a platform asked for it is no failure."""
        self._woke()
        failures = job.failures + failed
        waits = {"due_at": due_at, "lease_until": None, "problem": problem[:500]}
        return await self._finish(job, **waits, failures=failures, reserved=reserved)

    async def bury(self, job: Claimed, problem: str) -> bool:
        """Give it up; the lane goes on."""
        return await self._finish(job, state=JobState.DEAD, problem=problem[:500])

    async def _finish(self, job: Claimed, **values: object) -> bool:
        table = self._table
        mine = update(table).where(*self._mine(job)).values(**values)
        result = cast("CursorResult[Any]", await self._session.execute(mine))
        return result.rowcount == 1

    def _mine(self, job: Claimed) -> tuple[ColumnElement[bool], ...]:
        # Whoever claims a job counts one more try, so the count tells this claim from every later one.
        table = self._table
        # One that was put back has no lease, and is in nobody's hand.
        in_hand = col(table.lease_until).is_not(None)
        return col(table.id) == job.id, col(table.state) == JobState.WAITING, col(table.tries) == job.tries, in_hand

    async def next_due(self) -> datetime | None:
        """When the next waiting job falls due, or None when nothing waits."""
        table = self._table
        asked = select(func.min(col(table.due_at))).where(col(table.state) == JobState.WAITING)
        moment: datetime | None = (await self._session.execute(asked)).scalar_one_or_none()
        return moment

    async def backlog(self) -> Backlog:
        """How much waits, how long the oldest that is due has waited, and how much was given up."""
        table = self._table
        waiting = col(table.state) == JobState.WAITING
        due = select(func.count(), func.min(col(table.due_at))).where(waiting, col(table.due_at) <= self._now)
        depth, oldest = (await self._session.execute(due)).one()
        dead = select(func.count()).where(col(table.state) == JobState.DEAD)
        given_up: int = (await self._session.execute(dead)).scalar_one()
        return Backlog(depth, self._now - oldest if oldest else timedelta(), given_up)

    async def clean(self, before: datetime) -> None:
        """Forget what is finished and fell due before that moment."""
        table = self._table
        await self._session.execute(delete(table).where(col(table.state) == JobState.DONE, col(table.due_at) < before))


class InboxQueue(Queue[Inbox]):
    """What came in. The unique key over source and event id makes a repeated delivery boring."""

    async def take_in(self, arrivals: Sequence[Arrival]) -> None:
        """Add what came in; what came in before is left as it is."""
        rows = [self._arrived(arrival).model_dump(exclude={"id"}) for arrival in arrivals]
        connection = await self._session.connection()
        await connection.execute(insert_new(connection.dialect.name, table_of(Inbox), rows))
        self._woke()

    def _arrived(self, arrival: Arrival) -> Inbox:
        row = self._row(arrival.lane, arrival.kind, arrival.body, self._now)
        row.source, row.event_id = arrival.source, arrival.event_id
        return row

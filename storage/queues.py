"""The two queues as one class: add, claim the heads of lanes under a lease, finish, retry, bury."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Select,
    Table,
    Update,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from storage.intake import Arrival
from storage.repeats import blank, insert_new, table_of
from storage.tables import Inbox, JobState, Outbox
from storage.types import UtcDateTime

Row = TypeVar("Row", Inbox, Outbox)

TOLD = frozenset({"tell_team"})
"""Jobs that are remembered as they were: evidence says what a team's own system was told."""


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
    looked_at: float = field(default_factory=time.monotonic)
    """When its lease began, by a clock that nobody sets and that runs while a process stands still."""


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
        # The same moment: a process may stand still, or wait for the database, between it and the first statement.
        self._began = time.monotonic()
        self._woke = woke
        self._added: list[Mapping[str, object]] = []

    async def add(self, *, lane: str, kind: str, body: str, due_at: datetime | None = None) -> None:
        """Put a job at the end of `lane`."""
        self._added.append(self._row(lane, kind, body, due_at or self._now))
        self._woke()

    async def settle(self) -> None:
        """Before the commit: all that was added goes in with one statement, in that order."""
        if self._added:
            await self._session.execute(insert(table_of(self._table)), self._added)
            self._added.clear()

    def _row(self, lane: str, kind: str, body: str, due_at: datetime) -> dict[str, object]:
        told = {"lane": lane, "kind": kind, "body": body, "due_at": due_at, "made_at": self._now}
        return {**blank(self._table), **told}

    async def claim(self, limit: int, lease: timedelta) -> Sequence[Claimed]:
        """Take up to `limit` heads of lanes that are due and that nobody holds."""
        until = self._now + lease
        rows = (await self._session.execute(heads(self._table), {"now": self._now, "most": limit})).all()
        if not rows:
            return ()
        taken = {"ids": [row.id for row in rows], "until": until}
        await self._session.execute(_taking(self._table), taken)
        jobs = [
            Claimed(row.id, row.lane, row.kind, row.body, row.tries + 1, row.failures, row.reserved, until, self._began)
            for row in rows
        ]
        return sorted(jobs, key=lambda job: job.id)

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
        table = table_of(self._table)
        mine = select(table.c.id).where(*_mine(table), table.c.lease_until > self._now)
        return (await self._session.execute(mine, _claim_of(job))).scalar_one_or_none() is not None

    async def done(self, job: Claimed) -> bool:
        """Finished; what it said and to whom is forgotten. False when the lease was lost and somebody else has it."""
        return await self._finish(job, state=JobState.DONE, **self._forgotten(job))

    async def all_done(self, jobs: Sequence[Claimed]) -> None:
        """The same for many. One whose lease was lost stays with whoever has it."""
        for told in (True, False):
            mine = [job for job in jobs if (job.kind in TOLD) is told]
            if mine:
                values = {"state": JobState.DONE, **self._forgotten(mine[0])}
                await self._session.execute(*_finished(self._table, mine, values))

    @staticmethod
    def _forgotten(job: Claimed) -> dict[str, str]:
        # Until it is done it is needed, afterwards it would be a second copy of people's words and addresses.
        return {} if job.kind in TOLD else {"body": "", "lane": ""}

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
        changed = await self._session.execute(*_finished(self._table, [job], values))
        return cast("CursorResult[Any]", changed).rowcount == 1

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

    async def forget_dead(self, before: datetime) -> None:
        """Forget what was given up before that moment."""
        table = self._table
        await self._session.execute(delete(table).where(col(table.state) == JobState.DEAD, col(table.due_at) < before))


class InboxQueue(Queue[Inbox]):
    """What came in. The unique key over source and event id makes a repeated delivery boring."""

    async def take_in(self, arrivals: Sequence[Arrival]) -> None:
        """Add what came in; what came in before is left as it is."""
        rows = [self._arrived(arrival) for arrival in arrivals]
        connection = await self._session.connection()
        await connection.execute(insert_new(connection.dialect.name, table_of(Inbox)), rows)
        self._woke()

    def _arrived(self, arrival: Arrival) -> dict[str, object]:
        row = self._row(arrival.lane, arrival.kind, arrival.body, self._now)
        return {**row, "source": arrival.source, "event_id": arrival.event_id}


# What is asked for every job is put together once: to build a statement takes longer than SQLite takes to answer it.


@cache
def heads(rows: type[Inbox | Outbox]) -> Select[Any]:
    """The heads of lanes that are due at `now` and that nobody holds, `most` of them; locked where a server can."""
    table = table_of(rows)
    earlier, now = table.alias("earlier"), bindparam("now", type_=UtcDateTime)
    free = or_(table.c.lease_until.is_(None), table.c.lease_until <= now)
    waiting = [earlier.c.state == JobState.WAITING, earlier.c.lane == table.c.lane, earlier.c.id < table.c.id]
    before = select(earlier.c.id).where(*waiting).exists()
    names = ("id", "lane", "kind", "body", "tries", "failures", "reserved")
    return (
        select(*(table.c[name] for name in names))
        .where(table.c.state == JobState.WAITING, table.c.due_at <= now, free, ~before)
        # In the index's own order: what waited longest comes first, and nothing has to be sorted.
        .order_by(table.c.due_at, table.c.id)
        .limit(bindparam("most"))
        # Two workers that look at one moment take different heads. SQLite, which has one writer, leaves it out.
        .with_for_update(skip_locked=True)
    )


@cache
def _taking(rows: type[Inbox | Outbox]) -> Update:
    table = table_of(rows)
    chosen = table.c.id.in_(bindparam("ids", expanding=True))
    return update(table).where(chosen).values(lease_until=bindparam("until"), tries=table.c.tries + 1)


def _finished(
    rows: type[Inbox | Outbox], jobs: Sequence[Claimed], values: Mapping[str, object]
) -> tuple[Update, Sequence[Mapping[str, object]]]:
    told = {f"to_{name}": value for name, value in values.items()}
    return _finishing(rows, tuple(sorted(values))), [_claim_of(job) | told for job in jobs]


@cache
def _finishing(rows: type[Inbox | Outbox], names: tuple[str, ...]) -> Update:
    table = table_of(rows)
    return update(table).where(*_mine(table)).values({name: bindparam(f"to_{name}") for name in names})


def _mine(table: Table) -> tuple[ColumnElement[bool], ...]:
    # Whoever claims a job counts one more try, so the count tells this claim from every later one.
    # One that was put back has no lease, and is in nobody's hand.
    mine = table.c.id == bindparam("job"), table.c.tries == bindparam("claim")
    return *mine, table.c.state == JobState.WAITING, table.c.lease_until.is_not(None)


def _claim_of(job: Claimed) -> dict[str, object]:
    return {"job": job.id, "claim": job.tries}

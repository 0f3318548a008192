"""The inbox and the outbox: work that came in, work that must go out. Both are queues with one order for each lane."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import LongText, RowId, UtcDateTime, words


class JobState(StrEnum):
    """Where a row of a queue stands. A waiting row with a lease is being carried out."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"


class Job(SQLModel):
    """What both queues have in common.

    `lane`: rows of one lane are carried out one after the other. `lease_until`: a worker has it until then; afterwards
    it is anybody's again. `tries`: how often it was
    begun; `failures`: how often it was not for want of patience that it did not end well.
    """

    id: int = Field(default=None, primary_key=True, sa_type=RowId)
    lane: str = Field(max_length=120)
    kind: str = Field(max_length=32)
    body: str = Field(sa_type=LongText)
    state: JobState = Field(default=JobState.WAITING, sa_type=words(JobState))
    due_at: datetime = Field(sa_type=UtcDateTime)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    tries: int = 0
    failures: int = 0
    reserved: bool = False
    """It waits for a moment of its budget that is already its own."""
    problem: str = Field(default="", max_length=500)
    made_at: datetime = Field(sa_type=UtcDateTime)


class Inbox(Job, table=True):
    """What came in, once: an update of a chat platform or an event of a gateway."""

    __table_args__ = (
        UniqueConstraint("source", "event_id"),
        Index("ix_inbox_lane", "state", "lane", "id"),
        Index("ix_inbox_due", "state", "due_at", "id"),
    )

    source: str = Field(max_length=64)
    event_id: str = Field(max_length=128)


class Pace(SQLModel, table=True):
    """How fast somebody may be spoken to: a bot token, a workspace, a chat. `free_at` as in GCRA, the leaky bucket."""

    key: str = Field(primary_key=True, max_length=120)
    free_at: datetime = Field(sa_type=UtcDateTime)


class SweepTurn(SQLModel, table=True):
    """Which sweep is being done, and until when nobody else begins it."""

    name: str = Field(primary_key=True, max_length=64)
    until: datetime = Field(sa_type=UtcDateTime)


class Outbox(Job, table=True):
    """What must go out after the commit: deliveries, answers, marks, calls to gateways and to teams."""

    __table_args__ = (
        Index("ix_outbox_lane", "state", "lane", "id"),
        Index("ix_outbox_due", "state", "due_at", "id"),
    )

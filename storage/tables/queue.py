"""The inbox and the outbox: work that came in, work that must go out. Both are queues with one order for each lane."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel, Text

from storage.types import UtcDateTime, words


class JobState(StrEnum):
    """Where a row of a queue stands. A waiting row with a lease is being carried out."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"


class Job(SQLModel):
    """What both queues have in common.

    `lane`: rows of one lane are carried out one after the other. `lease_until`: a worker has it until then; afterwards
    it is anybody's again. `tries`: how often it was begun.
    """

    id: int = Field(default=None, primary_key=True)
    lane: str = Field(max_length=120)
    kind: str = Field(max_length=32)
    body: str = Field(sa_type=Text)
    state: JobState = Field(default=JobState.WAITING, sa_type=words(JobState))
    due_at: datetime = Field(sa_type=UtcDateTime)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    tries: int = 0
    problem: str = Field(default="", max_length=500)
    made_at: datetime = Field(sa_type=UtcDateTime)


class Inbox(Job, table=True):
    """What came in, once: an update of a chat platform or an event of a gateway."""

    __table_args__ = (
        UniqueConstraint("source", "event_id"),
        Index("ix_inbox_lane", "state", "lane", "id"),
        Index("ix_inbox_due", "state", "due_at"),
    )

    source: str = Field(max_length=64)
    event_id: str = Field(max_length=128)


class Outbox(Job, table=True):
    """What must go out after the commit: deliveries, answers, marks, calls to gateways and to teams."""

    __table_args__ = (
        Index("ix_outbox_lane", "state", "lane", "id"),
        Index("ix_outbox_due", "state", "due_at"),
    )

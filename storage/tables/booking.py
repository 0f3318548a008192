"""What can be booked, when, and what was."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import LongText, UtcDateTime, words


class BookingState(StrEnum):
    """A held booking is a slot kept while its customer decides."""

    HELD = "held"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


class Service(SQLModel, table=True):
    """What a team sells by the hour. Price in minor units; lengths in minutes. `fulfilment` is JSON."""

    __table_args__ = (UniqueConstraint("team_id", "slug"),)

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    slug: str = Field(max_length=64)
    name: str = Field(max_length=120)
    description: str = Field(default="", max_length=500)
    minutes: int
    price_minor: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    step_minutes: int = 30
    pause_minutes: int = 0
    notice_minutes: int = 60
    horizon_days: int = 30
    free_cancel_hours: int = 24
    late_fee_percent: int = 0
    fulfilment: str = Field(default="{}", sa_type=LongText)
    retired: bool = False
    declared: bool = False
    """The team's file names it."""


class Hours(SQLModel, table=True):
    """When an agent works: `text` as people write it (Mon-Fri 09:00-17:00), in `zone`; closed days as ISO dates."""

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    person_id: int = Field(foreign_key="person.id", unique=True)
    zone: str = Field(max_length=64)
    text: str = Field(max_length=500)
    closed: str = Field(default="", max_length=2000)


class Booking(SQLModel, table=True):
    """A service, a customer, an agent and a span of time. `hold_until` is set while it is only held."""

    # Each ends with a moment, so that years of past bookings are never read.
    __table_args__ = (
        Index("ix_booking_agent", "agent_id", "busy_until"),
        Index("ix_booking_customer", "customer_id", "state"),
        Index("ix_booking_team", "team_id", "ends_at"),
        Index("ix_booking_held", "state", "hold_until"),
        Index("ix_booking_remind", "remind_at"),
    )

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    service_id: int = Field(foreign_key="service.id")
    customer_id: int = Field(foreign_key="person.id")
    agent_id: int = Field(foreign_key="person.id")
    conversation_id: int | None = Field(default=None, foreign_key="conversation.id", index=True)
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    busy_until: datetime = Field(sa_type=UtcDateTime)
    """When the agent is free again: the end and the service's pause."""
    state: BookingState = Field(sa_type=words(BookingState))
    hold_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    remind_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When its customer is reminded next; None when never again."""
    uid: str = Field(max_length=64)
    sequence: int = 0
    made_at: datetime = Field(sa_type=UtcDateTime)


class BookedCell(SQLModel, table=True):
    """Five minutes of an agent's time that are taken. The unique key decides every race for a slot, on any database."""

    __table_args__ = (UniqueConstraint("agent_id", "starts_at"),)

    id: int = Field(default=None, primary_key=True)
    agent_id: int = Field(foreign_key="person.id")
    starts_at: datetime = Field(sa_type=UtcDateTime)
    booking_id: int = Field(foreign_key="booking.id", index=True)

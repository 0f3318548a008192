"""Video rooms, the personal codes that open them, and who was in when."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.tables.talk import Side
from storage.types import LongText, RowId, UtcDateTime, words


class Room(SQLModel, table=True):
    """A video room at a provider, for one conversation."""

    __table_args__ = (Index("ix_room_open", "closed_at", "closes_at"),)

    id: int = Field(default=None, primary_key=True)
    conversation_id: int = Field(foreign_key="conversation.id", index=True)
    provider: str = Field(max_length=32)
    name: str = Field(unique=True, max_length=64)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closes_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    overtime_answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When an agent said yes or no to asking for the minutes beyond the booked ones."""


class JoinCode(SQLModel, table=True):
    """A person's way into a room. Only the digest of the secret is kept. `admitted_at`: let in from the lobby."""

    __table_args__ = (UniqueConstraint("digest"),)

    id: int = Field(default=None, primary_key=True)
    digest: str = Field(max_length=64)
    room_id: int = Field(foreign_key="room.id", index=True)
    person_id: int = Field(foreign_key="person.id")
    side: Side = Field(sa_type=words(Side))
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    knocked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    admitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Presence(SQLModel, table=True):
    """Somebody in a room from `joined_at` to `left_at`; until then, which open page has their call.

    `entry`: that page's own word, a new one each time it enters. `call`: the browser's word for its connection.
    """

    __table_args__ = (Index("ix_presence_open", "left_at", "seen_at"),)

    id: int = Field(default=None, primary_key=True)
    room_id: int = Field(foreign_key="room.id", index=True)
    person_id: int = Field(foreign_key="person.id")
    joined_at: datetime = Field(sa_type=UtcDateTime)
    left_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    entry: str = Field(default="", max_length=32)
    call: str = Field(default="", max_length=64)
    direct: bool = False
    """The browser connects to the other one by itself."""
    seen_at: datetime = Field(sa_type=UtcDateTime)
    """When the server that serves the page last said that it is open."""
    missed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When somebody noticed that it had not been seen for a while; empty once it is seen again."""


class CallSignal(SQLModel, table=True):
    """What one browser has to tell the other so that they find each other, until it is taken."""

    id: int = Field(default=None, primary_key=True, sa_type=RowId)
    to_id: int = Field(foreign_key="presence.id", index=True)
    sealed_word: str = Field(sa_type=LongText)

"""What a front desk keeps beside its cases: invitations, canned replies, and what customers thought of it."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.tables.people import RoleKind
from storage.types import LongText, UtcDateTime, words


class Invitation(SQLModel, table=True):
    """A way into a team for one person, once. Only the digest of its code is kept."""

    __table_args__ = (UniqueConstraint("digest"),)

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    kind: RoleKind = Field(sa_type=words(RoleKind))
    digest: str = Field(max_length=64)
    made_by_id: int = Field(foreign_key="person.id")
    made_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was used or withdrawn."""


class CannedReply(SQLModel, table=True):
    """An answer that a team gives often. `text` has fields such as {customer}, filled when it is sent."""

    __table_args__ = (UniqueConstraint("team_id", "key"),)

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    key: str = Field(max_length=32)
    text: str = Field(sa_type=LongText)


class Rating(SQLModel, table=True):
    """What a customer thought of a conversation when it was closed: asked once, answered or not."""

    __table_args__ = (UniqueConstraint("conversation_id"), Index("ix_rating_team", "team_id", "rated_at"))

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    conversation_id: int = Field(foreign_key="conversation.id")
    asked_at: datetime = Field(sa_type=UtcDateTime)
    score: int | None = None
    """1 to 5; None until the customer has answered."""
    comment: str = Field(default="", max_length=1000)
    rated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

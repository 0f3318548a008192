"""Who did what: kept for the team's owners."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from storage.types import UtcDateTime


class Audit(SQLModel, table=True):
    """One deed. `actor_id` is None where Bellhop acted by itself; `about` names the thing, never what was said."""

    __table_args__ = (Index("ix_audit_team", "team_id", "id"),)

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    actor_id: int | None = Field(default=None, foreign_key="person.id")
    deed: str = Field(max_length=64)
    about: str = Field(default="", max_length=200)
    at: datetime = Field(sa_type=UtcDateTime)

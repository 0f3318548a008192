"""A bot that several teams share: which teams, who has met which of them, and the codes that make a group a desk."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import UtcDateTime


class Tenancy(SQLModel, table=True):
    """A team that speaks through a shared bot."""

    __table_args__ = (UniqueConstraint("account_id", "team_id"),)

    id: int = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="channelaccount.id")
    team_id: int = Field(foreign_key="team.id")


class Acquaintance(SQLModel, table=True):
    """Somebody has met a team through a shared bot. The one chosen last is the team they talk to there."""

    __table_args__ = (UniqueConstraint("account_id", "person_id", "team_id"),)

    id: int = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="channelaccount.id")
    person_id: int = Field(foreign_key="person.id")
    team_id: int = Field(foreign_key="team.id")
    chosen_at: datetime = Field(sa_type=UtcDateTime)
    spoke_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When a person of the team last wrote to them."""


class DeskCode(SQLModel, table=True):
    """Makes a group the front desk of a team, once. Only the code's digest is kept."""

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    made_by_id: int = Field(foreign_key="person.id")
    digest: str = Field(unique=True, max_length=64)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

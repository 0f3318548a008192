"""Teams, the people in them and around them, and the accounts through which they are reached."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import UtcDateTime, words


class RoleKind(StrEnum):
    """What somebody may do in a team."""

    OWNER = "owner"
    AGENT = "agent"
    VIEWER = "viewer"


class Team(SQLModel, table=True):
    """A tenant: a workspace or group that sells. `sealed_webhook_secret` is ciphertext of the storage's vault."""

    id: int = Field(default=None, primary_key=True)
    slug: str = Field(unique=True, max_length=64)
    name: str = Field(max_length=120)
    currency: str = Field(max_length=3)
    zone: str = Field(max_length=64)
    about: str = Field(default="", max_length=1000)
    gateway: str = Field(default="", max_length=120)
    """Names, comma-separated, the preferred one first; empty: all that are set up."""
    approve_above_minor: int | None = Field(default=None, sa_type=BigInteger)
    """Requests and refunds above it need a second agent's yes; None: none does. In the team's currency."""
    legal_name: str = Field(default="", max_length=120)
    """Who sells, as it stands on papers; empty: `name`."""
    legal_address: str = Field(default="", max_length=500)
    tax_id: str = Field(default="", max_length=64)
    tax_rate: int | None = None
    """In hundredths of a percent; None: papers say nothing about tax."""
    prices_include_tax: bool = True
    room_provider: str = Field(default="", max_length=32)
    webhook_url: str = Field(default="", max_length=500)
    sealed_webhook_secret: str = Field(default="", max_length=1000)
    made_at: datetime = Field(sa_type=UtcDateTime)


class ChannelAccount(SQLModel, table=True):
    """A Telegram bot or a Slack workspace through which a team speaks. `external_id`: bot id, or Slack team id."""

    __table_args__ = (UniqueConstraint("channel", "external_id"),)

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    channel: str = Field(max_length=16)
    external_id: str = Field(max_length=64)
    handle: str = Field(default="", max_length=80)
    """The bot's public user name, for deep links."""


class Desk(SQLModel, table=True):
    """A front desk: the Slack channel or Telegram forum group in which a team's agents meet their cases."""

    __table_args__ = (UniqueConstraint("account_id", "chat"),)

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    account_id: int = Field(foreign_key="channelaccount.id")
    chat: str = Field(max_length=64)


class Person(SQLModel, table=True):
    """Somebody: a customer, an agent, an owner. What they are in a team is a `Role`."""

    id: int = Field(default=None, primary_key=True)
    name: str = Field(max_length=120)
    language: str = Field(default="", max_length=16)
    zone: str = Field(default="", max_length=64)
    """IANA zone; empty until known or asked."""
    greeted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When they were first told who reads along."""


class Identity(SQLModel, table=True):
    """A person's id in one channel account."""

    __table_args__ = (UniqueConstraint("account_id", "external_id"),)

    id: int = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="channelaccount.id")
    external_id: str = Field(max_length=64)
    person_id: int = Field(foreign_key="person.id", index=True)


class Role(SQLModel, table=True):
    """What a person may do in a team."""

    __table_args__ = (UniqueConstraint("team_id", "person_id"),)

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    kind: RoleKind = Field(sa_type=words(RoleKind))
    slug: str = Field(default="", max_length=64)
    """The agent's word in the team's file."""

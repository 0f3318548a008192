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
    live: bool = False
    """Its owner says that customers pay real money here: nothing pretends any more."""
    approve_above_minor: int | None = Field(default=None, sa_type=BigInteger)
    """Requests and refunds above it need a second agent's yes; None: none does. In the team's currency."""
    legal_name: str = Field(default="", max_length=120)
    """Who sells, as it stands on papers; empty: `name`."""
    legal_address: str = Field(default="", max_length=500)
    tax_id: str = Field(default="", max_length=64)
    tax_rate: int | None = None
    """In hundredths of a percent; None: papers say nothing about tax."""
    prices_include_tax: bool = True
    tips: str = Field(default="", max_length=64)
    """The tips that are suggested: whole percents, comma-separated."""
    deposit_percent: int | None = None
    """What "deposit" means without a number, in hundredths of a percent."""
    overtime_minor: int | None = Field(default=None, sa_type=BigInteger)
    """For a minute beyond the booked ones; None: the service's price by the minute; 0: nothing is suggested."""
    overtime_after: int = 5
    """So many minutes beyond the booked ones are nothing to ask for."""
    room_provider: str = Field(default="", max_length=32)
    webhook_url: str = Field(default="", max_length=500)
    sealed_webhook_secret: str = Field(default="", max_length=1000)
    keep_days: int = 365
    """Days after a conversation was closed until its words and files are forgotten; 0: at once."""
    declared: bool = False
    """A file declares it: what stands there is changed there."""
    guest: bool = False
    """It moved in by itself: its people are not the operator's, and are not lent the settings' gateway accounts."""
    made_at: datetime = Field(sa_type=UtcDateTime)


class ChannelAccount(SQLModel, table=True):
    """A Telegram bot or a Slack workspace through which a team speaks. `external_id`: bot id, or Slack team id.

    Without a `team_id` it is a bot that several teams share; a `Tenancy` names each.
    """

    __table_args__ = (UniqueConstraint("channel", "external_id"),)

    id: int = Field(default=None, primary_key=True)
    team_id: int | None = Field(default=None, foreign_key="team.id", index=True)
    channel: str = Field(max_length=16)
    external_id: str = Field(max_length=64)
    handle: str = Field(default="", max_length=80)
    """The bot's public user name, for deep links."""
    sealed_token: str = Field(default="", max_length=1000)
    """A team's own bot: its token, ciphertext of the storage's vault. Empty: the settings have it."""
    left_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when the app is gone from there: what is to be said waits, until it is added again."""
    hears_threads: bool = True
    """Whether words written in a case's thread are heard; without that scope agents answer by the card's button."""


class Desk(SQLModel, table=True):
    """A front desk: the Slack channel or Telegram forum group in which a team's agents meet their cases."""

    __table_args__ = (UniqueConstraint("account_id", "chat"),)

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    account_id: int = Field(foreign_key="channelaccount.id")
    chat: str = Field(max_length=64)
    workspace: str = Field(default="", max_length=64)
    """Which one it stands in, where the account is an organisation with several workspaces."""
    trouble: str = Field(default="", max_length=300)
    """Why nothing can be said there now, and what to do, in a sentence; what is to be said waits meanwhile."""
    declared: bool = False
    """The team's file names it."""


class Person(SQLModel, table=True):
    """Somebody: a customer, an agent, an owner. What they are in a team is a `Role`."""

    id: int = Field(default=None, primary_key=True)
    name: str = Field(max_length=120)
    language: str = Field(default="", max_length=16)
    zone: str = Field(default="", max_length=64)
    """IANA zone; empty until known or asked."""
    greeted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When they were first told who reads along."""
    misunderstood: int = 0
    """How many things in a row Bellhop did not understand."""
    erased_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when nobody knows who this was: only the books still name them, by a pseudonym."""


class Identity(SQLModel, table=True):
    """A person's id in one channel account."""

    __table_args__ = (UniqueConstraint("account_id", "external_id"),)

    id: int = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="channelaccount.id")
    external_id: str = Field(max_length=64)
    person_id: int = Field(foreign_key="person.id", index=True)
    workspace: str = Field(default="", max_length=64)
    """From which one they wrote last, where the account is an organisation with several workspaces."""


class Role(SQLModel, table=True):
    """What a person may do in a team."""

    __table_args__ = (UniqueConstraint("team_id", "person_id"),)

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    kind: RoleKind = Field(sa_type=words(RoleKind))
    slug: str = Field(default="", max_length=64)
    """The agent's word in the team's file."""

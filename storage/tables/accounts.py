"""A team's own accounts at gateways, and the one-time page on which an owner types their keys."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import LongText, UtcDateTime


class GatewayAccount(SQLModel, table=True):
    """A team's own account at a gateway; the settings' accounts have no row. The keys are ciphertext of the vault."""

    __table_args__ = (
        UniqueConstraint("team_id", "gateway", "account"),
        Index("ix_gatewayaccount_account", "gateway", "account"),
    )

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    gateway: str = Field(max_length=32)
    account: str = Field(max_length=64)
    """What its checkouts and facts are known by: the connected account's id, or a word of ours (`own_...`)."""
    external_id: str = Field(default="", max_length=128)
    """The account's id at the gateway; empty where the gateway does not tell."""
    name: str = Field(default="", max_length=200)
    live: bool = False
    version: int = 1
    """Counts the keys it has had: a gateway made from older ones is not used any more."""
    sealed_section: str = Field(default="", sa_type=LongText)
    """The settings section as JSON; empty for a connected account, which works with the operator's key."""
    sealed_former: str = Field(default="", sa_type=LongText)
    """What verified webhooks before, as JSON; believed until the new secret was seen or `former_until` is over."""
    former_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    checked_at: datetime = Field(sa_type=UtcDateTime)
    made_at: datetime = Field(sa_type=UtcDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when it takes no new money; it stays while something of it is open."""


class SetupVisit(SQLModel, table=True):
    """A link to the set-up page that opens once, then one browser's visit there. Only digests of secrets are kept."""

    id: int = Field(default=None, primary_key=True)
    digest: str = Field(unique=True, max_length=64)
    """Of the link's code; once opened, of the browser's cookie."""
    team_id: int = Field(foreign_key="team.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    origin: str = Field(sa_type=LongText)
    """Where it was asked for, as JSON: what was done on the page is told there."""
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)

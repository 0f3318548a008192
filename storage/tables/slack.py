"""The app as Slack workspaces have it: the tables of the SDK's own stores, with tokens that are ciphertext.

The columns bear the SDK's words (slack_sdk.oauth.installation_store.sqlalchemy), with `sealed_` before those that hold
ciphertext. Its own tables hold 200 characters in the clear.
"""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from storage.types import UtcDateTime


class _Installed(SQLModel):
    """What both tables of the SDK have. A workspace is known by `team_id` alone, an organisation by `enterprise_id`."""

    id: int = Field(default=None, primary_key=True)
    client_id: str = Field(max_length=32)
    app_id: str = Field(max_length=32)
    enterprise_id: str | None = Field(default=None, max_length=32)
    enterprise_name: str | None = Field(default=None, max_length=200)
    team_id: str | None = Field(default=None, max_length=32)
    team_name: str | None = Field(default=None, max_length=200)
    bot_id: str | None = Field(default=None, max_length=32)
    bot_user_id: str | None = Field(default=None, max_length=32)
    bot_scopes: str | None = Field(default=None, max_length=1000)
    bot_token_expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    is_enterprise_install: bool = False
    installed_at: datetime = Field(sa_type=UtcDateTime)


class SlackBot(_Installed, table=True):
    """The bot of one workspace or organisation, with its token; the newest row counts."""

    __table_args__ = (Index("ix_slackbot_place", "team_id", "enterprise_id", "installed_at"),)

    sealed_bot_token: str | None = Field(default=None, max_length=1000)
    sealed_bot_refresh_token: str | None = Field(default=None, max_length=1000)


class SlackInstallation(_Installed, table=True):
    """Who added the app to one workspace or organisation, and when; the newest row counts."""

    __table_args__ = (Index("ix_slackinstallation_place", "team_id", "enterprise_id", "installed_at"),)

    enterprise_url: str | None = Field(default=None, max_length=200)
    user_id: str = Field(max_length=32)
    user_scopes: str | None = Field(default=None, max_length=1000)
    user_token_expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    incoming_webhook_url: str | None = Field(default=None, max_length=200)
    incoming_webhook_channel: str | None = Field(default=None, max_length=200)
    incoming_webhook_channel_id: str | None = Field(default=None, max_length=200)
    incoming_webhook_configuration_url: str | None = Field(default=None, max_length=200)
    token_type: str | None = Field(default=None, max_length=32)
    sealed_bot_token: str | None = Field(default=None, max_length=1000)
    sealed_bot_refresh_token: str | None = Field(default=None, max_length=1000)
    sealed_user_token: str | None = Field(default=None, max_length=1000)
    sealed_user_refresh_token: str | None = Field(default=None, max_length=1000)


class SlackState(SQLModel, table=True):
    """Somebody has begun to add the app; the word comes back with their answer, once."""

    id: int = Field(default=None, primary_key=True)
    state: str = Field(max_length=200, index=True)
    expire_at: datetime = Field(sa_type=UtcDateTime)

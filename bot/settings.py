"""Settings: one typed object, read once. A section present means the feature is on.

Environment variables begin with `BELLHOP_`, a section and its value are joined by `__`, and `NAME_FILE` names a file
that holds the value. An unknown key is a warning, a wrong one stops the start with the variable's name.
"""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, SecretStr


class Section(BaseModel):
    """The settings of one outside account; all its required keys, or none of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TelegramMode(StrEnum):
    """How updates arrive."""

    WEBHOOK = "webhook"
    POLLING = "polling"


class TelegramSettings(Section):
    """A Telegram bot. Without a public address updates are polled."""

    token: SecretStr
    webhook_secret: SecretStr = SecretStr("")
    mode: TelegramMode = TelegramMode.POLLING
    api_url: str = "https://api.telegram.org"


class SlackSettings(Section):
    """A Slack app. With `app_token` it listens through Socket Mode, else over HTTP with `signing_secret`."""

    bot_token: SecretStr
    signing_secret: SecretStr = SecretStr("")
    app_token: SecretStr = SecretStr("")
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    api_url: str = "https://slack.com"
    authorize_url: str = "https://slack.com/oauth/v2/authorize"

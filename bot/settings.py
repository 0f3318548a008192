"""Settings: one typed object, read once. A section present means the feature is on.

Environment variables begin with `BELLHOP_`, a section and its value are joined by `__`, and `NAME_FILE` names a file
that holds the value. `bot.environment` reads them; here stands what there is and what fits.
"""

import hashlib
import hmac
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, PositiveInt, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.gateway_settings import PayPalSettings, PhonePeSettings, RazorpaySettings, StripeSettings
from bot.sections import Address, Hosts, Keys, Origins, Section, beginning

PREFIX = "BELLHOP_"


class SettingsError(Exception):
    """The settings do not fit; `sentences` says why, each naming its variable and never its value."""

    def __init__(self, *sentences: str) -> None:
        super().__init__("; ".join(sentences))
        self.sentences = sentences


def _bot_token(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"\d+:\S+", secret.get_secret_value()):
        raise ValueError("must look like 123456789:AAbb..., as BotFather gives it")
    return secret


class TelegramMode(StrEnum):
    """How updates arrive."""

    WEBHOOK = "webhook"
    POLLING = "polling"


class TelegramSettings(Section):
    """A Telegram bot. Without a public address updates are polled."""

    token: Annotated[SecretStr, AfterValidator(_bot_token)]
    """From @BotFather."""
    webhook_secret: SecretStr = SecretStr("")
    """What Telegram shows with each update; when empty it is derived from the token."""
    mode: TelegramMode = TelegramMode.POLLING
    """webhook needs a PUBLIC_URL with https; polling needs none."""
    messages_per_second: PositiveInt = 30
    """What Telegram lets one bot send; more only with paid broadcasts."""
    provider_token: SecretStr = SecretStr("")
    """From @BotFather, "Payments": takes money in the chat through that provider; a test token has :TEST: in it."""
    shared: bool = False
    """Several teams share the bot, and anybody may set up one more in its chat."""
    stars: bool = False
    """Take Telegram Stars (XTR) in the chat. They are real money."""
    api_url: Address = "https://api.telegram.org"

    @property
    def sells(self) -> bool:
        """Whether Telegram is a gateway too."""
        return self.stars or bool(self.provider_token.get_secret_value())

    @property
    def secret(self) -> str:
        """The webhook's secret; made from the token when none is set: every process knows it and nobody else."""
        derived = hmac.new(self.token.get_secret_value().encode(), b"bellhop telegram webhook", hashlib.sha256)
        return self.webhook_secret.get_secret_value() or derived.hexdigest()

    def plain(self) -> dict[str, str]:
        """The section as its gateway takes it."""
        return {**super().plain(), "webhook_secret": self.secret}


class SlackSettings(Section):
    """A Slack app. With `app_token` it listens through Socket Mode, else over HTTP with `signing_secret`.

    It speaks in the workspace of `bot_token`, and with `client_id` and `client_secret` in every one that adds it.
    """

    bot_token: Annotated[SecretStr, beginning("xoxb-", "xoxe.")] = SecretStr("")
    """From "OAuth & Permissions"; not needed where workspaces add the app by themselves."""
    signing_secret: SecretStr = SecretStr("")
    """From "Basic Information"; needed when Slack calls our address."""
    app_token: Annotated[SecretStr, beginning("xapp-")] = SecretStr("")
    """From "Basic Information", "App-Level Tokens"; with it no public address is needed."""
    client_id: str = ""
    """From "Basic Information"; with it the page at PUBLIC_URL has a button "Add to Slack"."""
    client_secret: SecretStr = SecretStr("")
    """Beside the client id."""
    scope_light: bool = False
    """Ask workspaces that add the app for no channel's words: agents answer by the card's Reply button."""
    messages_per_second: PositiveInt = 10
    """What one workspace takes; Slack names no exact figure and asks for patience above its own."""
    api_url: Address = "https://slack.com"
    authorize_url: Address = "https://slack.com/oauth/v2/authorize"

    @property
    def installs(self) -> bool:
        """Whether workspaces can add the app by themselves."""
        return bool(self.client_id and self.client_secret.get_secret_value())


class JitsiSettings(Section):
    """A Jitsi server of our own (`app_secret`), or JaaS at 8x8.vc (`key_id` and `private_key`)."""

    domain: str
    """meet.example.com, or 8x8.vc."""
    app_id: str
    app_secret: SecretStr = SecretStr("")
    """At least 32 bytes, the same as on the server."""
    key_id: str = ""
    private_key: SecretStr = SecretStr("")
    """PEM; its line ends may be written as backslash n."""
    subject: str = ""
    """The server's XMPP domain where it differs from the host."""


class WebRtcSettings(Section):
    """Helpers for Bellhop's own room: without TURN some people behind strict firewalls cannot be connected."""

    stun_urls: str = ""
    """stun:stun.example.com:3478, comma-separated."""
    turn_urls: str = ""
    """turn:turn.example.com:3478, comma-separated."""
    turn_secret: SecretStr = SecretStr("")
    """coturn's static-auth-secret."""


class Settings(BaseSettings):
    """Everything an operator decides. It is made from its arguments alone; `bot.environment` reads the environment."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", frozen=True, extra="forbid", use_attribute_docstrings=True
    )

    public_url: Address = "http://127.0.0.1:8000"
    """Where the world finds us."""
    database_url: str = "sqlite:///bellhop.db"
    """sqlite:///file, postgresql://user:password@host/name or mysql://user:password@host/name."""
    secret_keys: Keys = ()
    """Seal what the database keeps secret; comma-separated, newest first. Required with live keys and with a database
    server; beside a SQLite file one is made when there is none."""
    team_file: Path | None = None
    """A team in TOML, applied at every start."""
    frame_ancestors: Origins = ()
    """Who may show our pages in a frame: origins, comma-separated."""
    outgoing_private: Hosts = ()
    """Hosts in private networks that a team's webhook may reach, comma-separated; all others must be public."""
    customer_messages_per_minute: PositiveInt = 60
    """What one person may say to a bot in a minute; who says more is told to wait."""
    team_messages_per_minute: PositiveInt = 30_000
    """What all people together may say to one bot or workspace in a minute, in each process."""
    address_requests_per_minute: PositiveInt = 600
    """How often one address may ask for our pages in a minute, in each process."""
    log_json: bool = False
    """Write logs as JSON, a line each."""
    clock_offset_file: Path | None = None
    """For rehearsals: a file with the seconds to add to the clock."""
    telegram: TelegramSettings | None = None
    slack: SlackSettings | None = None
    stripe: StripeSettings | None = None
    paypal: PayPalSettings | None = None
    phonepe: PhonePeSettings | None = None
    razorpay: RazorpaySettings | None = None
    jitsi: JitsiSettings | None = None
    webrtc: WebRtcSettings | None = None

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given, and nothing from anywhere else."""
        return (init_settings,)

    @property
    def accounts(self) -> tuple[str, ...]:
        """The sections that name an outside account."""
        return tuple(name for name in self.sections() if name != "webrtc")

    def sections(self) -> dict[str, Section]:
        """The sections that are set, by name."""
        found = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: section for name, section in found.items() if isinstance(section, Section)}

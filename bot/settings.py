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
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PositiveInt, SecretStr
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "BELLHOP_"


class SettingsError(Exception):
    """The settings do not fit; `sentences` says why, each naming its variable and never its value."""

    def __init__(self, *sentences: str) -> None:
        super().__init__("; ".join(sentences))
        self.sentences = sentences


def _address(value: str) -> str:
    """An http(s) address without query, its last slash taken off. Raises ValueError."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an address such as https://bellhop.example.com")
    return value.rstrip("/")


def _origins(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if urlsplit(_address(value)).path.strip("/"):
            raise ValueError(f"{value} must be an origin such as https://example.com, without a path")
    return tuple(value.rstrip("/") for value in values)


def _listed(value: object) -> object:
    """A comma-separated text as its parts."""
    return tuple(part for each in value.split(",") if (part := each.strip())) if isinstance(value, str) else value


def _beginning(*heads: str) -> AfterValidator:
    """A secret that begins with one of `heads`, or is empty."""

    def check(secret: SecretStr) -> SecretStr:
        value = secret.get_secret_value()
        if value and not value.startswith(heads):
            raise ValueError(f"must begin with {' or '.join(heads)}")
        return secret

    return AfterValidator(check)


def _bot_token(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"\d+:\S+", secret.get_secret_value()):
        raise ValueError("must look like 123456789:AAbb..., as BotFather gives it")
    return secret


def _razorpay_key(value: str) -> str:
    if not value.startswith(("rzp_test_", "rzp_live_")):
        raise ValueError("must begin with rzp_test_ or rzp_live_")
    return value


Address = Annotated[str, AfterValidator(_address)]
Keys = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_listed)]
Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed), AfterValidator(_origins)]


class Section(BaseModel):
    """The settings of one outside account; all its required keys, or none of them."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    def plain(self) -> dict[str, str]:
        """The section as its gateway or provider takes it, secrets in the clear."""
        return {name: _text(getattr(self, name)) for name in type(self).model_fields}


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
    """A Slack app. With `app_token` it listens through Socket Mode, else over HTTP with `signing_secret`."""

    bot_token: Annotated[SecretStr, _beginning("xoxb-", "xoxe.")]
    """From "OAuth & Permissions"."""
    signing_secret: SecretStr = SecretStr("")
    """From "Basic Information"; needed when Slack calls our address."""
    app_token: Annotated[SecretStr, _beginning("xapp-")] = SecretStr("")
    """From "Basic Information", "App-Level Tokens"; with it no public address is needed."""
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    messages_per_second: PositiveInt = 10
    """What one workspace takes; Slack names no exact figure and asks for patience above its own."""
    api_url: Address = "https://slack.com"
    authorize_url: Address = "https://slack.com/oauth/v2/authorize"


class StripeSettings(Section):
    """A Stripe account; test keys begin with sk_test_ or rk_test_."""

    api_key: Annotated[SecretStr, _beginning("sk_test_", "sk_live_", "rk_test_", "rk_live_")]
    """From "Developers", "API keys"."""
    webhook_secret: SecretStr = SecretStr("")
    """Of the endpoint PUBLIC_URL/webhooks/stripe; several, comma-separated, while it is being changed."""
    api_url: Address = "https://api.stripe.com"


class PayPalSettings(Section):
    """A PayPal business account. For PayPal's sandbox name its address, and give the keys of a sandbox app."""

    client_id: str
    """From "Apps & Credentials" at developer.paypal.com."""
    client_secret: SecretStr
    """Beside the client id."""
    webhook_id: str = ""
    """Of the webhook PUBLIC_URL/webhooks/paypal, on the app's page; without it payments are only found by asking."""
    api_url: Address = "https://api-m.paypal.com"
    """The sandbox is https://api-m.sandbox.paypal.com."""


class PhonePeSettings(Section):
    """A PhonePe Business account, in rupees. For PhonePe's sandbox name its address, and give its keys."""

    client_id: str
    """From "Developer Settings", "API Credentials"."""
    client_secret: SecretStr
    """Beside the client id."""
    client_version: PositiveInt = 1
    """Beside the client id."""
    webhook_username: str = ""
    """Set with the webhook PUBLIC_URL/webhooks/phonepe: 5 to 20 letters, digits and underscores."""
    webhook_password: SecretStr = SecretStr("")
    """Set with the webhook: 8 to 20 letters and digits."""
    api_url: Address = "https://api.phonepe.com/apis/pg"
    """The sandbox is https://api-preprod.phonepe.com/apis/pg-sandbox."""


class RazorpaySettings(Section):
    """A Razorpay account; test keys begin with rzp_test_."""

    key_id: Annotated[str, AfterValidator(_razorpay_key)]
    """From "Account & Settings", "API Keys"."""
    key_secret: SecretStr
    """Shown once, beside the key id."""
    webhook_secret: SecretStr = SecretStr("")
    """Of the webhook PUBLIC_URL/webhooks/razorpay; several, comma-separated, for a day after it was changed."""
    api_url: Address = "https://api.razorpay.com"


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


def _text(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)

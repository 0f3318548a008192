"""Logs: coloured on a terminal, JSON where a machine reads them, and never a secret in either."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from pydantic import SecretStr

from bot.settings import Settings

# Without word boundaries: Telegram's token stands right behind "bot" in its addresses.
TOKENS = re.compile(r"(?:(?:sk|rk)_(?:test|live)_|whsec_|xox[abpe]-|xapp-|A21AA)[\w-]+|\d{6,}:[\w-]{20,}")
QUIET = (
    "httpx",
    "httpx2",
    "httpcore",
    "telegram",
    "slack_bolt",
    "slack_sdk",
    "stripe",
    "urllib3",
    "uvicorn",
    "alembic",
    "fontTools",
    "asyncio",
)
"""Libraries that tell more than an operator wants, web addresses with a bot's token among it."""


def set_up(settings: Settings) -> None:
    """Send every log of the program and its libraries to standard error, one way for all."""
    chain: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        Redact(settings),
    ]
    look = structlog.processors.JSONRenderer() if settings.log_json else _console()
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=chain, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, look]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*chain, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


class Redact:
    """Takes secrets out of everything that is logged: the settings' own, and what looks like a vendor's."""

    def __init__(self, settings: Settings) -> None:
        """Remembers the secrets of `settings`; short ones would take half the alphabet with them."""
        values = [
            getattr(section, name) for section in settings.sections().values() for name in type(section).model_fields
        ]
        own = [value.get_secret_value() for value in (*values, *settings.secret_keys) if isinstance(value, SecretStr)]
        words = sorted((re.escape(word) for word in own if len(word) >= 8), key=len, reverse=True)
        self._secrets = re.compile("|".join([*words, TOKENS.pattern]))

    def __call__(self, _logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """The event with *** for every secret."""
        return {key: self._clean(value) for key, value in event.items()}

    def _clean(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._secrets.sub("***", value)
        if isinstance(value, list | tuple):
            return [self._clean(each) for each in value]
        if isinstance(value, dict):
            return {key: self._clean(each) for key, each in value.items()}
        return value


def _console() -> Any:
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)

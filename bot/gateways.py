"""Which sections of the settings set up a gateway."""

from collections.abc import Iterator

from bot.sections import Section
from bot.settings import Settings, TelegramSettings
from payments.registry import GATEWAYS


def gateway_sections(settings: Settings) -> Iterator[tuple[str, Section]]:
    """Each gateway's name with its section. Telegram is a chat first: it is a gateway when it may take money."""
    for name, section in settings.sections().items():
        sells = not isinstance(section, TelegramSettings) or section.sells
        if name in GATEWAYS and sells:
            yield name, section

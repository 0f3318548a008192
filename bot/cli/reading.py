"""Reads the settings for a command that runs long: its warnings go to the log."""

import structlog

from bot.environment import read_settings
from bot.logs import set_up
from bot.settings import Settings


def read() -> Settings:
    """The settings, with the logs set up as they say. Raises SettingsError."""
    settings, warnings = read_settings()
    set_up(settings)
    for warning in warnings:
        structlog.get_logger(__name__).warning(warning)
    return settings

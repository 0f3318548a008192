"""Telegram, played: the Bot API, the people who write to the bot, and a forum group of agents."""

from sandbox.telegram.people import CannotDo, People
from sandbox.telegram.twin import Telegram

__all__ = ["CannotDo", "People", "Telegram"]

"""Telegram: what is heard there, what is said there, and the connection that carries both."""

from bot.channels.telegram.channel import Accept, NotOurs, TelegramChannel
from bot.channels.telegram.money import Purse
from bot.channels.telegram.own import OwnBots
from bot.channels.telegram.routes import telegram_routes

__all__ = ["Accept", "NotOurs", "OwnBots", "Purse", "TelegramChannel", "telegram_routes"]

"""Telegram: what is heard there, what is said there, and the connection that carries both."""

from bot.channels.telegram.channel import NotOurs, TelegramChannel
from bot.channels.telegram.money import Purse
from bot.channels.telegram.routes import telegram_routes

__all__ = ["NotOurs", "Purse", "TelegramChannel", "telegram_routes"]

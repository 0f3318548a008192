"""Telegram: what is heard there, what is said there, and the connection that carries both."""

from bot.channels.telegram.channel import NotOurs, TelegramChannel
from bot.channels.telegram.routes import telegram_routes

__all__ = ["NotOurs", "TelegramChannel", "telegram_routes"]

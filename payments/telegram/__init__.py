"""Telegram's own invoices: Stars, and other money through a payment provider."""

from payments.telegram.gateway import Telegram, TelegramKeys

__all__ = ["Telegram", "TelegramKeys"]

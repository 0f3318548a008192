"""Slack: what is heard there, what is said there, and the connection that carries both."""

from bot.channels.slack.channel import SlackChannel
from bot.channels.slack.routes import slack_routes

__all__ = ["SlackChannel", "slack_routes"]

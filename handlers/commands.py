"""How a command introduces itself: to `/help`, to Telegram's menu, to Slack's manifest."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CommandInfo:
    """`name` without a slash, `usage` what comes behind it, `summary` one line; for customers, agents, or both."""

    name: str
    summary: str
    usage: str = ""
    customer: bool = False
    agent: bool = False

"""Every command, as it introduces itself: to `/help`, to Telegram's menu, to Slack's manifest."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CommandInfo:
    """`name` without a slash, `usage` what comes behind it, `summary` one line; for customers, agents, or both."""

    name: str
    summary: str
    usage: str = ""
    customer: bool = False
    agent: bool = False


COMMANDS: tuple[CommandInfo, ...] = (
    CommandInfo("start", "Begin: who this is and what can be done", customer=True),
    CommandInfo("book", "Book a time", customer=True, agent=True),
    CommandInfo("bookings", "My bookings, and cancelling them", customer=True),
    CommandInfo("talk", "Talk to a person", customer=True),
    CommandInfo("zone", "Change my time zone", "Berlin", customer=True, agent=True),
    CommandInfo("cancel", "Drop what I am doing", customer=True, agent=True),
    CommandInfo("terms", "What holds for payments here", customer=True),
    CommandInfo("paysupport", "Help with a payment", customer=True),
    CommandInfo("help", "What can be done here", customer=True, agent=True),
    CommandInfo("video", "Open the video room of the case", agent=True),
    CommandInfo("pay", "Ask for money, shown to you first", "49 USD Consultation, valid 2 h", agent=True),
    CommandInfo("refund", "Give the newest payment back", agent=True),
    CommandInfo("agenda", "What is booked in the next seven days", agent=True),
    CommandInfo("note", "A private note", "Prefers mornings", agent=True),
    CommandInfo("claim", "Hold the case", agent=True),
    CommandInfo("back", "Hand the case back", agent=True),
    CommandInfo("close", "Close the case", agent=True),
)

"""Every command, as it introduces itself: to `/help`, to Telegram's menu, to Slack's manifest."""

from dataclasses import dataclass

from storage.tables import RoleKind


@dataclass(frozen=True, slots=True)
class CommandInfo:
    """`name` without a slash, `usage` what comes behind it, `summary` one line; and for whom it is.

    Owners have what agents have; `owner`: for them alone. A viewer has what customers have, and `viewer`.
    """

    name: str
    summary: str
    usage: str = ""
    customer: bool = False
    agent: bool = False
    viewer: bool = False
    owner: bool = False

    def is_for(self, kind: RoleKind | None) -> bool:
        """Whether somebody with that role is offered it."""
        match kind:
            case None:
                return self.customer
            case RoleKind.VIEWER:
                return self.customer or self.viewer
            case RoleKind.AGENT:
                return self.agent
            case RoleKind.OWNER:
                return self.agent or self.owner


SLASHED = ("pay", "video", "book", "refund", "agenda")
"""What is typed in Slack without `/bellhop` before it."""

COMMANDS: tuple[CommandInfo, ...] = (
    CommandInfo("start", "Begin: who this is and what can be done", customer=True),
    CommandInfo("book", "Book a time", customer=True, agent=True),
    CommandInfo("bookings", "My bookings, and cancelling them", customer=True),
    CommandInfo("talk", "Talk to a person", customer=True),
    CommandInfo("teams", "The teams I talk to here", customer=True),
    CommandInfo("zone", "Change my time zone", "Berlin", customer=True, agent=True),
    CommandInfo("cancel", "Drop what I am doing", customer=True, agent=True),
    CommandInfo("qr", "What is to be paid as a QR code, for a phone", customer=True, agent=True),
    CommandInfo("privacy", "What is kept about me: a copy of it, or erase me", customer=True),
    CommandInfo("terms", "What holds for payments here", customer=True),
    CommandInfo("paysupport", "Help with a payment", customer=True),
    CommandInfo("help", "What can be done here", customer=True, agent=True),
    CommandInfo("video", "Open the video room of the case", agent=True),
    CommandInfo("pay", "Ask for money, shown to you first", "49 USD Consultation, valid 2 h", agent=True),
    CommandInfo("refund", "Give the newest payment back", agent=True),
    CommandInfo("agenda", "What is booked in the next seven days", agent=True, viewer=True),
    CommandInfo("cases", "The open cases, and who holds them", agent=True, viewer=True),
    CommandInfo("note", "A private note", "Prefers mornings", agent=True),
    CommandInfo("claim", "Hold the case", agent=True),
    CommandInfo("back", "Hand the case back", agent=True),
    CommandInfo("assign", "Hand the case to a colleague", "@ben", agent=True),
    CommandInfo("snooze", "Leave the case alone for a while", "1 h", agent=True),
    CommandInfo("r", "Send a canned reply, shown to you first", "prices", agent=True),
    CommandInfo("replies", "The team's canned replies", agent=True),
    CommandInfo("close", "Close the case", agent=True),
    CommandInfo("reopen", "Open the case again", agent=True),
    CommandInfo("today", "What is booked today, open cases, money, what waits", agent=True, viewer=True),
    CommandInfo("setup", "Set up the team: desk, services, hours, payments", owner=True),
    CommandInfo("connect", "Make this group the front desk", "CODE", owner=True),
    CommandInfo("payments", "Where the money goes: the team's payment accounts", owner=True),
    CommandInfo("people", "Who belongs to the team", owner=True),
    CommandInfo("audit", "Who did and read what", owner=True),
    CommandInfo("invite", "Take somebody into the team, or make a link for it", "@ana agent", owner=True),
)

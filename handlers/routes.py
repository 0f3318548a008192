"""Every door in one table: which handler hears which command, button and form, and who may use it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from handlers import cases, greeting, helping, relay, rooms
from handlers.appointments import choosing, holding, lists
from handlers.checkout import asking, refunds, support
from handlers.heard import Place, Submitted
from handlers.papers import evidence
from handlers.turn import Turn

Handler = Callable[[Turn], Awaitable[None]]
Check = Callable[[Submitted], Mapping[str, str]]


class Right(Enum):
    """Who may come through a door."""

    ANYONE = auto()
    """Whoever can write to the bot; the handler touches only what is theirs."""
    AGENT = auto()
    """People who speak for the team; what a press names is checked to be their team's."""
    CASE = auto()
    """Agents, about one of their team's cases: the thread's, the one named, or the one they choose."""


@dataclass(frozen=True, slots=True)
class Door:
    """A handler and who may use it.

    `names_case`: the press or the form carries the case's number. `at_desk`: what customers do for themselves, agents
    do at the desk for the customer of a case.
    """

    handler: Handler
    right: Right = Right.ANYONE
    names_case: bool = False
    at_desk: bool = False
    check: Check | None = None

    def asks_case(self, turn: Turn) -> bool:
        """Whether this person, at this place, can only mean it for a case."""
        at_desk = turn.is_agent and turn.origin.place is not Place.PRIVATE
        return self.right is Right.CASE or (self.at_desk and at_desk)


COMMAND_DOORS: Mapping[str, Door] = {
    "start": Door(greeting.start),
    "book": Door(choosing.book, at_desk=True),
    "bookings": Door(lists.mine),
    "talk": Door(greeting.talk),
    "zone": Door(helping.zone),
    "cancel": Door(helping.cancel),
    "terms": Door(support.terms),
    "paysupport": Door(support.pay_support),
    "help": Door(helping.help_me),
    "video": Door(rooms.video, Right.CASE),
    "pay": Door(asking.pay, Right.CASE),
    "refund": Door(refunds.ask_newest, Right.CASE),
    "agenda": Door(lists.agenda, Right.AGENT),
    "note": Door(relay.note, Right.CASE),
    "claim": Door(cases.claim, Right.CASE),
    "back": Door(cases.hand_back, Right.CASE),
    "close": Door(cases.close, Right.CASE),
}

PRESS_DOORS: Mapping[str, Door] = {
    "menu": Door(helping.menu),
    "help": Door(helping.help_me),
    "talk": Door(greeting.talk),
    "zone": Door(choosing.zone_chosen),
    "mine": Door(lists.mine),
    "book": Door(choosing.book),
    "book.day": Door(choosing.choose_day),
    "book.time": Door(choosing.choose_time),
    "book.hold": Door(holding.hold),
    "book.yes": Door(holding.confirm),
    "book.no": Door(holding.drop),
    "book.cancel": Door(holding.ask_cancel),
    "book.cancelled": Door(holding.cancelled),
    "retry": Door(relay.retry),
    "case.claim": Door(cases.claim, Right.CASE, names_case=True),
    "case.back": Door(cases.hand_back, Right.CASE, names_case=True),
    "case.close": Door(cases.close, Right.CASE, names_case=True),
    "case.reopen": Door(cases.reopen, Right.CASE, names_case=True),
    "room.open": Door(rooms.video, Right.CASE, names_case=True),
    "room.join": Door(rooms.join, Right.AGENT),
    "room.relink": Door(rooms.new_customer_link, Right.AGENT),
    "pay.form": Door(asking.ask_form, Right.CASE, names_case=True),
    "pay.send": Door(asking.send_request, Right.AGENT),
    "pay.approve": Door(asking.approved, Right.AGENT),
    "pay.drop": Door(asking.drop_preview, Right.AGENT),
    "pay.withdraw": Door(asking.withdraw, Right.AGENT),
    "pay.evidence": Door(evidence.asked_for, Right.AGENT),
    "refund.ask": Door(refunds.ask, Right.AGENT),
    "refund.some": Door(refunds.ask_sum, Right.AGENT),
    "refund.yes": Door(refunds.confirmed, Right.AGENT),
    "refund.approve": Door(refunds.approved, Right.AGENT),
    "refund.no": Door(refunds.dropped, Right.AGENT),
}

FORM_DOORS: Mapping[str, Door] = {
    "pay": Door(asking.form_filled, Right.CASE, names_case=True, check=asking.check_form),
    "pay.reading": Door(asking.reading_chosen, Right.CASE, names_case=True),
    "refund": Door(refunds.form_filled, Right.AGENT),
}


def check_form(submitted: Submitted) -> Mapping[str, str]:
    """What is wrong with a filled-in form, by field name; pure, so a channel may ask before it answers its platform."""
    door = FORM_DOORS.get(submitted.form)
    return door.check(submitted) if door and door.check else {}

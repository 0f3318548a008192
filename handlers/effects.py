"""What must happen after the commit: the bodies of the outbox's rows."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from handlers.heard import Origin
from handlers.messages import Message, Plain
from storage.work import Work


class Mark(StrEnum):
    """A sign on somebody's message: their words arrived, or did not."""

    DELIVERED = "delivered"
    FAILED = "failed"


class Deliver(Plain):
    """Bring a conversation's message, as it reads at that moment, to one seat."""

    kind: Literal["deliver"] = "deliver"
    message_id: int
    seat_id: int

    @property
    def lane(self) -> str:
        """Each seat hears everything in order."""
        return f"seat:{self.seat_id}"


class Answer(Plain):
    """Answer one person where they spoke. `edit`: in place of the message whose button they pressed."""

    kind: Literal["answer"] = "answer"
    origin: Origin
    message: Message
    edit: bool = False

    @property
    def lane(self) -> str:
        """One chat's answers stay in order."""
        return f"{self.origin.channel}:{self.origin.account}:{self.origin.chat}"


class SetMark(Plain):
    """Put a mark on the message at `origin`."""

    kind: Literal["mark"] = "mark"
    origin: Origin
    mark: Mark

    @property
    def lane(self) -> str:
        """Marks wait for nothing but each other."""
        return f"mark:{self.origin.account}:{self.origin.chat}"


class SendRefund(Plain):
    """Ask the gateway to give money back."""

    kind: Literal["refund"] = "refund"
    refund_id: int

    @property
    def lane(self) -> str:
        """Each refund by itself."""
        return f"refund:{self.refund_id}"


class EndCheckout(Plain):
    """Tell the gateway that a checkout must not be paid any more."""

    kind: Literal["end_checkout"] = "end_checkout"
    checkout_id: int

    @property
    def lane(self) -> str:
        """In order with the other questions about that checkout."""
        return f"checkout:{self.checkout_id}"


class AskGateway(Plain):
    """Ask the gateway how a checkout stands."""

    kind: Literal["ask_gateway"] = "ask_gateway"
    checkout_id: int

    @property
    def lane(self) -> str:
        """In order with the other questions about that checkout."""
        return f"checkout:{self.checkout_id}"


class OpenAtHome(Plain):
    """Open a request's page at a gateway that is paid within the customer's messenger, for the card's own button."""

    kind: Literal["open_at_home"] = "open_at_home"
    request_id: int
    gateway: str

    @property
    def lane(self) -> str:
        """Each request by itself, one after the other: the first opens it, those after it find it open."""
        return f"at_home:{self.request_id}"


class SettleDesk(Plain):
    """Make the group at `origin` a team's desk, if its platform lets cases live there. `code_id`: 0 without a code."""

    kind: Literal["settle_desk"] = "settle_desk"
    origin: Origin
    team_id: int
    person_id: int
    code_id: int = 0

    @property
    def lane(self) -> str:
        """In order with the answers in that group."""
        return f"{self.origin.channel}:{self.origin.account}:{self.origin.chat}"


class EraseCustomer(Plain):
    """Forget a customer, then say so at `origin`."""

    kind: Literal["erase_customer"] = "erase_customer"
    person_id: int
    origin: Origin

    @property
    def lane(self) -> str:
        """Each person by themselves; not the lane of their chat, which is erased meanwhile."""
        return f"erase:{self.person_id}"


class TakeBack(Plain):
    """Delete a message of ours where a platform shows it: a copy of words whose writer is erased."""

    kind: Literal["take_back"] = "take_back"
    channel: str
    account: str
    chat: str
    message_id: str

    @property
    def lane(self) -> str:
        """They wait for nothing but each other."""
        return f"back:{self.account}:{self.chat}"


class TellTeam(Plain):
    """POST a signed webhook to the team's own system. `event` as in `payment.paid`; `data` is JSON."""

    kind: Literal["tell_team"] = "tell_team"
    team_id: int
    webhook_id: str
    event: str
    data: str
    at: datetime

    @property
    def lane(self) -> str:
        """A team hears its events in order."""
        return f"team:{self.team_id}"


Effect = Annotated[
    Deliver
    | Answer
    | SetMark
    | SendRefund
    | EndCheckout
    | AskGateway
    | OpenAtHome
    | SettleDesk
    | EraseCustomer
    | TakeBack
    | TellTeam,
    Field(discriminator="kind"),
]

EFFECT: TypeAdapter[Effect] = TypeAdapter(Effect)
"""Reads what `model_dump_json` wrote."""


async def send(work: Work, effect: Effect, *, after: timedelta = timedelta()) -> None:
    """Let `effect` happen after the commit, and no sooner than `after` that."""
    body = effect.model_dump_json()
    await work.outbox.add(lane=effect.lane, kind=effect.kind, body=body, due_at=work.now + after)

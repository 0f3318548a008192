"""Conversations, the seats around them, what is said, and how far each word has got."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import LongText, RowId, UtcDateTime, words


class Side(StrEnum):
    """Who sits on a seat, and for whom a message is."""

    CUSTOMER = "customer"
    AGENT = "agent"


class DeliveryState(StrEnum):
    """How far a message has got on its way to one seat."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"


class Conversation(SQLModel, table=True):
    """One customer with one team, over any channels. While somebody holds it, the bot keeps silent in it."""

    # A team's or a customer's closed conversations of many years are never read to find the open ones.
    __table_args__ = (
        Index("ix_conversation_customer", "customer_id", "team_id", "closed_at"),
        Index("ix_conversation_team", "team_id", "closed_at", "holder_id"),
        Index("ix_conversation_kept", "team_id", "emptied_at", "closed_at"),
    )

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    customer_id: int = Field(foreign_key="person.id")
    holder_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    held_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the holder claimed it, by the platform's clock; what they wrote before stays inside, however late it is."""
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    spoken: int = 0
    """How many messages and edits there were: the next one's version."""
    told_waiting_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the customer was last told that a person will answer."""
    told_away_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """The opening that the customer was told while nobody was in; they are not told again before it."""
    snoozed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when the desk leaves it alone; the customer's next words end that."""
    snoozed_until: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    """When the desk is reminded; None while it is snoozed: not before the customer writes."""
    answered_by_id: int | None = Field(default=None, foreign_key="person.id")
    """Whose words reached the customer last."""
    emptied_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When its words were forgotten after it was closed; None: they are there, or it goes on."""
    abusive: bool = False
    """Somebody of the team said so, or the customer flooded it: they are not asked how it was."""


class Seat(SQLModel, table=True):
    """One side of a conversation at one address in one channel.

    `thread` is empty until the channel made one (a Slack thread, a Telegram topic). `reachable` turns false when the
    platform says that nothing arrives there any more.
    """

    __table_args__ = (
        UniqueConstraint("conversation_id", "account_id", "chat"),
        Index("ix_seat_place", "account_id", "chat", "thread"),
    )

    id: int = Field(default=None, primary_key=True)
    conversation_id: int = Field(foreign_key="conversation.id", index=True)
    account_id: int = Field(foreign_key="channelaccount.id")
    side: Side = Field(sa_type=words(Side))
    chat: str = Field(max_length=64)
    thread: str = Field(default="", max_length=64)
    reachable: bool = True


class SpokenMessage(SQLModel, table=True):
    """What was said in a conversation: a card, or a person's words. `body` is a `handlers.messages.Message` as JSON.

    A card has a key: saying it again raises `version` and edits it in place. `version` counts over the conversation, so
    a room page that knows the last one it saw can ask for what came after.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("conversation_id", "card_key"),
        UniqueConstraint("conversation_id", "version"),
    )

    id: int = Field(default=None, primary_key=True, sa_type=RowId)
    conversation_id: int = Field(foreign_key="conversation.id")
    audience: Side | None = Field(default=None, sa_type=words(Side))
    """The side it is for; None: both."""
    author_id: int | None = Field(default=None, foreign_key="person.id")
    """The person who said it; None: Bellhop."""
    from_side: Side | None = Field(default=None, sa_type=words(Side))
    note: bool = False
    """A private note of the team: it never leaves the agents' side."""
    card_key: str | None = Field(default=None, max_length=64)
    body: str = Field(sa_type=LongText)
    version: int
    origin: str | None = Field(default=None, max_length=200, index=True)
    """Where a person's words were said, as `account:chat:message id`, so that an edit finds them."""
    origin_json: str = Field(default="", sa_type=LongText)
    said_at: datetime = Field(sa_type=UtcDateTime)


class Delivery(SQLModel, table=True):
    """One message on its way to one seat."""

    __table_args__ = (
        UniqueConstraint("message_id", "seat_id"),
        Index("ix_delivery_seat", "seat_id", "external_id"),
    )

    id: int = Field(default=None, primary_key=True, sa_type=RowId)
    message_id: int = Field(foreign_key="message.id", sa_type=RowId)
    seat_id: int = Field(foreign_key="seat.id")
    state: DeliveryState = Field(default=DeliveryState.WAITING, sa_type=words(DeliveryState))
    sent_version: int = 0
    external_id: str = Field(default="", max_length=64)
    """The platform's id of the message; an edit goes there."""
    problem: str = Field(default="", max_length=300)


class Draft(SQLModel, table=True):
    """A form being filled in step by step, where the channel has no forms. One for each person and chat."""

    __table_args__ = (UniqueConstraint("account_id", "chat", "thread", "external_id"),)

    id: int = Field(default=None, primary_key=True)
    account_id: int
    """The channel account; 0 on a room page."""
    chat: str = Field(max_length=64)
    thread: str = Field(default="", max_length=64)
    external_id: str = Field(max_length=64)
    form: str = Field(sa_type=LongText)
    """The `handlers.messages.Form` as JSON."""
    answers: str = Field(default="{}", sa_type=LongText)
    made_at: datetime = Field(sa_type=UtcDateTime)
    """When the form was opened, or answered last."""

"""Every row Bellhop keeps. The unique keys carry the laws; the names are the design's words."""

from sqlmodel import SQLModel

import storage.naming  # noqa: F401  # before the first table: names its constraints
from storage.tables.audit import Audit
from storage.tables.booking import BookedCell, Booking, BookingState, Hours, Service
from storage.tables.money import Checkout, GatewayFact, PaymentRequest, Refund
from storage.tables.papers import Paper, PaperCount
from storage.tables.people import (
    ChannelAccount,
    Desk,
    Identity,
    Person,
    Role,
    RoleKind,
    Team,
)
from storage.tables.queue import Inbox, JobState, Outbox, Pace, SweepTurn
from storage.tables.rooms import JoinCode, Presence, Room
from storage.tables.talk import Conversation, Delivery, DeliveryState, Draft, Seat, Side, SpokenMessage

# Elsewhere "a" is not "A", and an event's id is another when its case is; MySQL sees neither unless told so.
for _table in SQLModel.metadata.tables.values():
    _table.kwargs.update(mysql_charset="utf8mb4", mysql_collate="utf8mb4_bin", mysql_engine="InnoDB")

__all__ = [
    "Audit",
    "BookedCell",
    "Booking",
    "BookingState",
    "ChannelAccount",
    "Checkout",
    "Conversation",
    "Delivery",
    "DeliveryState",
    "Desk",
    "Draft",
    "GatewayFact",
    "Hours",
    "Identity",
    "Inbox",
    "JobState",
    "JoinCode",
    "Outbox",
    "Pace",
    "Paper",
    "PaperCount",
    "PaymentRequest",
    "Person",
    "Presence",
    "Refund",
    "Role",
    "RoleKind",
    "Room",
    "Seat",
    "Service",
    "Side",
    "SpokenMessage",
    "SweepTurn",
    "Team",
]

"""Every row Bellhop keeps. The unique keys carry the laws; the names are the design's words."""

import storage.naming  # noqa: F401  # before the first table: names its constraints
from storage.tables.booking import BookedCell, Booking, BookingState, Hours, Service
from storage.tables.money import Checkout, GatewayFact, PaymentRequest, Refund
from storage.tables.people import (
    ChannelAccount,
    Desk,
    Identity,
    Person,
    Role,
    RoleKind,
    Team,
)
from storage.tables.queue import Inbox, JobState, Outbox
from storage.tables.rooms import JoinCode, Presence, Room
from storage.tables.talk import Conversation, Delivery, DeliveryState, Draft, Seat, Side, SpokenMessage

__all__ = [
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
    "Team",
]

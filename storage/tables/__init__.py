"""Every row Bellhop keeps. The unique keys carry the laws; the names are the design's words."""

from sqlmodel import SQLModel

import storage.naming  # noqa: F401  # before the first table: names its constraints
from storage.tables.accounts import GatewayAccount, SetupVisit
from storage.tables.audit import Audit
from storage.tables.booking import BookedCell, Booking, BookingState, Hours, Service
from storage.tables.desk import CannedReply, Invitation, Rating
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
from storage.tables.pretended import PretendedLine
from storage.tables.pricing import Coupon, CouponUse, RequestLine
from storage.tables.queue import Inbox, JobState, Outbox, Pace, SweepTurn
from storage.tables.rooms import CallSignal, JoinCode, Presence, Room
from storage.tables.sharing import Acquaintance, DeskCode, Tenancy
from storage.tables.slack import SlackBot, SlackInstallation, SlackState
from storage.tables.talk import Conversation, Delivery, DeliveryState, Draft, Seat, Side, SpokenMessage

# Elsewhere "a" is not "A", and an event's id is another when its case is; MySQL sees neither unless told so.
for _table in SQLModel.metadata.tables.values():
    _table.kwargs.update(mysql_charset="utf8mb4", mysql_collate="utf8mb4_bin", mysql_engine="InnoDB")

__all__ = [
    "Acquaintance",
    "Audit",
    "BookedCell",
    "Booking",
    "BookingState",
    "CallSignal",
    "CannedReply",
    "ChannelAccount",
    "Checkout",
    "Conversation",
    "Coupon",
    "CouponUse",
    "Delivery",
    "DeliveryState",
    "Desk",
    "DeskCode",
    "Draft",
    "GatewayAccount",
    "GatewayFact",
    "Hours",
    "Identity",
    "Inbox",
    "Invitation",
    "JobState",
    "JoinCode",
    "Outbox",
    "Pace",
    "Paper",
    "PaperCount",
    "PaymentRequest",
    "Person",
    "Presence",
    "PretendedLine",
    "Rating",
    "Refund",
    "RequestLine",
    "Role",
    "RoleKind",
    "Room",
    "Seat",
    "Service",
    "SetupVisit",
    "Side",
    "SlackBot",
    "SlackInstallation",
    "SlackState",
    "SpokenMessage",
    "SweepTurn",
    "Team",
    "Tenancy",
]

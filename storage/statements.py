"""Statements that every payment and every message need, put together once: to build one takes longer than to run it."""

from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Select, Update, and_, bindparam, func, select, update
from sqlmodel import col

from storage.repeats import table_of
from storage.tables import (
    Booking,
    BookingState,
    CallSignal,
    ChannelAccount,
    Checkout,
    Delivery,
    DeliveryState,
    Desk,
    GatewayFact,
    Paper,
    PaymentRequest,
    Person,
    Presence,
    RequestLine,
    Room,
    Seat,
    SpokenMessage,
)
from storage.types import UtcDateTime

OF: BindParameter[int] = bindparam("of")
"""Whose rows are asked for, by its id."""
NOW: BindParameter[Any] = bindparam("now", type_=UtcDateTime)


@cache
def ways() -> Select[SpokenMessage, Seat, ChannelAccount, Delivery, Desk]:
    """All that is needed to bring `messages` to `seats`."""
    there = and_(col(Desk.account_id) == col(Seat.account_id), col(Desk.chat) == col(Seat.chat))
    messages: BindParameter[Any] = bindparam("messages", expanding=True)
    seats: BindParameter[Any] = bindparam("seats", expanding=True)
    return (
        select(SpokenMessage, Seat, ChannelAccount, Delivery, Desk)
        .join(Delivery, col(Delivery.message_id) == col(SpokenMessage.id))
        .join(Seat, col(Seat.id) == col(Delivery.seat_id))
        .join(ChannelAccount, col(ChannelAccount.id) == col(Seat.account_id))
        .outerjoin(Desk, there)
        .where(col(Delivery.message_id).in_(messages), col(Delivery.seat_id).in_(seats))
    )


@cache
def arrival() -> Update:
    """A `delivery` stands in its `version` as `stands`, unless a newer one does."""
    table = table_of(Delivery)
    older = table.c.id == bindparam("delivery"), table.c.sent_version < bindparam("version")
    stands: dict[str, Any] = {"sent_version": bindparam("version"), "external_id": bindparam("stands")}
    return update(table).where(*older).values(state=DeliveryState.SENT, problem="", **stands)


@cache
def seats() -> Select[Seat]:
    """The seats of a conversation, in the order in which they were taken."""
    return select(Seat).where(col(Seat.conversation_id) == OF).order_by(col(Seat.id))


@cache
def card() -> Select[SpokenMessage]:
    """The card of a conversation with that `key`."""
    return select(SpokenMessage).where(
        col(SpokenMessage.conversation_id) == OF, col(SpokenMessage.card_key) == bindparam("key")
    )


@cache
def numbers() -> Select[int, int, int]:
    """The ids of the messages of conversations in some `versions`, which tell each of them."""
    mine: BindParameter[Any] = bindparam("of", expanding=True)
    versions: BindParameter[Any] = bindparam("versions", expanding=True)
    asked = select(col(SpokenMessage.id), col(SpokenMessage.conversation_id), col(SpokenMessage.version))
    return asked.where(col(SpokenMessage.conversation_id).in_(mine), col(SpokenMessage.version).in_(versions))


@cache
def facts() -> Select[GatewayFact]:
    """What fits a checkout, oldest first."""
    fits = col(GatewayFact.checkout_id) == OF, col(GatewayFact.misfit) == ""
    return select(GatewayFact).where(*fits).order_by(col(GatewayFact.id))


@cache
def requests() -> Select[PaymentRequest]:
    """A conversation's requests, newest first."""
    mine = select(PaymentRequest).where(col(PaymentRequest.conversation_id) == OF)
    return mine.order_by(col(PaymentRequest.id).desc())


@cache
def checkouts() -> Select[Checkout]:
    """A request's checkouts, newest first."""
    return select(Checkout).where(col(Checkout.request_id) == OF).order_by(col(Checkout.id).desc())


@cache
def lines() -> Select[RequestLine]:
    """A request's lines in their order."""
    return select(RequestLine).where(col(RequestLine.request_id) == OF).order_by(col(RequestLine.place))


@cache
def papers() -> Select[Paper]:
    """A request's papers, oldest first."""
    return select(Paper).where(col(Paper.request_id) == OF).order_by(col(Paper.id))


@cache
def booked() -> Select[Booking]:
    """The confirmed bookings of a conversation that are not over, soonest first."""
    ahead = col(Booking.state) == BookingState.CONFIRMED, col(Booking.ends_at) > NOW
    return select(Booking).where(col(Booking.conversation_id) == OF, *ahead).order_by(col(Booking.starts_at))


@cache
def open_room() -> Select[Room]:
    """The newest room that is open for a conversation."""
    is_open = col(Room.closed_at).is_(None), col(Room.closes_at) > NOW
    return select(Room).where(col(Room.conversation_id) == OF, *is_open).order_by(col(Room.id).desc()).limit(1)


@cache
def inside() -> Select[Presence, str]:
    """Who is in a room now, with their names."""
    there = col(Presence.room_id) == OF, col(Presence.left_at).is_(None)
    asked = select(Presence, col(Person.name)).join(Person, col(Person.id) == col(Presence.person_id))
    return asked.where(*there).order_by(col(Presence.id))


@cache
def callers() -> Select[Presence]:
    """Some who were in a room, by their `ids`, as they are now and locked."""
    mine: BindParameter[Any] = bindparam("ids", expanding=True)
    asked = select(Presence).where(col(Presence.id).in_(mine)).order_by(col(Presence.id))
    return asked.with_for_update(key_share=True).execution_options(populate_existing=True)


@cache
def words_waiting() -> Select[int]:
    """How many words wait for a caller."""
    return select(func.count(col(CallSignal.id))).where(col(CallSignal.to_id) == OF)


@cache
def next_words() -> Select[int, str]:
    """Words for a caller, sealed, oldest first."""
    asked = select(col(CallSignal.id), col(CallSignal.sealed_word)).where(col(CallSignal.to_id) == OF)
    return asked.order_by(col(CallSignal.id)).limit(100)

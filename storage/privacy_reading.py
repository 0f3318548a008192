"""Questions for a customer's copy of what is kept about them."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from storage.tables import (
    Booking,
    ChannelAccount,
    Conversation,
    Delivery,
    Identity,
    Paper,
    PaymentRequest,
    Person,
    Presence,
    Rating,
    Refund,
    Role,
    Room,
    Seat,
    Side,
    SpokenMessage,
)


class Holdings:
    """What is kept about one customer."""

    def __init__(self, session: AsyncSession) -> None:
        """Part of one `Work`."""
        self._db = session

    async def find(self, person_id: int) -> Person | None:
        """The person with that id, if there is one."""
        return await self._db.get(Person, person_id)

    async def named(self, channel: str, external_ids: Collection[str], account: str = "") -> Sequence[Person]:
        """Everybody known by one of these ids in a channel; in one account of ours, when named."""
        asked = (
            select(Person)
            .join(Identity, col(Identity.person_id) == col(Person.id))
            .join(ChannelAccount, col(ChannelAccount.id) == col(Identity.account_id))
            .where(col(ChannelAccount.channel) == channel, col(Identity.external_id).in_(external_ids))
            .distinct()
        )
        if account:
            asked = asked.where(col(ChannelAccount.external_id) == account)
        return (await self._db.execute(asked.order_by(col(Person.id)))).scalars().all()

    async def roles(self, person_id: int) -> Sequence[Role]:
        """What somebody may do, in every team."""
        return await self._all(Role, col(Role.person_id) == person_id)

    async def conversations(self, person_id: int) -> Sequence[Conversation]:
        """A customer's conversations with any team, oldest first."""
        return await self._all(Conversation, col(Conversation.customer_id) == person_id)

    async def addresses(self, person_id: int) -> Sequence[tuple[str, str]]:
        """The channels somebody is known in, with their id there."""
        asked = (
            select(col(ChannelAccount.channel), col(Identity.external_id))
            .join(Identity, col(Identity.account_id) == col(ChannelAccount.id))
            .where(col(Identity.person_id) == person_id)
        )
        return [(row[0], row[1]) for row in await self._db.execute(asked)]

    async def messages(self, conversation_id: int, *, notes: bool, after: int, limit: int) -> Sequence[SpokenMessage]:
        """What was said in a conversation after that version, oldest first: what its customer may read.

        `notes`: what the agents wrote among themselves too.
        """
        mine = [col(SpokenMessage.conversation_id) == conversation_id, col(SpokenMessage.version) > after]
        if not notes:
            theirs = or_(col(SpokenMessage.audience).is_(None), col(SpokenMessage.audience) == Side.CUSTOMER)
            mine += [theirs, col(SpokenMessage.note).is_(False)]
        asked = select(SpokenMessage).where(*mine).order_by(col(SpokenMessage.version)).limit(limit)
        return (await self._db.execute(asked)).scalars().all()

    async def copies(self, conversations: Collection[int]) -> Sequence[tuple[str, str, str, str]]:
        """Where desks show what customers wrote in these: channel, account, chat and message there."""
        asked = (
            select(
                col(ChannelAccount.channel), col(ChannelAccount.external_id), col(Seat.chat), col(Delivery.external_id)
            )
            .join(Seat, col(Seat.account_id) == col(ChannelAccount.id))
            .join(Delivery, col(Delivery.seat_id) == col(Seat.id))
            .join(SpokenMessage, col(SpokenMessage.id) == col(Delivery.message_id))
            .where(
                col(SpokenMessage.conversation_id).in_(conversations),
                col(SpokenMessage.from_side) == Side.CUSTOMER,
                col(Seat.side) == Side.AGENT,
                col(Delivery.external_id) != "",
            )
            .order_by(col(Delivery.id))
        )
        there = (await self._db.execute(asked)).all()
        return [(channel, account, chat, message_id) for channel, account, chat, message_id in there]

    async def bookings(self, person_id: int) -> Sequence[Booking]:
        """Everything a customer booked, past and ahead."""
        return await self._all(Booking, col(Booking.customer_id) == person_id)

    async def requests(self, conversations: Collection[int]) -> Sequence[PaymentRequest]:
        """What was put before the customer of these conversations."""
        mine = col(PaymentRequest.conversation_id).in_(conversations)
        return await self._all(PaymentRequest, mine, col(PaymentRequest.sent_at).is_not(None))

    async def refunds(self, requests: Collection[int]) -> Sequence[Refund]:
        """What was sent back of these requests, or is to be."""
        return await self._all(Refund, col(Refund.request_id).in_(requests), col(Refund.confirmed_at).is_not(None))

    async def papers(self, requests: Collection[int]) -> Sequence[Paper]:
        """All papers of these requests."""
        return await self._all(Paper, col(Paper.request_id).in_(requests))

    async def rating(self, conversation_id: int) -> Rating | None:
        """What the customer thought of a conversation, if they said so."""
        asked = select(Rating).where(col(Rating.conversation_id) == conversation_id, col(Rating.rated_at).is_not(None))
        return (await self._db.execute(asked)).scalar_one_or_none()

    async def visits(self, person_id: int) -> Sequence[tuple[Presence, Room]]:
        """When somebody was in which video room."""
        asked = select(Presence, Room).join(Room, col(Room.id) == col(Presence.room_id))
        mine = asked.where(col(Presence.person_id) == person_id).order_by(col(Presence.id))
        return [(row[0], row[1]) for row in await self._db.execute(mine)]

    async def _all(self, table: type[Any], *where: ColumnElement[bool]) -> Sequence[Any]:
        return (await self._db.execute(select(table).where(*where).order_by(col(table.id)))).scalars().all()

"""Questions about conversations: who sits where, what was said, how far it got."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from storage import signals
from storage.tables import (
    ChannelAccount,
    Conversation,
    Delivery,
    Draft,
    Person,
    Seat,
    Side,
    SpokenMessage,
)


class Talk:
    """Conversations, seats, messages, deliveries and drafts."""

    def __init__(self, session: AsyncSession, now: datetime, wake: Callable[[str], None]) -> None:
        """Part of one `Work`; `wake` is told which conversation has something new."""
        self._db = session
        self._now = now
        self._wake = wake
        # Asked and locked once for a transaction: a single event may say five things to one conversation.
        self._seats: dict[int, Sequence[Seat]] = {}
        self._counted: dict[int, int] = {}

    async def conversation(self, conversation_id: int) -> Conversation | None:
        """One conversation."""
        return await self._db.get(Conversation, conversation_id)

    async def open_for(self, team_id: int, customer_id: int) -> Conversation | None:
        """A customer's open conversation with a team."""
        asked = select(Conversation).where(
            col(Conversation.team_id) == team_id,
            col(Conversation.customer_id) == customer_id,
            col(Conversation.closed_at).is_(None),
        )
        return (await self._db.execute(asked.order_by(col(Conversation.id).desc()).limit(1))).scalar_one_or_none()

    async def held_by(self, team_id: int, agent_id: int) -> Sequence[tuple[Conversation, Person]]:
        """The open conversations an agent holds, with their customers."""
        return await self._cases(team_id, col(Conversation.holder_id) == agent_id)

    async def open_cases(self, team_id: int) -> Sequence[tuple[Conversation, Person]]:
        """All open conversations of a team, with their customers, newest first."""
        return await self._cases(team_id)

    async def _cases(self, team_id: int, *more: object) -> Sequence[tuple[Conversation, Person]]:
        asked = (
            select(Conversation, Person)
            .join(Person, col(Person.id) == col(Conversation.customer_id))
            .where(col(Conversation.team_id) == team_id, col(Conversation.closed_at).is_(None), *more)  # type: ignore[arg-type]
            .order_by(col(Conversation.id).desc())
            .limit(25)
        )
        return [(row[0], row[1]) for row in await self._db.execute(asked)]

    async def claim(self, conversation_id: int, agent_id: int) -> bool:
        """Hold a conversation that nobody holds. The database decides who was first."""
        free = or_(col(Conversation.holder_id).is_(None), col(Conversation.holder_id) == agent_id)
        changed = update(Conversation).where(col(Conversation.id) == conversation_id, free).values(holder_id=agent_id)
        return cast("CursorResult[Any]", await self._db.execute(changed)).rowcount == 1

    async def seats(self, conversation_id: int, side: Side | None = None) -> Sequence[Seat]:
        """The seats of a conversation that can be reached, in the order in which they were taken."""
        if conversation_id not in self._seats:
            asked = select(Seat).where(col(Seat.conversation_id) == conversation_id).order_by(col(Seat.id))
            self._seats[conversation_id] = (await self._db.execute(asked)).scalars().all()
        return [seat for seat in self._seats[conversation_id] if seat.reachable and side in (None, seat.side)]

    async def seat(self, seat_id: int) -> Seat:
        """One seat; it must exist."""
        return await self._db.get_one(Seat, seat_id)

    async def seat_in_thread(self, account_id: int, chat: str, thread: str) -> Seat | None:
        """The agents' seat whose thread that is."""
        asked = select(Seat).where(
            col(Seat.account_id) == account_id,
            col(Seat.chat) == chat,
            col(Seat.thread) == thread,
            col(Seat.thread) != "",
        )
        return (await self._db.execute(asked)).scalar_one_or_none()

    async def customer_seats_at(self, account_id: int, chat: str) -> Sequence[Seat]:
        """Every customer's seat at one address, reachable or not."""
        asked = select(Seat).where(
            col(Seat.account_id) == account_id, col(Seat.chat) == chat, col(Seat.side) == Side.CUSTOMER
        )
        return (await self._db.execute(asked)).scalars().all()

    async def add(self, row: Conversation | Seat | SpokenMessage | Draft) -> None:
        """Keep a new row and give it its id."""
        self._db.add(row)
        await self._db.flush()
        if isinstance(row, Seat):
            self._seats.pop(row.conversation_id, None)

    async def next_version(self, conversation_id: int) -> int:
        """Count one more message or edit. The row stays locked until the commit, so versions appear in order."""
        if conversation_id not in self._counted:
            asked = select(col(Conversation.spoken)).where(col(Conversation.id) == conversation_id).with_for_update()
            self._counted[conversation_id] = (await self._db.execute(asked)).scalar_one()
        self._counted[conversation_id] += 1
        self._wake(signals.conversation(conversation_id))
        return self._counted[conversation_id]

    async def settle(self) -> None:
        """Before the commit: write how far was counted."""
        for conversation_id, spoken in self._counted.items():
            mine = update(Conversation).where(col(Conversation.id) == conversation_id).values(spoken=spoken)
            await self._db.execute(mine.execution_options(synchronize_session=False))

    async def message(self, message_id: int) -> SpokenMessage:
        """One message; it must exist."""
        return await self._db.get_one(SpokenMessage, message_id)

    async def errand(self, message_id: int, seat_id: int) -> tuple[SpokenMessage, Seat, ChannelAccount, Delivery]:
        """All that is needed to bring a message to a seat, in one question; all of it must exist."""
        asked = (
            select(SpokenMessage, Seat, ChannelAccount, Delivery)
            .join(Delivery, col(Delivery.message_id) == col(SpokenMessage.id))
            .join(Seat, col(Seat.id) == col(Delivery.seat_id))
            .join(ChannelAccount, col(ChannelAccount.id) == col(Seat.account_id))
            .where(col(SpokenMessage.id) == message_id, col(Seat.id) == seat_id)
        )
        message, seat, account, delivery = (await self._db.execute(asked)).one()
        return message, seat, account, delivery

    async def find_message(self, message_id: int) -> SpokenMessage | None:
        """The message with that id, if there is one."""
        return await self._db.get(SpokenMessage, message_id)

    async def card(self, conversation_id: int, card_key: str) -> SpokenMessage | None:
        """The card with that key, if it was said already."""
        asked = select(SpokenMessage).where(
            col(SpokenMessage.conversation_id) == conversation_id, col(SpokenMessage.card_key) == card_key
        )
        return (await self._db.execute(asked)).scalar_one_or_none()

    async def said_at_origin(self, origin: str) -> SpokenMessage | None:
        """The message whose words were first said there."""
        asked = select(SpokenMessage).where(col(SpokenMessage.origin) == origin)
        return (await self._db.execute(asked)).scalars().first()

    async def since(self, conversation_id: int, version: int, side: Side, limit: int = 200) -> Sequence[SpokenMessage]:
        """What one side may read and has not seen: messages and edits after `version`, oldest first."""
        asked = select(SpokenMessage).where(
            col(SpokenMessage.conversation_id) == conversation_id,
            col(SpokenMessage.version) > version,
            or_(col(SpokenMessage.audience).is_(None), col(SpokenMessage.audience) == side),
        )
        return (await self._db.execute(asked.order_by(col(SpokenMessage.version)).limit(limit))).scalars().all()

    async def address(self, message: SpokenMessage, seats: Sequence[Seat], *, first: bool) -> None:
        """Note that a message is on its way to each seat; `first`: it never was on its way to anybody."""
        known = set() if first else {delivery.seat_id for delivery in await self.deliveries(message.id)}
        self._db.add_all(Delivery(message_id=message.id, seat_id=seat.id) for seat in seats if seat.id not in known)

    async def deliveries(self, message_id: int) -> Sequence[Delivery]:
        """Where a message is on all its ways."""
        return (await self._db.execute(select(Delivery).where(col(Delivery.message_id) == message_id))).scalars().all()

    async def draft(self, account_id: int, chat: str, thread: str, external_id: str) -> Draft | None:
        """The form somebody is filling in at that place."""
        asked = select(Draft).where(
            col(Draft.account_id) == account_id,
            col(Draft.chat) == chat,
            col(Draft.thread) == thread,
            col(Draft.external_id) == external_id,
        )
        return (await self._db.execute(asked)).scalar_one_or_none()

    async def drop_draft(self, draft: Draft) -> None:
        """The form is finished or given up."""
        await self._db.execute(delete(Draft).where(col(Draft.id) == draft.id))

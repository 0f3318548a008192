"""Questions about conversations: who sits where, what was said, how far it got."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from storage import signals, statements
from storage.known import known
from storage.tables import (
    ChannelAccount,
    Conversation,
    Delivery,
    DeliveryState,
    Desk,
    Draft,
    Person,
    Seat,
    Side,
    SpokenMessage,
)
from storage.words import Then, Words

Way = tuple[SpokenMessage, Seat, ChannelAccount, Delivery, Desk | None]
"""A message, where it goes, through which account, how far it has got, and the desk at that address."""


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
        self._filled: set[int] = set()
        self._words = Words(session)

    async def conversation(self, conversation_id: int) -> Conversation | None:
        """One conversation."""
        return await known(self._db, Conversation, conversation_id)

    async def open_for(self, team_id: int, customer_id: int) -> Conversation | None:
        """A customer's open conversation with a team."""
        asked = select(Conversation).where(
            col(Conversation.team_id) == team_id,
            col(Conversation.customer_id) == customer_id,
            col(Conversation.closed_at).is_(None),
        )
        return (await self._db.execute(asked.order_by(col(Conversation.id).desc()).limit(1))).scalar_one_or_none()

    async def answered(self, conversation_id: int) -> bool:
        """Whether an agent has ever said something to the customer there."""
        asked = select(col(SpokenMessage.id)).where(
            col(SpokenMessage.conversation_id) == conversation_id,
            col(SpokenMessage.from_side) == Side.AGENT,
            col(SpokenMessage.note).is_(False),
        )
        return (await self._db.execute(asked.limit(1))).first() is not None

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

    async def all_held_by(self, team_id: int, agent_id: int) -> Sequence[Conversation]:
        """Every conversation an agent holds, closed ones too."""
        mine = (col(Conversation.team_id) == team_id, col(Conversation.holder_id) == agent_id)
        return (await self._db.execute(select(Conversation).where(*mine))).scalars().all()

    async def claim(self, conversation_id: int, agent_id: int) -> bool:
        """Hold a conversation that nobody holds. The database decides who was first."""
        free = or_(col(Conversation.holder_id).is_(None), col(Conversation.holder_id) == agent_id)
        changed = update(Conversation).where(col(Conversation.id) == conversation_id, free).values(holder_id=agent_id)
        return cast("CursorResult[Any]", await self._db.execute(changed)).rowcount == 1

    async def pass_on(self, conversation_id: int, holder_id: int | None, agent_id: int) -> bool:
        """Give a conversation to another agent while its holder is still that one (None: nobody)."""
        still = col(Conversation.holder_id).is_(None) if holder_id is None else col(Conversation.holder_id) == holder_id
        changed = update(Conversation).where(col(Conversation.id) == conversation_id, still).values(holder_id=agent_id)
        return cast("CursorResult[Any]", await self._db.execute(changed)).rowcount == 1

    async def seats(self, conversation_id: int, side: Side | None = None) -> Sequence[Seat]:
        """The seats of a conversation that can be reached, in the order in which they were taken."""
        if conversation_id not in self._seats:
            found = await self._db.execute(statements.seats(), {"of": conversation_id})
            self._seats[conversation_id] = found.scalars().all()
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

    async def seat_desk(self, conversation_id: int, account_id: int, chat: str) -> None:
        """Give a conversation an agents' seat at a desk, unless it has one there."""
        seats = await self.seats(conversation_id, Side.AGENT)
        if not any((seat.account_id, seat.chat) == (account_id, chat) for seat in seats):
            await self.add(Seat(conversation_id=conversation_id, account_id=account_id, side=Side.AGENT, chat=chat))

    async def move_desk(self, account_id: int, old: str, new: str, *, keep_threads: bool) -> None:
        """The agents' seats of a desk are elsewhere now: all of them with their threads, or the open cases' without."""
        asked = select(Seat).where(
            col(Seat.account_id) == account_id, col(Seat.chat) == old, col(Seat.side) == Side.AGENT
        )
        if not keep_threads:
            is_open = select(col(Conversation.id)).where(col(Conversation.closed_at).is_(None))
            asked = asked.where(col(Seat.conversation_id).in_(is_open))
        seats = (await self._db.execute(asked)).scalars().all()
        for seat in seats:
            seat.chat, seat.thread = new, seat.thread if keep_threads else ""
        # The numbers of the messages there are those of other messages here.
        forgotten = update(Delivery).where(col(Delivery.seat_id).in_([seat.id for seat in seats]))
        await self._db.execute(forgotten.values(external_id=""))
        self._seats.clear()

    async def waiting_at(self, account_id: int, chat: str) -> Sequence[Delivery]:
        """What is on its way to the agents' seats at a desk and has not arrived, in the order in which it was said."""
        return await self._waiting(account_id, col(Seat.chat) == chat, col(Seat.side) == Side.AGENT)

    async def waiting_in(self, account_id: int) -> Sequence[Delivery]:
        """The same of every seat in an account."""
        return await self._waiting(account_id)

    async def _waiting(self, account_id: int, *more: object) -> Sequence[Delivery]:
        asked = (
            select(Delivery)
            .join(Seat, col(Seat.id) == col(Delivery.seat_id))
            .join(SpokenMessage, col(SpokenMessage.id) == col(Delivery.message_id))
            .where(
                col(Seat.account_id) == account_id,
                col(Delivery.sent_version) < col(SpokenMessage.version),
                col(Delivery.state) != DeliveryState.DEAD,
                *more,  # type: ignore[arg-type]
            )
            .order_by(col(Delivery.id))
        )
        return (await self._db.execute(asked)).scalars().all()

    def utter(self, spoken: SpokenMessage, seats: Sequence[Seat], then: Then) -> None:
        """Keep a new message, on its way to these seats, when all has been said; `then`, when it has its id."""
        self._words.add(spoken, seats, then)

    async def add(self, row: Conversation | Seat | SpokenMessage | Draft) -> None:
        """Keep a new row and give it its id."""
        self._db.add(row)
        await self._db.flush()
        if isinstance(row, Seat):
            self._seats.pop(row.conversation_id, None)

    async def next_version(self, conversation_id: int) -> int:
        """Count one more message or edit. The row stays locked until the commit, so versions appear in order."""
        if conversation_id not in self._counted:
            asked = select(col(Conversation.spoken), col(Conversation.emptied_at))
            mine = asked.where(col(Conversation.id) == conversation_id).with_for_update()
            self._counted[conversation_id], emptied = (await self._db.execute(mine)).one()
            if emptied is not None:
                self._filled.add(conversation_id)
        self._counted[conversation_id] += 1
        self._wake(signals.conversation(conversation_id))
        return self._counted[conversation_id]

    async def settle(self) -> None:
        """Before the commit: keep what was said and how far was counted. What was emptied holds words again."""
        await self._words.settle()
        for conversation_id, spoken in self._counted.items():
            said = {"spoken": spoken} | ({"emptied_at": None} if conversation_id in self._filled else {})
            mine = update(Conversation).where(col(Conversation.id) == conversation_id).values(said)
            await self._db.execute(mine.execution_options(synchronize_session=False))

    async def message(self, message_id: int) -> SpokenMessage:
        """One message; it must exist."""
        return await self._db.get_one(SpokenMessage, message_id)

    async def ways(self, asked: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], Way]:
        """All that is needed to bring each of these messages to its seat, by their ids, in one question.

        What was erased meanwhile is left out.
        """
        messages, seats = {message for message, _ in asked}, {seat for _, seat in asked}
        found = await self._db.execute(statements.ways(), {"messages": list(messages), "seats": list(seats)})
        return {(way[0].id, way[1].id): (way[0], way[1], way[2], way[3], way[4]) for way in found}

    async def arrived(self, delivery: Delivery, *, version: int, external_id: str) -> bool:
        """A delivery's message stands at its seat in that version. False when a newer one is there already."""
        told = {"delivery": delivery.id, "version": version, "stands": external_id}
        result = cast("CursorResult[Any]", await self._db.execute(statements.arrival(), told))
        return result.rowcount == 1

    async def all_arrived(self, arrived: Sequence[tuple[Delivery, int, str]]) -> None:
        """The same for many at once: deliveries, with their versions and the platform's ids."""
        if arrived:
            told = [{"delivery": each.id, "version": version, "stands": stands} for each, version, stands in arrived]
            await self._db.execute(statements.arrival(), told)

    async def thread_begun(self, seat: Seat, thread: str) -> None:
        """The thread in which a seat's conversation goes on."""
        mine = update(Seat).where(col(Seat.id) == seat.id).values(thread=thread)
        await self._db.execute(mine.execution_options(synchronize_session=False))
        self._seats.pop(seat.conversation_id, None)

    async def find_message(self, message_id: int) -> SpokenMessage | None:
        """The message with that id, if there is one."""
        return await self._db.get(SpokenMessage, message_id)

    async def card(self, conversation_id: int, card_key: str) -> SpokenMessage | None:
        """The card with that key, if it was said already."""
        if self._words.has(conversation_id, card_key):
            await self._words.settle()
        asked = {"of": conversation_id, "key": card_key}
        return (await self._db.execute(statements.card(), asked)).scalar_one_or_none()

    async def said_at_origin(self, origin: str) -> SpokenMessage | None:
        """The message whose words were first said there."""
        await self._words.settle()
        asked = select(SpokenMessage).where(col(SpokenMessage.origin) == origin)
        return (await self._db.execute(asked)).scalars().first()

    async def newest(self, conversation_id: int, limit: int) -> Sequence[SpokenMessage]:
        """The messages of a conversation that were said or edited last, newest first."""
        asked = select(SpokenMessage).where(col(SpokenMessage.conversation_id) == conversation_id)
        return (await self._db.execute(asked.order_by(col(SpokenMessage.version).desc()).limit(limit))).scalars().all()

    async def since(self, conversation_id: int, version: int, side: Side, limit: int = 200) -> Sequence[SpokenMessage]:
        """What one side may read and has not seen: messages and edits after `version`, oldest first."""
        await self._words.settle()
        asked = select(SpokenMessage).where(
            col(SpokenMessage.conversation_id) == conversation_id,
            col(SpokenMessage.version) > version,
            or_(col(SpokenMessage.audience).is_(None), col(SpokenMessage.audience) == side),
        )
        return (await self._db.execute(asked.order_by(col(SpokenMessage.version)).limit(limit))).scalars().all()

    async def address(self, message: SpokenMessage, seats: Sequence[Seat]) -> None:
        """Note that a message is on its way to each seat, where it never was."""
        known = {delivery.seat_id for delivery in await self.deliveries(message.id)}
        await self._words.address([(message, seat) for seat in seats if seat.id not in known])

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

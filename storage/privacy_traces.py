"""Where one customer stands in the database."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from storage.privacy_words import pseudonym
from storage.tables import ChannelAccount, Conversation, Identity, PaymentRequest, Person, Room, Seat, Side


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody is reached: the channel, the platform's id of our account there, and a chat or a person's id."""

    channel: str
    account: str
    account_id: int
    chat: str

    @property
    def lane(self) -> str:
        """What is heard and answered there goes through this lane of the queues."""
        return f"{self.channel}:{self.account}:{self.chat}"


@dataclass(frozen=True, slots=True)
class Traces:
    """Where one customer stands: by the ids of our rows, and by the words of the platforms."""

    person_id: int
    name: str
    conversations: tuple[int, ...]
    teams: tuple[int, ...]
    requests: tuple[int, ...]
    seats: tuple[int, ...]
    addresses: tuple[Address, ...]
    page_lanes: tuple[str, ...]
    """The lanes of what was said on room pages."""

    @property
    def stead(self) -> str:
        """What stands where their name stood."""
        return pseudonym(self.person_id)


async def traces_of(session: AsyncSession, person: Person) -> Traces:
    """Where a person stands as a customer. Their conversations stay locked until the commit."""
    mine = select(Conversation).where(col(Conversation.customer_id) == person.id).with_for_update()
    cases = (await session.execute(mine.order_by(col(Conversation.id)))).scalars().all()
    ids = tuple(case.id for case in cases)
    rooms = select(col(Room.id), col(Room.conversation_id)).where(col(Room.conversation_id).in_(ids))
    return Traces(
        person_id=person.id, name=person.name, conversations=ids,
        teams=tuple(sorted({case.team_id for case in cases})),
        requests=await _ids(session, PaymentRequest, col(PaymentRequest.conversation_id).in_(ids)),
        seats=await _ids(session, Seat, col(Seat.conversation_id).in_(ids), col(Seat.side) == Side.CUSTOMER),
        addresses=await _addresses(session, person.id, ids),
        page_lanes=tuple(f"room:{room}:{case}" for room, case in await session.execute(rooms)),
    )  # fmt: skip


async def _ids(session: AsyncSession, table: type[Any], *where: ColumnElement[bool]) -> tuple[int, ...]:
    return tuple((await session.execute(select(col(table.id)).where(*where))).scalars())


async def _addresses(session: AsyncSession, person_id: int, cases: Collection[int]) -> tuple[Address, ...]:
    account = (col(ChannelAccount.channel), col(ChannelAccount.external_id), col(ChannelAccount.id))
    known = (
        select(*account, col(Identity.external_id))
        .join(Identity, col(Identity.account_id) == col(ChannelAccount.id))
        .where(col(Identity.person_id) == person_id)
    )
    seated = (
        select(*account, col(Seat.chat))
        .join(Seat, col(Seat.account_id) == col(ChannelAccount.id))
        .where(col(Seat.conversation_id).in_(cases), col(Seat.side) == Side.CUSTOMER)
    )
    found = {Address(*row) for asked in (known, seated) for row in await session.execute(asked)}
    return tuple(sorted(found, key=lambda address: address.lane))

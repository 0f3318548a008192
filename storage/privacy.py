"""Forgetting: where a customer stands in the database, and the statements that take them out of it.

The ledger stays: requests, checkouts, facts, refunds, bookings, numbered papers. Nothing in it says who it was.
"""

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, false, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from payments.machine import State
from payments.numbering import PaperKind
from storage.privacy_traces import Traces, traces_of
from storage.privacy_words import SHORTEST, reworded, without_name, without_name_in_log
from storage.queues import TOLD
from storage.tables import (
    Acquaintance,
    Audit,
    Booking,
    BookingState,
    CallSignal,
    Checkout,
    Conversation,
    Delivery,
    DeliveryState,
    Draft,
    GatewayFact,
    Identity,
    Inbox,
    JobState,
    JoinCode,
    Outbox,
    Pace,
    Paper,
    PaymentRequest,
    Person,
    Presence,
    PretendedLine,
    Rating,
    Refund,
    RequestLine,
    Room,
    Seat,
    Side,
    SpokenMessage,
    Team,
)

DESK_CARDS = ("case", "pay:%", "erased")
"""Keys of the desk's cards that say how a case and its payments stand: they stay, and are edited in place."""
STUCK = timedelta(days=7)
"""What has been on its way for longer will not arrive soon."""
PAGE = 0
"""The channel account of a draft on a room page."""
STANDING = frozenset({BookingState.HELD, BookingState.CONFIRMED})
UNDER_WAY = frozenset({
    State.REQUESTED, State.OPENED, State.FAILED, State.PROCESSING, State.REFUND_PENDING, State.DISPUTED,
})  # fmt: skip
"""Payments that somebody may still have words about."""


class Forgetting:
    """Takes words and people out of the database, and leaves the ledger."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        """Part of one `Work`."""
        self._db = session
        self._now = now

    async def traces(self, person: Person) -> Traces:
        """Where a person stands as a customer. Their conversations stay locked until the commit."""
        return await traces_of(self._db, person)

    async def words(self, conversations: Collection[int]) -> None:
        """Forget what was said and shown in conversations, who was in their rooms, and the packs of evidence."""
        stays = and_(
            col(SpokenMessage.audience) == Side.AGENT,
            or_(*(col(SpokenMessage.card_key).like(pattern) for pattern in DESK_CARDS)),
        )
        goes = or_(col(SpokenMessage.card_key).is_(None), ~stays)
        said = and_(col(SpokenMessage.conversation_id).in_(conversations), goes)
        await self._delete(Delivery, col(Delivery.message_id).in_(select(col(SpokenMessage.id)).where(said)))
        await self._delete(SpokenMessage, said)
        await self._rooms(conversations)
        await self._drafts_at_desk(conversations)
        await self._update(Rating, col(Rating.conversation_id).in_(conversations), comment="")
        await self._evidence(conversations)
        await self._update(Conversation, col(Conversation.id).in_(conversations), emptied_at=self._now)

    async def _rooms(self, conversations: Collection[int]) -> None:
        rooms = select(col(Room.id)).where(col(Room.conversation_id).in_(conversations))
        inside = select(col(Presence.id)).where(col(Presence.room_id).in_(rooms))
        await self._delete(CallSignal, col(CallSignal.to_id).in_(inside))
        for table in (Presence, JoinCode):
            await self._delete(table, col(table.room_id).in_(rooms))
        await self._delete(Room, col(Room.conversation_id).in_(conversations))

    async def _drafts_at_desk(self, conversations: Collection[int]) -> None:
        """Forms that agents left half filled in the threads."""
        threads = select(col(Seat.account_id), col(Seat.chat), col(Seat.thread)).where(
            col(Seat.conversation_id).in_(conversations), col(Seat.side) == Side.AGENT, col(Seat.thread) != ""
        )
        for account_id, chat, thread in (await self._db.execute(threads)).all():
            here = (col(Draft.account_id) == account_id, col(Draft.chat) == chat, col(Draft.thread) == thread)
            await self._delete(Draft, *here)

    async def _evidence(self, conversations: Collection[int]) -> None:
        """Packs repeat the words; while a bank still decides they are needed. The number and the last hash stay."""
        packs = (
            select(Paper)
            .join(PaymentRequest, col(PaymentRequest.id) == col(Paper.request_id))
            .where(
                col(PaymentRequest.conversation_id).in_(conversations),
                col(PaymentRequest.state) != State.DISPUTED,
                col(Paper.kind) == PaperKind.EVIDENCE,
            )
        )
        for paper in (await self._db.execute(packs)).scalars():
            paper.body = json.dumps(json.loads(paper.body) | {"lines": [], "about": "Its words were erased."})

    async def person(self, traces: Traces) -> None:
        """Forget who a customer was; what has to stay in the books stands there under a pseudonym."""
        await self._forget_seats(traces)
        await self._forget_drafts(traces)
        await self._forget_queues(traces)
        await self._reword_books(traces)
        await self._delete(Identity, col(Identity.person_id) == traces.person_id)
        await self._delete(Acquaintance, col(Acquaintance.person_id) == traces.person_id)
        person = await self._db.get_one(Person, traces.person_id)
        person.name, person.language, person.zone, person.greeted_at = traces.stead, "", "", None
        person.erased_at = self._now

    async def _forget_seats(self, traces: Traces) -> None:
        await self._delete(Delivery, col(Delivery.seat_id).in_(traces.seats))
        await self._delete(Seat, col(Seat.id).in_(traces.seats))

    async def _forget_drafts(self, traces: Traces) -> None:
        on_pages = and_(col(Draft.account_id) == PAGE, col(Draft.external_id) == str(traces.person_id))
        theirs = [
            and_(col(Draft.account_id) == one.account_id, or_(*(here == one.chat for here in (_CHAT, _WHO))))
            for one in traces.addresses
        ]
        await self._delete(Draft, or_(on_pages, *theirs))
        # A colleague who is being asked which case they mean has the names of all before them.
        shown = [f"Case {case} " for case in traces.conversations] + [traces.name] * (len(traces.name) > SHORTEST)
        await self._delete(Draft, or_(false(), *(col(Draft.form).contains(word, autoescape=True) for word in shown)))

    async def _forget_queues(self, traces: Traces) -> None:
        """What came from there and waits is not heard any more; what waits to go there is not said."""
        lanes = [*(address.lane for address in traces.addresses), *traces.page_lanes]
        forgotten = {"state": JobState.DONE, "body": "", "lane": ""}
        unfinished = col(Inbox.state) != JobState.DONE
        await self._update(Inbox, unfinished, col(Inbox.lane).in_(lanes), **forgotten)
        threads = select(col(Seat.thread)).where(col(Seat.conversation_id).in_(traces.conversations))
        said_there = [f'"thread":"{thread}"' for thread in (await self._db.execute(threads)).scalars() if thread]
        named = [traces.name, *(address.chat for address in traces.addresses), *said_there]
        about = or_(false(), *(col(Inbox.body).contains(word, autoescape=True) for word in named if word))
        await self._update(Inbox, col(Inbox.state) == JobState.DEAD, about, **forgotten)
        lanes += [f"mark:{address.account}:{address.chat}" for address in traces.addresses]
        lanes += [f"seat:{seat}" for seat in traces.seats]
        await self._delete(Outbox, col(Outbox.state) != JobState.DONE, col(Outbox.lane).in_(lanes))
        keys = [*(address.lane for address in traces.addresses), f"copy:{traces.person_id}"]
        await self._delete(Pace, col(Pace.key).in_(keys))

    async def _reword_books(self, traces: Traces) -> None:
        name, stead = traces.name, traces.stead
        for request in await self._all(PaymentRequest, col(PaymentRequest.id).in_(traces.requests)):
            request.description = without_name(request.description, name, stead)[:255]
            request.detail, request.receipt_url = "", ""
        for line in await self._all(RequestLine, col(RequestLine.request_id).in_(traces.requests)):
            line.text = without_name(line.text, name, stead)[:255]
        await self._update(Refund, col(Refund.request_id).in_(traces.requests), reason="", problem="")
        for paper in await self._all(Paper, col(Paper.request_id).in_(traces.requests)):
            paper.body = reworded(paper.body, name, stead, {"customer": stead, "reason": ""})
        await self._reword_facts(traces)
        for line in await self._all(Audit, col(Audit.team_id).in_(traces.teams), _mentions(Audit.about, name)):
            line.about = without_name_in_log(line.about, name, stead)[:200]
        lanes = [f"team:{team}" for team in traces.teams]
        kinds = (col(Outbox.state).in_(list(JobState)), col(Outbox.kind).in_(TOLD), col(Outbox.lane).in_(lanes))
        for job in await self._all(Outbox, *kinds, _mentions(Outbox.body, name)):
            job.body = without_name(job.body, name, stead)

    async def _reword_facts(self, traces: Traces) -> None:
        """What a gateway said in words of its own, and its links, go; references, sums and moments stay."""
        mine = select(col(Checkout.id)).where(col(Checkout.request_id).in_(traces.requests))
        refs = select(col(Checkout.checkout_ref)).where(col(Checkout.request_id).in_(traces.requests))
        for pretended in await self._all(PretendedLine, col(PretendedLine.checkout_ref).in_(refs)):
            pretended.body = reworded(pretended.body, traces.name, traces.stead)
        for fact in await self._all(GatewayFact, col(GatewayFact.checkout_id).in_(mine)):
            fact.body = reworded(fact.body, traces.name, traces.stead, {"detail": "", "receipt_url": ""})
        await self._update(Checkout, col(Checkout.request_id).in_(traces.requests), url="")

    async def due(self, days: int, closed_before: datetime, limit: int) -> Sequence[int]:
        """Conversations of teams that keep words so many days, closed before that moment and not empty.

        Not those in which a word is still on its way; what could not go for a week does not hold them up.
        """
        on_its_way = (
            select(col(SpokenMessage.id))
            .join(Delivery, col(Delivery.message_id) == col(SpokenMessage.id))
            .where(
                col(SpokenMessage.conversation_id) == col(Conversation.id),
                col(SpokenMessage.said_at) > self._now - STUCK,
                col(Delivery.state) == DeliveryState.WAITING,
            )
        )
        asked = (
            select(col(Conversation.id))
            .join(Team, col(Team.id) == col(Conversation.team_id))
            .where(
                col(Team.keep_days) == days,
                col(Conversation.emptied_at).is_(None),
                col(Conversation.closed_at) <= closed_before,
                ~on_its_way.exists(),
            )
            .limit(limit)
        )
        return (await self._db.execute(asked)).scalars().all()

    async def quiet(self, before: datetime, limit: int) -> Sequence[Conversation]:
        """Open conversations: nothing was said in them since that moment, nothing is ahead, no money is under way."""
        mine = col(Conversation.id)
        said = select(col(SpokenMessage.id)).where(
            col(SpokenMessage.conversation_id) == mine, col(SpokenMessage.said_at) > before
        )
        ahead = select(col(Booking.id)).where(
            col(Booking.conversation_id) == mine, col(Booking.ends_at) > before, col(Booking.state).in_(STANDING)
        )
        under_way = select(col(PaymentRequest.id)).where(
            col(PaymentRequest.conversation_id) == mine, col(PaymentRequest.state).in_(UNDER_WAY)
        )
        asked = (
            select(Conversation)
            .where(
                # Through the teams, so that an index leads to the few that are open.
                col(Conversation.team_id).in_(select(col(Team.id))),
                col(Conversation.closed_at).is_(None),
                col(Conversation.opened_at) <= before,
                ~said.exists(),
                ~ahead.exists(),
                ~under_way.exists(),
            )
            .limit(limit)
        )
        return (await self._db.execute(asked)).scalars().all()

    async def terms(self) -> Sequence[int]:
        """How many days words are kept: each number that some team has chosen."""
        return (await self._db.execute(select(col(Team.keep_days)).distinct())).scalars().all()

    async def left_over(self, before: datetime) -> None:
        """Forget forms that nobody went on with and codes that opened a room once, both older than that moment."""
        await self._delete(Draft, col(Draft.made_at) < before)
        await self._delete(JoinCode, col(JoinCode.expires_at) < before)

    async def _all(self, table: type[Any], *where: ColumnElement[bool]) -> Sequence[Any]:
        return (await self._db.execute(select(table).where(*where))).scalars().all()

    async def _delete(self, table: type[SQLModel], *where: ColumnElement[bool]) -> None:
        await self._db.execute(delete(table).where(*where).execution_options(synchronize_session=False))

    async def _update(self, table: type[SQLModel], *where: ColumnElement[bool], **values: object) -> None:
        changed = update(table).where(*where).values(**values)
        await self._db.execute(changed.execution_options(synchronize_session=False))


_CHAT, _WHO = col(Draft.chat), col(Draft.external_id)


def _mentions(column: Any, name: str) -> ColumnElement[bool]:
    """Whether any part of the name stands there; the exact look is taken in Python."""
    return or_(*(col(column).ilike(f"%{_plain(part)}%", escape="\\") for part in {name, *name.split()}))


def _plain(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")

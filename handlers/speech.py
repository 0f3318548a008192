"""Saying something to a conversation: kept once, and delivered to every seat that may hear it after the commit.

What is new gets its id at the end of the transaction, together with all else that was said in it.
"""

from collections.abc import Sequence
from functools import partial

from handlers.effects import Deliver, send
from handlers.heard import Origin
from handlers.messages import Message
from storage.tables import Conversation, Seat, Side, SpokenMessage
from storage.work import Work


async def say_card(work: Work, conversation: Conversation, side: Side, key: str, message: Message) -> SpokenMessage:
    """Say a card to one side. The same key again edits it in place, in every seat; unchanged, nothing is sent."""
    body = message.model_dump_json()
    spoken = await work.talk.card(conversation.id, key)
    if spoken is not None and spoken.body == body:
        return spoken
    version = await work.talk.next_version(conversation.id)
    seats = await work.talk.seats(conversation.id, side)
    if spoken is not None:
        spoken.body, spoken.version = body, version
        await _deliver(work, spoken, seats)
        return spoken
    new = SpokenMessage(
        conversation_id=conversation.id,
        audience=side,
        card_key=key,
        body=body,
        version=version,
        said_at=work.now,
    )
    return _utter(work, new, seats)


async def say_again(work: Work, conversation: Conversation, side: Side, key: str) -> None:
    """Bring a card as it reads now to every seat of a side once more, where it may be new."""
    spoken = await work.talk.card(conversation.id, key)
    if spoken is not None:
        spoken.version = await work.talk.next_version(conversation.id)
        await _deliver(work, spoken, await work.talk.seats(conversation.id, side))


async def say(work: Work, conversation: Conversation, side: Side, message: Message) -> SpokenMessage:
    """Bellhop says something to one side, once."""
    spoken = SpokenMessage(
        conversation_id=conversation.id,
        audience=side,
        body=message.model_dump_json(),
        version=await work.talk.next_version(conversation.id),
        said_at=work.now,
    )
    return _utter(work, spoken, await work.talk.seats(conversation.id, side))


async def relay(work: Work, conversation: Conversation, message: Message, *, author_id: int, side: Side, origin: Origin,
                note: bool = False, echo: bool = False) -> SpokenMessage:  # fmt: skip
    """Pass a person's words on to every seat but the one they were said at; a note stays on the agents' side.

    `echo`: they were not typed there, so that seat hears them too.
    """
    spoken = SpokenMessage(
        conversation_id=conversation.id,
        audience=Side.AGENT if note else None,
        author_id=author_id,
        from_side=side,
        note=note,
        body=message.model_dump_json(),
        version=await work.talk.next_version(conversation.id),
        # What was not typed has no place that an edit or a mark could mean.
        origin=None if echo else said_at(origin),
        origin_json="" if echo else origin.model_dump_json(),
        said_at=work.now,
    )
    return _utter(work, spoken, await _others(work, conversation, None if echo else origin, spoken.audience))


async def reword(work: Work, spoken: SpokenMessage, message: Message) -> None:
    """A person edited their words: every seat that has them gets the new ones in place."""
    spoken.body = message.model_dump_json()
    spoken.version = await work.talk.next_version(spoken.conversation_id)
    had = {delivery.seat_id for delivery in await work.talk.deliveries(spoken.id)}
    seats = await work.talk.seats(spoken.conversation_id, spoken.audience)
    await _deliver(work, spoken, [seat for seat in seats if seat.id in had])


async def redeliver(work: Work, spoken: SpokenMessage) -> None:
    """Try again where a message did not arrive."""
    seats = await work.talk.seats(spoken.conversation_id, spoken.audience)
    late = {delivery.seat_id for delivery in await work.talk.deliveries(spoken.id) if not delivery.external_id}
    await _deliver(work, spoken, [seat for seat in seats if seat.id in late])


def said_at(origin: Origin) -> str:
    """Where words were said, as one word."""
    return f"{origin.channel}:{origin.account}:{origin.chat}:{origin.message_id}"


async def _others(work: Work, conversation: Conversation, origin: Origin | None, side: Side | None) -> Sequence[Seat]:
    """The seats of a side but the one at `origin`."""
    account = await work.people.account(origin.channel, origin.account) if origin else None
    seats = await work.talk.seats(conversation.id, side)
    if account is None or origin is None:
        return seats
    return [seat for seat in seats if (seat.account_id, seat.chat) != (account.id, origin.chat)]


def _utter(work: Work, spoken: SpokenMessage, seats: Sequence[Seat]) -> SpokenMessage:
    """A new message is kept at the end of the transaction, with all others, and then sent."""
    work.talk.utter(spoken, seats, partial(_send, work, spoken, seats))
    return spoken


async def _deliver(work: Work, spoken: SpokenMessage, seats: Sequence[Seat]) -> None:
    await work.talk.address(spoken, seats)
    await _send(work, spoken, seats)


async def _send(work: Work, spoken: SpokenMessage, seats: Sequence[Seat]) -> None:
    for seat in seats:
        await send(work, Deliver(message_id=spoken.id, seat_id=seat.id))

"""What deliveries need: the message as it reads now, where it goes, whether it may leave. Asked for many at once."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.channel import Channel, TryLater
from handlers.effects import Deliver
from handlers.messages import Speaker
from handlers.moving.held import is_held
from handlers.tenants import speaker_of
from storage.pacing import NOTHING
from storage.queues import Claimed
from storage.tables import ChannelAccount, Delivery, Seat, Side, SpokenMessage
from storage.talk import Way
from storage.work import Work

Channels = Mapping[str, Channel]
FRESH = 2.0
"""Seconds after which a look at who has a delivery in hand says nothing any more."""
BURST = 1.0
"""Seconds' worth of a budget that may be spent at once."""


class NotMine(Exception):
    """Somebody else has the delivery by now: a worker that slept past its lease must not send."""


@dataclass(frozen=True, slots=True)
class Errand:
    """All that is needed to bring one message to one seat.

    `looked_at`: when it was last seen to be in hand, by a clock that nobody sets and that runs while a process stands
    still.
    """

    job: Claimed
    message: SpokenMessage
    seat: Seat
    account: ChannelAccount
    delivery: Delivery
    begun_at: datetime
    looked_at: float
    speaker: Speaker | None = None


Found = Errand | TryLater | NotMine | None
"""An errand, or why not now; None when there is nothing to do any more, and the job is finished."""


async def look_up(work: Work, channels: Channels, asked: Sequence[tuple[Deliver, Claimed]]) -> Sequence[Found]:
    """What there is to do for each of these deliveries."""
    ways = await work.talk.ways([(effect.message_id, effect.seat_id) for effect, _ in asked])
    await work.pacing.look_up({key for way in ways.values() for key in (chat_key(way[2], way[1]), _budget(way[2]))})
    return [await _errand(work, channels, job, ways.get((effect.message_id, effect.seat_id))) for effect, job in asked]


async def _errand(work: Work, channels: Channels, job: Claimed, way: Way | None) -> Found:
    """None when that version is there already, or erased: five edits in a row are sent once."""
    looked_at = await _look_again(work, job)
    if looked_at is None:
        return NotMine()
    if way is None:
        await work.outbox.done(job)
        return None
    message, seat, account, delivery, desk = way
    if delivery.sent_version >= message.version or is_held(account, seat, desk):
        await work.outbox.done(job)
        return None
    resting, wait = await _may_leave(work, None if job.reserved else channels.get(account.channel), account, seat)
    if resting or wait:
        return TryLater((resting or wait).total_seconds(), reserved=bool(wait))
    speaker = await _speaker(work, message, seat, account)
    return Errand(job, message, seat, account, delivery, work.now, looked_at, speaker)


async def _look_again(work: Work, job: Claimed) -> float | None:
    """When the job was last seen to be in hand; looked at again when that is a while ago. None: it is not any more."""
    if time.monotonic() - job.looked_at < FRESH / 4:
        return job.looked_at
    looked_at = time.monotonic()
    return looked_at if await work.outbox.holds(job) else None


async def _may_leave(
    work: Work, owes: Channel | None, account: ChannelAccount, seat: Seat
) -> tuple[timedelta, timedelta]:
    """How long that chat is left alone, and else how long until a moment of the bot's or workspace's budget.

    `owes`: the channel, when a moment of its budget is still to be reserved.
    """
    chat = chat_key(account, seat)
    if owes is None:
        return await work.pacing.held(chat), NOTHING
    every = timedelta(seconds=1 / owes.per_second)
    burst = max(1, int(owes.per_second * BURST))
    return await work.pacing.leave(chat, _budget(account), every=every, burst=burst)


async def _speaker(work: Work, message: SpokenMessage, seat: Seat, account: ChannelAccount) -> Speaker | None:
    """Whose words they are, for a customer of a bot that several teams share."""
    if account.team_id is not None or seat.side is Side.AGENT:
        return None
    case = await work.talk.conversation(message.conversation_id)
    return await speaker_of(work, account, await work.people.team(case.team_id)) if case else None


def chat_key(account: ChannelAccount, seat: Seat) -> str:
    """A chat's name among the budgets."""
    return f"{account.channel}:{account.external_id}:{seat.chat}"


def _budget(account: ChannelAccount) -> str:
    return f"{account.channel}:{account.external_id}"

"""Carrying out a delivery: say the message as it reads now, remember where it stands, tell its sender how it went."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import stamina

from handlers.cases import show_case
from handlers.channel import Channel, Departed, ElsewhereNow, Sent, TryLater, Undeliverable
from handlers.effects import Deliver, Mark, SetMark, send
from handlers.heard import Origin
from handlers.house import House
from handlers.messages import Button, Message, Speaker
from handlers.moving.connecting import lost, move
from handlers.moving.held import is_held
from handlers.moving.slack_leaving import leave
from handlers.speech import say
from handlers.tenants import speaker_of
from handlers.tracing import about
from storage.database import is_away
from storage.pacing import NOTHING
from storage.tables import ChannelAccount, Conversation, Delivery, DeliveryState, Seat, Side, SpokenMessage
from storage.work import Work

Channels = Mapping[str, Channel]
FRESH = 2.0
"""Seconds after which a look at who has a delivery in hand says nothing any more."""
BURST = 1.0
"""Seconds' worth of a budget that may be spent at once."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A worker's hold on a delivery: one that slept past its lease must not send.

    `done` finishes the job in the transaction that writes how it went, so that one cannot be known without the other.
    `looked_at`: when it was seen to be in hand, by a clock that nobody sets and that runs while a process stands still.
    `reserved`: it has waited for a moment of the budget that is its own now.
    """

    still_mine: Callable[[Work], Awaitable[bool]]
    done: Callable[[Work], Awaitable[bool]]
    looked_at: float
    reserved: bool = False


class NotMine(Exception):
    """Somebody else has the delivery by now."""


@dataclass(frozen=True, slots=True)
class Errand:
    """All that is needed to bring one message to one seat."""

    message: SpokenMessage
    seat: Seat
    account: ChannelAccount
    delivery: Delivery
    begun_at: datetime
    looked_at: float
    """As in the worker's hold."""
    speaker: Speaker | None = None


async def deliver(house: House, channels: Channels, effect: Deliver, hold: Hold) -> None:
    """Bring a message to a seat. Raises TryLater, NotMine, or what the channel raises when trying again may help."""
    errand = await _errand(house, channels, effect, hold)
    if errand is None:
        return
    if time.monotonic() - errand.looked_at > FRESH:
        # The process stood still in between: another may have said it by now.
        raise NotMine
    try:
        sent = await _carry(channels, errand)
    except Departed:
        async with house.database.begin() as work:
            await leave(house, work, await work.people.account_by_id(errand.account.id), errand.begun_at)
        # It is held now; or the app was added again meanwhile.
        raise TryLater(0) from None
    except Undeliverable as error:
        async with house.database.begin() as work:
            if not await _desk_lost(work, errand, error):
                await failed(work, effect, str(error), gone=error.gone)
            await hold.done(work)
    except ElsewhereNow as gone_on:
        async with house.database.begin() as work:
            await move(work, errand.account, errand.seat.chat, gone_on.chat)
        raise TryLater(0) from gone_on
    except TryLater as busy:
        await _be_patient(house, errand, busy.seconds)
        raise
    else:
        # It is out: a database that stumbles now must not make it go out twice.
        async for attempt in stamina.retry_context(on=is_away, attempts=5, wait_initial=0.05, wait_max=1.0):
            with attempt:
                async with house.database.begin() as work:
                    await _arrived(work, errand, sent)
                    await hold.done(work)


async def _carry(channels: Channels, errand: Errand) -> Sent:
    channel = channels.get(errand.account.channel)
    if not errand.seat.reachable:
        raise Undeliverable("nothing reaches that address any more")
    if channel is None:
        raise Undeliverable(f"{errand.account.channel.title()} is not set up any more.")
    said = Message.model_validate_json(errand.message.body)
    if errand.speaker is not None:
        said = said.model_copy(update={"speaker": errand.speaker})
    return await channel.send(errand.seat, errand.account.external_id, said, replaces=errand.delivery.external_id)


async def _errand(house: House, channels: Channels, effect: Deliver, hold: Hold) -> Errand | None:
    """None when that version is there already, or erased: five edits in a row are sent once."""
    async with house.database.begin() as work:
        looked_at = await _look_again(work, hold)
        there = await work.talk.errand(effect.message_id, effect.seat_id)
        if there is None:
            await hold.done(work)
            return None
        message, seat, account, delivery = there
        about(team=account.team_id, conversation=message.conversation_id)
        if delivery.sent_version >= message.version:
            await hold.done(work)
            return None
        if await is_held(work, account, seat):
            await hold.done(work)
            return None
        channel = channels.get(account.channel)
        owes = channel if not hold.reserved else None
        resting, wait = await _may_leave(work, owes, account, seat)
        if not resting and not wait:
            speaker = await _speaker(work, message, seat, account)
            return Errand(message, seat, account, delivery, work.now, looked_at, speaker)
    raise TryLater((resting or wait).total_seconds(), reserved=bool(wait))


async def _look_again(work: Work, hold: Hold) -> float:
    """When the delivery was last seen to be in hand; looked at again when that is a while ago. Raises NotMine."""
    if time.monotonic() - hold.looked_at < FRESH / 4:
        return hold.looked_at
    looked_at = time.monotonic()
    if not await hold.still_mine(work):
        raise NotMine
    return looked_at


async def _may_leave(
    work: Work, owes: Channel | None, account: ChannelAccount, seat: Seat
) -> tuple[timedelta, timedelta]:
    """How long that chat is left alone, and else how long until a moment of the bot's or workspace's budget.

    `owes`: the channel, when a moment of its budget is still to be reserved.
    """
    chat = _chat_key(account, seat)
    if owes is None:
        return await work.pacing.held(chat), NOTHING
    every = timedelta(seconds=1 / owes.per_second)
    burst = max(1, int(owes.per_second * BURST))
    return await work.pacing.leave(chat, f"{account.channel}:{account.external_id}", every=every, burst=burst)


async def _speaker(work: Work, message: SpokenMessage, seat: Seat, account: ChannelAccount) -> Speaker | None:
    """Whose words they are, for a customer of a bot that several teams share."""
    if account.team_id is not None or seat.side is Side.AGENT:
        return None
    case = await work.talk.conversation(message.conversation_id)
    return await speaker_of(work, account, await work.people.team(case.team_id)) if case else None


async def _desk_lost(work: Work, errand: Errand, error: Undeliverable) -> bool:
    """Whether it was for a desk that somebody has to mend: then it waits instead of being lost."""
    if errand.seat.side is not Side.AGENT or not (error.gone or error.mend):
        return False
    desk = await work.people.desk_at(errand.account.id, errand.seat.chat)
    if desk is not None:
        await lost(work, desk, str(error))
    return desk is not None


async def _be_patient(house: House, errand: Errand, seconds: float) -> None:
    """Every process leaves that chat alone for as long as its platform asked."""
    async with house.database.begin() as work:
        await work.pacing.hold(_chat_key(errand.account, errand.seat), timedelta(seconds=seconds))


def _chat_key(account: ChannelAccount, seat: Seat) -> str:
    return f"{account.channel}:{account.external_id}:{seat.chat}"


async def _arrived(work: Work, errand: Errand, sent: Sent) -> None:
    message, seat, before = errand.message, errand.seat, errand.delivery
    if not await work.talk.arrived(before, version=message.version, external_id=sent.message_id):
        # This machine was cut off meanwhile, and another has brought a newer one; or the customer's words are erased.
        return
    if seat.side is Side.AGENT and sent.thread and sent.thread != seat.thread:
        await work.talk.thread_begun(seat, sent.thread)
    if before.sent_version == 0 and seat.side is Side.CUSTOMER and message.from_side is Side.AGENT:
        await _mark(work, message, Mark.DELIVERED)
        await _has_spoken(work, errand.account, message)


async def _has_spoken(work: Work, account: ChannelAccount, message: SpokenMessage) -> None:
    """On a shared bot the customer's next words may be an answer to this."""
    case = await work.talk.conversation(message.conversation_id)
    if account.team_id is None and case is not None:
        await work.sharing.spoke(account.id, case.customer_id, case.team_id)


async def failed(work: Work, effect: Deliver, why: str, *, gone: bool) -> None:
    """It will not arrive: its sender is told why, with a way to try again."""
    there = await work.talk.errand(effect.message_id, effect.seat_id)
    if there is None:
        return
    message, seat, _, delivery = there
    delivery.state, delivery.problem = DeliveryState.DEAD, why[:300]
    case = await work.talk.conversation(message.conversation_id)
    if gone:
        seat.reachable = False
    if case is not None:
        await _tell_sender(work, case, message, delivery, seat, why)
    if case is not None and seat.side is Side.CUSTOMER:
        # Not for the desk: its own card would fail again, and be shown again, without end.
        await show_case(work, case)


async def _tell_sender(
    work: Work, case: Conversation, message: SpokenMessage, delivery: Delivery, seat: Seat, why: str
) -> None:
    # A notice about a notice would go round in circles when the desk itself cannot be reached.
    teller = Side.CUSTOMER if seat.side is Side.AGENT else Side.AGENT
    if message.from_side is None and teller is Side.CUSTOMER:
        return
    await _mark(work, message, Mark.FAILED)
    words = Message.model_validate_json(message.body)
    what = (words.text or words.title or "A message")[:80]
    button = Button(label="Try again", action="retry", value=str(message.id))
    retry = ((button,),) if seat.reachable else ()
    await say(
        work,
        case,
        teller,
        Message(title="Not delivered", text=f"“{what}” did not arrive: {why.rstrip('.')}.", buttons=retry),
    )


async def _mark(work: Work, message: SpokenMessage, mark: Mark) -> None:
    if message.origin_json:
        await send(work, SetMark(origin=Origin.model_validate_json(message.origin_json), mark=mark))

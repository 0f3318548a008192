"""Carrying out a delivery: say the message as it reads now, remember where it stands, tell its sender how it went."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import stamina

from handlers.cases import show_case
from handlers.channel import Channel, Sent, TryLater, Undeliverable
from handlers.effects import Deliver, Mark, SetMark, send
from handlers.heard import Origin
from handlers.house import House
from handlers.messages import Button, Message
from handlers.speech import say
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
    `reserved`: it has waited for a moment of the budget that is its own now.
    """

    still_mine: Callable[[Work], Awaitable[bool]]
    done: Callable[[Work], Awaitable[bool]]
    reserved: bool = False


class NotMine(Exception):
    """Somebody else has the delivery by now."""


@dataclass(frozen=True, slots=True)
class Errand:
    """All that is needed to bring one message to one seat."""

    message: SpokenMessage
    seat: Seat
    account: ChannelAccount
    replaces: str
    looked_at: float = field(default_factory=time.monotonic)
    """When it was seen to be in hand still, by a clock that nobody sets and that runs while a process stands still."""


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
    except Undeliverable as error:
        async with house.database.begin() as work:
            await failed(work, effect, str(error), gone=error.gone)
            await hold.done(work)
    except TryLater as busy:
        await _be_patient(house, errand, busy.seconds)
        raise
    else:
        # It is out: a database that stumbles now must not make it go out twice.
        async for attempt in stamina.retry_context(on=is_away, attempts=5, wait_initial=0.05, wait_max=1.0):
            with attempt:
                async with house.database.begin() as work:
                    await _arrived(work, effect, errand.message.version, sent)
                    await hold.done(work)


async def _carry(channels: Channels, errand: Errand) -> Sent:
    channel = channels.get(errand.account.channel)
    if not errand.seat.reachable:
        raise Undeliverable("nothing reaches that address any more")
    if channel is None:
        raise Undeliverable(f"{errand.account.channel.title()} is not set up any more.")
    said = Message.model_validate_json(errand.message.body)
    return await channel.send(errand.seat, errand.account.external_id, said, replaces=errand.replaces)


async def _errand(house: House, channels: Channels, effect: Deliver, hold: Hold) -> Errand | None:
    """None when that version is there already: five edits in a row are sent once."""
    async with house.database.begin() as work:
        if not await hold.still_mine(work):
            raise NotMine
        message, seat, account, delivery = await work.talk.errand(effect.message_id, effect.seat_id)
        about(team=account.team_id, conversation=message.conversation_id)
        if delivery.sent_version >= message.version:
            await hold.done(work)
            return None
        channel = channels.get(account.channel)
        resting = await work.pacing.held(_chat_key(account, seat))
        owes = not resting and not hold.reserved
        wait = await _spend(work, channel, account) if channel and owes else NOTHING
        if not resting and not wait:
            return Errand(message, seat, account, delivery.external_id)
    raise TryLater((resting or wait).total_seconds(), reserved=bool(wait))


async def _spend(work: Work, channel: Channel, account: ChannelAccount) -> timedelta:
    """Reserve a moment of the bot's or workspace's budget; how long until it."""
    every = timedelta(seconds=1 / channel.per_second)
    burst = max(1, int(channel.per_second * BURST))
    return await work.pacing.spend(f"{account.channel}:{account.external_id}", every=every, burst=burst)


async def _be_patient(house: House, errand: Errand, seconds: float) -> None:
    """Every process leaves that chat alone for as long as its platform asked."""
    async with house.database.begin() as work:
        await work.pacing.hold(_chat_key(errand.account, errand.seat), timedelta(seconds=seconds))


def _chat_key(account: ChannelAccount, seat: Seat) -> str:
    return f"{account.channel}:{account.external_id}:{seat.chat}"


async def _arrived(work: Work, effect: Deliver, version: int, sent: Sent) -> None:
    message, seat, _, delivery = await work.talk.errand(effect.message_id, effect.seat_id)
    if delivery.sent_version >= version:
        # This machine was cut off meanwhile, and another has brought a newer one.
        return
    first = delivery.sent_version == 0
    delivery.state, delivery.sent_version, delivery.problem = DeliveryState.SENT, version, ""
    delivery.external_id = sent.message_id
    if seat.side is Side.AGENT and sent.thread:
        seat.thread = sent.thread
    if first and seat.side is Side.CUSTOMER and message.from_side is Side.AGENT:
        await _mark(work, message, Mark.DELIVERED)


async def failed(work: Work, effect: Deliver, why: str, *, gone: bool) -> None:
    """It will not arrive: its sender is told why, with a way to try again."""
    message, seat, _, delivery = await work.talk.errand(effect.message_id, effect.seat_id)
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

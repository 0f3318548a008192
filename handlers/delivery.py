"""Carrying out a delivery: say the message as it reads now, remember where it stands, tell its sender how it went."""

import time
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import stamina

from handlers.cases import show_case
from handlers.channel import Departed, ElsewhereNow, Sent, TryLater, Undeliverable
from handlers.effects import Deliver, Mark, SetMark, send
from handlers.errands import FRESH, Channels, Errand, Found, NotMine, chat_key, look_up
from handlers.heard import Origin
from handlers.house import House
from handlers.messages import Button, Message
from handlers.moving.connecting import lost, move
from handlers.moving.slack_leaving import leave
from handlers.speech import say
from handlers.tracing import about
from storage.database import is_away
from storage.queues import Claimed
from storage.tables import ChannelAccount, Conversation, Delivery, DeliveryState, Seat, Side, SpokenMessage
from storage.together import Together
from storage.work import Work


class Deliveries:
    """Brings messages to seats. What is asked before and what is written after goes in few transactions for many."""

    def __init__(self, house: House, channels: Channels) -> None:
        """`channels` by their names; a seat in another cannot be reached."""
        self._house = house
        self._channels = channels
        begin = house.database.begin
        self._errands: Together[tuple[Deliver, Claimed], Found] = Together(begin, partial(_look_up, channels))
        self._arrivals: Together[tuple[Errand, Sent], None] = Together(begin, _arrived)

    async def deliver(self, effect: Deliver, job: Claimed) -> None:
        """Bring a message to a seat. Raises TryLater, NotMine, or what the channel raises when trying may help."""
        errand = await self._errands.put((effect, job))
        if errand is None:
            return
        if not isinstance(errand, Errand):
            raise errand
        about(team=errand.account.team_id, conversation=errand.message.conversation_id)
        if time.monotonic() - errand.looked_at > FRESH:
            # The process stood still in between: another may have said it by now.
            raise NotMine
        try:
            sent = await _carry(self._channels, errand)
        except (Departed, Undeliverable, ElsewhereNow, TryLater) as problem:
            await self._did_not_arrive(effect, errand, problem)
        else:
            # It is out: a database that stumbles now must not make it go out twice.
            async for attempt in stamina.retry_context(on=is_away, attempts=5, wait_initial=0.05, wait_max=1.0):
                with attempt:
                    await self._arrivals.put((errand, sent))

    async def _did_not_arrive(
        self, effect: Deliver, errand: Errand, problem: Undeliverable | ElsewhereNow | TryLater
    ) -> None:
        """What follows from the channel's answer, then the same again for whoever tries again."""
        async with self._house.database.begin() as work:
            if isinstance(problem, Departed):
                account = await work.people.account_by_id(errand.account.id)
                await leave(self._house, work, account, errand.begun_at)
            elif isinstance(problem, Undeliverable):
                if not await _desk_lost(work, errand, problem):
                    await failed(work, effect, str(problem), gone=problem.gone)
                await work.outbox.done(errand.job)
                return
            elif isinstance(problem, ElsewhereNow):
                await move(work, errand.account, errand.seat.chat, problem.chat)
            else:
                # Every process leaves that chat alone for as long as its platform asked.
                pause = timedelta(seconds=problem.seconds)
                await work.pacing.hold(chat_key(errand.account, errand.seat), pause)
        # Who departed is held now, or was added again meanwhile.
        raise problem if isinstance(problem, TryLater) else TryLater(0)


async def _look_up(channels: Channels, work: Work, asked: Sequence[tuple[Deliver, Claimed]]) -> Sequence[Found]:
    return await look_up(work, channels, asked)


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


async def _arrived(work: Work, arrived: Sequence[tuple[Errand, Sent]]) -> Sequence[None]:
    """Write how it went, and finish the jobs: one cannot be known without the other."""
    plain = [(errand, sent) for errand, sent in arrived if not _begins(errand, sent) and not _reaches(errand)]
    await work.talk.all_arrived([(each.delivery, each.message.version, sent.message_id) for each, sent in plain])
    for errand, sent in arrived:
        if _begins(errand, sent) or _reaches(errand):
            await _note(work, errand, sent)
    await work.outbox.all_done([errand.job for errand, _ in arrived])
    return [None] * len(arrived)


async def _note(work: Work, errand: Errand, sent: Sent) -> None:
    if not await work.talk.arrived(errand.delivery, version=errand.message.version, external_id=sent.message_id):
        # This machine was cut off meanwhile, and another has brought a newer one; or the customer's words are erased.
        return
    if _begins(errand, sent):
        await work.talk.thread_begun(errand.seat, sent.thread)
    if _reaches(errand):
        await _mark(work, errand.message, Mark.DELIVERED)
        await _has_spoken(work, errand.account, errand.message)


def _begins(errand: Errand, sent: Sent) -> bool:
    """Whether it was the first in a desk's thread."""
    return errand.seat.side is Side.AGENT and bool(sent.thread) and sent.thread != errand.seat.thread


def _reaches(errand: Errand) -> bool:
    """Whether an agent's words have now come to the customer."""
    return (
        errand.delivery.sent_version == 0
        and errand.seat.side is Side.CUSTOMER
        and errand.message.from_side is Side.AGENT
    )


async def _desk_lost(work: Work, errand: Errand, error: Undeliverable) -> bool:
    """Whether it was for a desk that somebody has to mend: then it waits instead of being lost."""
    if errand.seat.side is not Side.AGENT or not (error.gone or error.mend):
        return False
    desk = await work.people.desk_at(errand.account.id, errand.seat.chat)
    if desk is not None:
        await lost(work, desk, str(error))
    return desk is not None


async def _has_spoken(work: Work, account: ChannelAccount, message: SpokenMessage) -> None:
    """On a shared bot the customer's next words may be an answer to this."""
    case = await work.talk.conversation(message.conversation_id)
    if account.team_id is None and case is not None:
        await work.sharing.spoke(account.id, case.customer_id, case.team_id)


async def failed(work: Work, effect: Deliver, why: str, *, gone: bool) -> None:
    """It will not arrive: its sender is told why, with a way to try again."""
    there = await work.talk.ways([(effect.message_id, effect.seat_id)])
    if not there:
        return
    ((message, seat, _, delivery, _),) = there.values()
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

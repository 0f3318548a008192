"""What the engine does with each job: the inbox goes to the router, the outbox to channels, gateways and teams."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bot import outgoing
from bot.engine import LeaseLost
from handlers.channel import Channel, ElsewhereNow, Undeliverable
from handlers.checkout import polling, refunds, reports
from handlers.checkout.at_home import open_at_home
from handlers.delivery import Deliveries, failed
from handlers.effects import (
    EFFECT,
    Answer,
    AskGateway,
    Deliver,
    EndCheckout,
    EraseCustomer,
    OpenAtHome,
    SendRefund,
    SetMark,
    SettleDesk,
    TakeBack,
    TellTeam,
    send,
)
from handlers.heard import HEARD, Place
from handlers.house import House
from handlers.messages import Message
from handlers.moving import connecting
from handlers.privacy import erasing
from handlers.router import hear
from storage.queues import Claimed
from storage.together import Together
from storage.work import Work

Carry = Callable[[Any], Awaitable[None]]


@dataclass(frozen=True)
class Jobs:
    """The hands of the engine."""

    house: House
    channels: Mapping[str, Channel]

    @cached_property
    def _deliveries(self) -> Deliveries:
        return Deliveries(self.house, self.channels)

    @cached_property
    def _finishing(self) -> Together[Claimed, None]:
        return Together(self.house.database.begin, _finish)

    async def take_in(self, job: Claimed) -> None:
        """Let router or ledger decide, and finish the job in the same transaction: each update is taken once."""
        async with self.house.database.begin() as work:
            if job.kind == reports.KIND:
                await reports.take_report(self.house, work, job.body)
            else:
                await hear(self.house, work, HEARD.validate_json(job.body))
            if not await work.inbox.done(job):
                # Another worker has it by now. Rolled back here, it is decided there and once.
                raise LeaseLost

    async def not_taken_in(self, job: Claimed, problem: str) -> None:
        """It cannot be handled: the person who said it, or the team it concerns, is told that it was not."""
        if job.kind == reports.KIND:
            async with self.house.database.begin() as work:
                await reports.report_lost(self.house, work, job.body, problem)
            return
        heard = HEARD.validate_json(job.body)
        if heard.origin.place is Place.ROOM or not heard.origin.user:
            return
        async with self.house.database.begin() as work:
            # To them alone: in a group it would be noise to all others.
            text = "Something went wrong here and this was not handled. Please try again, or write what you need."
            await send(work, Answer(origin=heard.origin, message=Message(text=text, secret=True)))

    async def send_out(self, job: Claimed) -> None:
        """Carry out an effect, then finish the job."""
        effect = EFFECT.validate_json(job.body)
        carry: Mapping[type, Carry] = {
            Answer: self._answer,
            SetMark: self._mark,
            SendRefund: self._refund,
            EndCheckout: self._end_checkout,
            AskGateway: self._ask_gateway,
            OpenAtHome: self._open_at_home,
            SettleDesk: self._settle_desk,
            EraseCustomer: self._erase_customer,
            TakeBack: self._take_back,
            TellTeam: self._tell_team,
        }
        if isinstance(effect, Deliver):
            await self._deliveries.deliver(effect, job)
            return
        # The act first, the mark after it: a kill between the two repeats the act and never loses it.
        await carry[type(effect)](effect)
        await self._finishing.put(job)

    async def not_sent_out(self, job: Claimed, problem: str) -> None:
        """It was tried often enough: whoever sent it is told."""
        effect = EFFECT.validate_json(job.body)
        if isinstance(effect, Deliver):
            async with self.house.database.begin() as work:
                await failed(work, effect, "The platform does not answer.", gone=False)
        elif isinstance(effect, SendRefund):
            await refunds.gave_up(self.house, effect)
        elif isinstance(effect, TellTeam):
            await outgoing.gave_up(self.house, effect, problem)
        elif isinstance(effect, EraseCustomer):
            async with self.house.database.begin() as work:
                await erasing.gave_up(work, effect)

    async def _answer(self, effect: Answer) -> None:
        channel = self.channels.get(effect.origin.channel)
        if channel is None:
            return
        try:
            await channel.answer(effect.origin, effect.message, edit=effect.edit)
        except Undeliverable:
            # Who asked cannot be reached any more; there is nobody left to tell.
            return

    async def _mark(self, effect: SetMark) -> None:
        channel = self.channels.get(effect.origin.channel)
        if channel is None:
            return
        try:
            await channel.mark(effect.origin, effect.mark)
        except Undeliverable:
            # The message was deleted meanwhile.
            return

    async def _refund(self, effect: SendRefund) -> None:
        await refunds.carry_out(self.house, effect)

    async def _end_checkout(self, effect: EndCheckout) -> None:
        await polling.end(self.house, effect)

    async def _ask_gateway(self, effect: AskGateway) -> None:
        await polling.ask(self.house, effect)

    async def _open_at_home(self, effect: OpenAtHome) -> None:
        await open_at_home(self.house, effect)

    async def _settle_desk(self, effect: SettleDesk) -> None:
        await connecting.settle(self.house, self.channels, effect)

    async def _erase_customer(self, effect: EraseCustomer) -> None:
        await erasing.carry_out(self.house, self.channels, effect)

    async def _take_back(self, effect: TakeBack) -> None:
        channel = self.channels.get(effect.channel)
        if channel is None:
            return
        try:
            await channel.take_back(effect.account, effect.chat, effect.message_id)
        except (Undeliverable, ElsewhereNow):
            # What the platform keeps, or has deleted already, the desk was told of.
            return

    async def _tell_team(self, effect: TellTeam) -> None:
        await outgoing.post_to_team(self.house, effect)


async def _finish(work: Work, jobs: Sequence[Claimed]) -> Sequence[None]:
    await work.outbox.all_done(jobs)
    return [None] * len(jobs)

"""Erasing a customer: what they booked and were asked for ends, their words and their name go, the books stay."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from handlers.appointments.holding import booking_facts
from handlers.cases import show_case
from handlers.channel import Channel, Undeliverable
from handlers.checkout.cards import PAYABLE, show_request
from handlers.checkout.ending import close
from handlers.effects import Answer, EraseCustomer, TakeBack, send
from handlers.fulfilment import tell_team
from handlers.house import House
from handlers.messages import Message
from handlers.privacy.obstacles import NotYet, ahead, obstacles
from handlers.speech import say_card
from handlers.words import typed
from payments.machine import State
from storage.privacy_traces import Traces
from storage.tables import BookingState, Conversation, Person, Side
from storage.work import Work

DESK = (
    "The customer of this case has erased themselves: their name, words and files are gone from Bellhop, the payments "
    "stay in the books. Bellhop deletes the copies of their words in this thread, where your messenger lets it. Files "
    "and what you wrote yourselves lie in your messenger; delete them there."
)
FAREWELL = (
    "The messages of this chat lie in your messenger; delete the chat there. Write again at any time: we begin anew."
)


@dataclass(frozen=True, slots=True)
class Erased:
    """Who was erased. `stead` is what stands in the books now, `payments` how many there are."""

    person_id: int
    stead: str
    teams: tuple[str, ...]
    payments: int

    @property
    def sentence(self) -> str:
        """What is left, for the one who asked."""
        books = f"{self.payments} payment{'s' if self.payments != 1 else ''}"
        left = f"{books} in the books, under “{self.stead}”" if self.payments else "nothing"
        where = f" at {' and '.join(self.teams)}" if self.teams else ""
        return f"Erased{where}. What is left: {left}."


async def carry_out(house: House, channels: Mapping[str, Channel], effect: EraseCustomer) -> None:
    """Erase whoever asked for it, and say goodbye. Safe to do again. Raises TryLater."""
    try:
        async with house.database.begin() as work:
            done = await erase(house, work, effect.person_id, actor_id=effect.person_id)
    except NotYet as error:
        await _say(channels, effect, Message(title="Not yet", text=" ".join(error.sentences)))
        return
    await _say(channels, effect, Message(title="You are erased", text=f"{done.sentence} {FAREWELL}"))
    async with house.database.begin() as work:
        # What another worker was just writing down when the first pass went by.
        await work.forgetting.words([case.id for case in await work.holdings.conversations(effect.person_id)])


async def gave_up(work: Work, effect: EraseCustomer) -> None:
    """It was tried often enough: whoever asked is told that it did not happen."""
    again = typed(effect.origin.channel, "privacy")
    text = f"Something went wrong here, and you may not be erased yet. Please try {again} again."
    await send(work, Answer(origin=effect.origin, message=Message(text=text)))


async def _say(channels: Mapping[str, Channel], effect: EraseCustomer, message: Message) -> None:
    channel = channels.get(effect.origin.channel)
    if channel is not None:
        # Said past the outbox, which would keep the address until it is said.
        with suppress(Undeliverable):
            await channel.answer(effect.origin, message)


async def erase(house: House, work: Work, person_id: int, *, actor_id: int | None) -> Erased:
    """Take a customer out of the database. `actor_id`: who did it, None for the operator. Raises NotYet."""
    person = await work.people.person(person_id)
    traces = await work.forgetting.traces(person)
    if person.erased_at is not None:
        return await _told(work, traces)
    if sentences := await obstacles(work, person):
        raise NotYet(sentences)
    await _end_bookings(work, person)
    cases = await work.holdings.conversations(person_id)
    for case in cases:
        await _end(work, case)
    copies = await work.holdings.copies(traces.conversations)
    await work.forgetting.words(traces.conversations)
    await work.forgetting.person(traces)
    for channel, account, chat, message_id in copies:
        await send(work, TakeBack(channel=channel, account=account, chat=chat, message_id=message_id))
    for case in cases:
        await _show(house, work, case)
    return await _written_down(work, traces, actor_id)


async def _end_bookings(work: Work, person: Person) -> None:
    for booking in await ahead(work, person.id):
        await work.bookings.release(booking, BookingState.CANCELLED)
        booking.sequence += 1
        team, service = await work.people.team(booking.team_id), await work.people.service(booking.service_id)
        if service is not None and booking.conversation_id is not None:
            await tell_team(work, team, "booking.cancelled", booking_facts(booking, service))


async def _end(work: Work, case: Conversation) -> None:
    """Nothing more can be paid or said in it."""
    for request in await work.payments.of_conversation(case.id):
        if request.state in PAYABLE:
            # Its cards are said only when the words are gone, or they would bring some of them back.
            await close(work, request, State.CANCELLED)
    case.closed_at = case.closed_at or work.now
    case.holder_id = None


async def _show(house: House, work: Work, case: Conversation) -> None:
    """The desk sees what is left."""
    for request in await work.payments.of_conversation(case.id):
        await show_request(house, work, request)
    await show_case(work, case)
    await say_card(work, case, Side.AGENT, "erased", Message(text=DESK))


async def _written_down(work: Work, traces: Traces, actor_id: int | None) -> Erased:
    for team_id in traces.teams:
        by = "" if actor_id else ", by the operator"
        work.audits.note(team_id, actor_id, "customer erased", f"customer {traces.person_id}{by}")
        team = await work.people.team(team_id)
        await tell_team(work, team, "customer.erased", {"customer": traces.person_id})
    return await _told(work, traces)


async def _told(work: Work, traces: Traces) -> Erased:
    teams = tuple([(await work.people.team(team_id)).name for team_id in traces.teams])
    requests = await work.holdings.requests(traces.conversations)
    paid = sum(bool(request.captured_minor) for request in requests)
    return Erased(traces.person_id, traces.stead, teams, paid)

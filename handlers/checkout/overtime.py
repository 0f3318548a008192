"""Minutes beyond the booked ones: when a room closes, its own log is held against the booking, and the agent is asked.

Nothing is asked of the customer by itself: it takes the agent's yes, once for each room.
"""

from dataclasses import dataclass

from booking.overtime import minutes_beyond, together
from handlers.calls import close_room
from handlers.checkout.asking import go_ahead
from handlers.checkout.bills import team_item
from handlers.checkout.previewing import EXPIRES, keep_lines, takes
from handlers.heard import Press
from handlers.house import House
from handlers.messages import Button, Message, Style, id_in, pairs
from handlers.speech import say_card
from handlers.turn import Turn
from handlers.words import sum_of
from payments.money import Money
from payments.pricing import Item
from payments.tax import half_up
from storage.tables import Booking, Conversation, Room, Service, Side, Team
from storage.work import Work

NO_ROOM = "There is nothing to ask for here."


@dataclass(frozen=True, slots=True)
class Overtime:
    """What went beyond a booking: whole minutes, the booked ones, and the line that would be asked for."""

    minutes: int
    booked: int
    item: Item
    currency: str

    @property
    def total(self) -> str:
        """What the customer would pay."""
        return sum_of(self.item.priced.total, self.currency)


async def suggest(work: Work, room: Room) -> None:
    """Ask the agents of a room that has closed, if it went on for longer than was booked and that costs something."""
    conversation = await work.talk.conversation(room.conversation_id)
    beyond = await _beyond(work, room, conversation) if conversation else None
    if conversation is None or beyond is None:
        return
    yes = Button(label=f"Ask for {beyond.total}", action="overtime.yes", value=str(room.id), style=Style.PRIMARY)
    no = Button(label="No", action="overtime.no", value=str(room.id))
    title = f"{_minutes(beyond.minutes)} beyond the booked {beyond.booked}: ask for {beyond.total}?"
    text = (
        "By the room's own log, counting only the time in which both sides were there. The customer sees nothing yet."
    )
    question = Message(title=title, text=text, buttons=((yes, no),))
    await say_card(work, conversation, Side.AGENT, _key(room), question)


async def sweep_rooms(house: House) -> None:
    """Rooms whose time is over are closed, and what went beyond a booking is told."""
    async with house.database.begin() as work:
        lapsed = await work.rooms.lapsed()
    for room_id in lapsed:
        async with house.database.begin() as work:
            room = await work.calls.hold(room_id)
            if room is not None and room.closed_at is None:
                await close_room(work, room, room.closes_at)
                await suggest(work, room)


async def accepted(turn: Turn) -> None:
    """The yes: the customer is asked, after a colleague's yes where the team wants one."""
    room = await _own_room(turn)
    beyond = await _beyond(turn.work, room, turn.conversation) if room and turn.conversation else None
    if room is None or turn.conversation is None:
        return
    gateway = await takes(turn, Money(beyond.item.priced.total, beyond.currency)) if beyond else None
    if beyond is None or gateway is None:
        return
    if not await turn.work.rooms.answer_overtime(room.id):
        await turn.answer(Message(text="This was answered already."))
        return
    request = await keep_lines(turn, gateway, [beyond.item], beyond.currency, EXPIRES)
    # What is booked next has nothing to do with it, and what was bought before is not delivered again.
    request.service_id = None
    await go_ahead(turn, request, edit=False)
    await _answered(turn, room, f"{turn.person.name} asks for {beyond.total}.")


async def declined(turn: Turn) -> None:
    """The no: nobody is asked."""
    room = await _own_room(turn)
    if room is not None and await turn.work.rooms.answer_overtime(room.id):
        await _answered(turn, room, f"{turn.person.name} leaves it at the booked price.")


async def _own_room(turn: Turn) -> Room | None:
    """The room a press names, if it is this team's; its case becomes the turn's."""
    value = turn.heard.value if isinstance(turn.heard, Press) else ""
    room = await turn.work.rooms.find_room(id_in(value))
    case = await turn.work.talk.conversation(room.conversation_id) if room else None
    if room is None or case is None or case.team_id != turn.team.id:
        await turn.answer(Message(text=NO_ROOM))
        return None
    turn.conversation = case
    return room


async def _answered(turn: Turn, room: Room, said: str) -> None:
    if turn.conversation is not None:
        card = Message(title="Time beyond the booking", pairs=pairs(Answer=said))
        await say_card(turn.work, turn.conversation, Side.AGENT, _key(room), card)


def _key(room: Room) -> str:
    return f"overtime:{room.id}"


async def _beyond(work: Work, room: Room, conversation: Conversation) -> Overtime | None:
    """What went beyond the booking that a room was for; None when nothing did, or nothing is asked for it."""
    end = room.closed_at or room.closes_at
    booked = await work.bookings.during(conversation.id, room.opened_at, end)
    team = await work.people.team(conversation.team_id)
    service = await work.people.service(booked[-1].service_id) if booked else None
    if service is None or team.overtime_minor == 0:
        return None
    minutes = await _minutes_beyond(work, room, conversation, booked[-1])
    price = _price(team, service, minutes)
    if minutes <= team.overtime_after or price.minor <= 0:
        return None
    item = team_item(team, f"{_minutes(minutes)} beyond the booked {service.minutes}", price.minor)
    return Overtime(minutes, service.minutes, item, price.currency)


async def _minutes_beyond(work: Work, room: Room, conversation: Conversation, booking: Booking) -> int:
    end = room.closed_at or room.closes_at
    log = await work.rooms.log(room.id)
    customer = [(row.joined_at, row.left_at or end) for row in log if row.person_id == conversation.customer_id]
    agents = [(row.joined_at, row.left_at or end) for row in log if row.person_id != conversation.customer_id]
    return minutes_beyond(together(customer, agents), booking.ends_at - booking.starts_at)


def _price(team: Team, service: Service, minutes: int) -> Money:
    """For so many minutes: by the team's own price, else by the service's, rounded once."""
    if team.overtime_minor is not None:
        return Money(team.overtime_minor * minutes, team.currency)
    return Money(half_up(service.price_minor * minutes, service.minutes), service.currency)


def _minutes(count: int) -> str:
    return f"{count} minute{'s' if count != 1 else ''}"

"""Somebody on a room page: who the join code says they are, the lobby, and the chat beside the call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handlers.calls import close_room
from handlers.cases import show_case
from handlers.checkout.overtime import suggest
from handlers.codes import digest
from handlers.heard import Command, Origin, Place, Press, Said, Sender
from handlers.hearing import accept
from handlers.house import House
from handlers.messages import Attachment, Message
from handlers.rights import Right, may
from handlers.speech import say
from storage.tables import JoinCode, Room, Side, SpokenMessage
from storage.work import Work
from video.provider import Participant, Role, Ticket

TICKET_LASTS = timedelta(minutes=10)
"""A token opens the door; an open call is not ended by its expiry."""


class Refused(Exception):
    """This code opens nothing, or not yet; the text is a sentence for the person."""


class Gone(Refused):
    """The code opened a room once and does not any more."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Who a join code lets into which room."""

    room_id: int
    room_name: str
    conversation_id: int
    person_id: int
    person_name: str
    side: Side
    team_name: str
    title: str
    other_name: str
    provider: str
    admitted: bool
    closes_at: datetime
    test_mode: bool
    zone: str
    language: str


@dataclass(frozen=True, slots=True)
class Lobby:
    """Who waits and who is inside; `admitted` and `ended` are the reader's own view."""

    waiting: tuple[tuple[int, str], ...]
    present: tuple[tuple[int, str, Side], ...]
    ended: bool
    admitted: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One message as a room page shows it; an edit comes again with the same `message_id` and a higher `version`."""

    version: int
    message_id: int
    card_key: str | None
    mine: bool
    note: bool
    at: datetime
    message: Message


async def visit(house: House, code: str) -> Visit:
    """Who that code is for. Raises Refused when it is wrong, revoked or over."""
    async with house.database.begin() as work:
        row, room = await _open_door(work, code)
        conversation = await work.talk.conversation(room.conversation_id)
        if conversation is None:
            raise Refused("This room does not exist any more.")
        team = await work.people.team(conversation.team_id)
        person = await work.people.person(row.person_id)
        other = await _other(work, row, conversation.customer_id, conversation.holder_id)
        return Visit(
            room_id=room.id,
            room_name=room.name,
            conversation_id=conversation.id,
            person_id=person.id,
            person_name=person.name,
            side=row.side,
            team_name=team.name,
            title=f"{team.name}: video room",
            other_name=other,
            provider=room.provider,
            admitted=row.side is Side.AGENT or row.admitted_at is not None,
            closes_at=room.closes_at,
            test_mode=any(not gateway.live for gateway in await house.gateways_of(work, team)),
            zone=person.zone or team.zone,
            language=person.language,
        )


async def _open_door(work: Work, code: str) -> tuple[JoinCode, Room]:
    row = await work.rooms.code(digest(code))
    if row is None:
        raise Refused("This link opens no room. Open the newest link in your chat.")
    room = await work.rooms.room(row.room_id)
    # Told before the link is looked at: to ask for a new one would lead nowhere.
    if room.closed_at is not None:
        raise Gone("This call has ended. You can go on in the chat.")
    if row.revoked_at is not None:
        raise Gone("There is a newer link in your chat; this one opens nothing any more.")
    if row.expires_at <= work.now:
        raise Gone("This link has expired. Ask for a new one in the chat.")
    # An agent may have left the team since; a customer's link is theirs until it ends.
    if row.side is Side.AGENT and not await _still_speaks(work, room, row.person_id):
        raise Gone("You are not an agent of this team any more; this link opens nothing.")
    return row, room


async def _still_speaks(work: Work, room: Room, person_id: int) -> bool:
    """Whether an agent's right outlives their link, and not the other way round."""
    conversation = await work.talk.conversation(room.conversation_id)
    role = await work.people.role(conversation.team_id, person_id) if conversation else None
    return may(role.kind if role else None, Right.AGENT)


async def _other(work: Work, row: JoinCode, customer_id: int, holder_id: int | None) -> str:
    other_id = customer_id if row.side is Side.AGENT else holder_id
    return (await work.people.person(other_id)).name if other_id else ""


async def knock(house: House, visit: Visit) -> None:
    """The customer waits in the lobby; the desk is told the first time."""
    async with house.database.begin() as work:
        for row, person in await work.rooms.codes(visit.room_id):
            if row.person_id != visit.person_id or row.knocked_at is not None:
                continue
            row.knocked_at = work.now
            conversation = await work.talk.conversation(visit.conversation_id)
            if conversation is not None:
                waits = f"{person.name} waits in the lobby of the video room."
                await say(work, conversation, Side.AGENT, Message(text=waits))
        work.rooms.changed(visit.room_id)


async def admit(house: House, host: Visit, person_id: int, *, let_in: bool) -> None:
    """The host lets a waiting person in, or sends them back to waiting. Raises Refused for anybody but a host."""
    if host.side is not Side.AGENT:
        raise Refused("Only the host can let people in.")
    async with house.database.begin() as work:
        for row, _ in await work.rooms.codes(host.room_id):
            if row.person_id == person_id and row.side is Side.CUSTOMER:
                row.admitted_at = work.now if let_in else None
                row.knocked_at = row.knocked_at if let_in else None
        work.rooms.changed(host.room_id)


async def ticket(house: House, visitor: Visit) -> Ticket:
    """The provider's ticket, minted at the click. Raises Refused until the host let the person in."""
    if not visitor.admitted:
        raise Refused("Please wait until you are let in.")
    provider = house.rooms.get(visitor.provider)
    if provider is None:
        raise Refused("This video provider is not set up any more. Ask for a new link in the chat.")
    role = Role.HOST if visitor.side is Side.AGENT else Role.GUEST
    who = Participant(id=f"p{visitor.person_id}", name=visitor.person_name, role=role, language=visitor.language)
    return provider.ticket(visitor.room_name, who, now=house.now(), lasts=TICKET_LASTS)


async def end_room(house: House, host: Visit) -> None:
    """The host ends the call for everyone; the links open nothing any more. Raises Refused for anybody else."""
    if host.side is not Side.AGENT:
        raise Refused("Only the host can end the call for everyone.")
    async with house.database.begin() as work:
        room = await work.calls.hold(host.room_id)
        if room is None or room.closed_at is not None:
            return
        await close_room(work, room, work.now)
        conversation = await work.talk.conversation(host.conversation_id)
        if conversation is not None:
            ended = Message(text=f"The video call has ended. {host.team_name} still reads this chat.")
            await say(work, conversation, Side.CUSTOMER, ended)
            await say(work, conversation, Side.AGENT, Message(text=f"{host.person_name} has ended the video call."))
            await show_case(work, conversation)
        await suggest(work, room)


async def lobby(house: House, visitor: Visit) -> Lobby:
    """Who waits, who is inside, and whether the reader may go in."""
    async with house.database.begin() as work:
        room = await work.rooms.room(visitor.room_id)
        codes = await work.rooms.codes(room.id)
        sides = {row.person_id: (person.name, row.side) for row, person in codes}
        inside = [row.person_id for row in await work.rooms.present(room.id)]
        waiting = tuple(
            (row.person_id, person.name)
            for row, person in codes
            if row.side is Side.CUSTOMER and row.knocked_at and not row.admitted_at
        )
        mine = next((row for row, _ in codes if row.person_id == visitor.person_id), None)
        return Lobby(
            waiting=tuple(one for one in waiting if visitor.side is Side.AGENT or one[0] == visitor.person_id),
            present=tuple((who, *sides[who]) for who in inside if who in sides),
            ended=room.closed_at is not None or room.closes_at <= work.now or mine is None,
            admitted=mine is not None and (mine.side is Side.AGENT or mine.admitted_at is not None),
        )


async def lines(house: House, visitor: Visit, after: int) -> Sequence[Line]:
    """What the reader's side may read and has not seen yet, oldest first."""
    async with house.database.begin() as work:
        spoken = await work.talk.since(visitor.conversation_id, after, visitor.side)
        return [_line(row, visitor) for row in spoken]


def _line(row: SpokenMessage, visitor: Visit) -> Line:
    message = Message.model_validate_json(row.body)
    mine = row.author_id == visitor.person_id
    return Line(row.version, row.id, row.card_key, mine, row.note, row.said_at, message)


async def accept_words(house: House, visitor: Visit, text: str, client_id: str) -> None:
    """Words typed on the page go the same way as those from a chat; `client_id` makes a repeat harmless."""
    if visitor.side is Side.AGENT and text.startswith("!"):
        name, _, args = text[1:].partition(" ")
        await accept_command(house, visitor, name, args, client_id)
        return
    await accept(house, Said(**_common(house, visitor, client_id), text=text))


async def accept_press(house: House, visitor: Visit, action: str, value: str, client_id: str) -> None:
    """A card's button was pressed on the page."""
    await accept(house, Press(**_common(house, visitor, client_id), action=action, value=value))


async def accept_command(house: House, visitor: Visit, name: str, args: str, client_id: str) -> None:
    """A command was given on the page."""
    await accept(house, Command(**_common(house, visitor, client_id), name=name, args=args))


def _common(house: House, visitor: Visit, client_id: str) -> dict[str, Any]:
    origin = Origin(
        channel="room",
        account=str(visitor.room_id),
        chat=str(visitor.conversation_id),
        place=Place.ROOM,
        user=str(visitor.person_id),
        message_id=client_id,
    )
    event_id = f"{visitor.room_id}:{visitor.person_id}:{client_id}"[:128]
    return {"event_id": event_id, "origin": origin, "sender": Sender(name=visitor.person_name), "at": house.now()}


async def attachment(house: House, visitor: Visit, message_id: int, index: int) -> Attachment:
    """A file beside the call, if the reader's side may see it. Raises Refused."""
    async with house.database.begin() as work:
        spoken = await work.talk.find_message(message_id)
        if spoken is None or spoken.conversation_id != visitor.conversation_id:
            raise Refused("There is no such file here.")
        files = Message.model_validate_json(spoken.body).files
        if spoken.audience not in (None, visitor.side) or not 0 <= index < len(files):
            raise Refused("There is no such file here.")
        return files[index]

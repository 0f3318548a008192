"""Starting a video room from the chat, and the personal links that lead into it."""

import secrets
from datetime import timedelta

from handlers.cases import case_of, show_case, take
from handlers.codes import digest
from handlers.house import House
from handlers.messages import Button, Message, Style, id_in
from handlers.speech import say_card
from handlers.turn import Turn
from storage.tables import Conversation, JoinCode, Person, Room, Side
from storage.work import Work
from video.provider import VideoProvider

ROOM_LASTS = timedelta(hours=3)


async def video(turn: Turn) -> None:
    """`/video`, or the card's button: the room is open, the customer has a link, the agent has one too."""
    provider = turn.house.provider_of(turn.team)
    if provider is None:
        await turn.answer(Message(text="No video provider is set up. An operator can add one."))
        return
    case = case_of(turn)
    await take(turn)
    room = await turn.work.rooms.open_for(case.id)
    if room is None:
        room = await _open(turn, case, provider)
        await _invite_customer(turn, case, room)
    await turn.answer(await agent_link(turn, room))
    await show_case(turn.work, case)


async def _open(turn: Turn, case: Conversation, provider: VideoProvider) -> Room:
    room = Room(
        conversation_id=case.id,
        provider=provider.name,
        name=provider.room_name(),
        opened_at=turn.work.now,
        closes_at=turn.work.now + ROOM_LASTS,
    )
    await turn.work.rooms.add(room)
    return room


async def _invite_customer(turn: Turn, case: Conversation, room: Room) -> None:
    customer = await turn.work.people.person(case.customer_id)
    link = await make_link(turn.house, turn.work, room, customer, Side.CUSTOMER)
    invitation = Message(
        title="Your video room is open",
        text=f"{turn.person.name} from {turn.team.name} is ready to see you.",
        footnote="The link is for you alone. It needs no account; camera and microphone are checked first.",
        buttons=((Button(label="Join the video room", url=link, style=Style.PRIMARY),),),
    )
    await say_card(turn.work, case, Side.CUSTOMER, f"room:{room.id}:customer", invitation)
    join = Button(label="Join", action="room.join", value=str(room.id), style=Style.PRIMARY)
    relink = Button(label="New customer link", action="room.relink", value=str(room.id), ask="End the old link?")
    opened = Message(
        title="Video room open",
        text=f"Started by {turn.person.name}. {customer.name} has a link and waits in the lobby until let in.",
        buttons=((join, relink),),
    )
    await say_card(turn.work, case, Side.AGENT, f"room:{room.id}:agent", opened)


async def join(turn: Turn) -> None:
    """An agent pressed Join: a link for them alone."""
    room = await _own_room(turn)
    if room is not None:
        await turn.answer(await agent_link(turn, room))


async def _own_room(turn: Turn) -> Room | None:
    """The open room a press names, if it is this team's; its case becomes the turn's."""
    room = await turn.work.rooms.find_room(id_in(getattr(turn.heard, "value", "")))
    case = await turn.work.talk.conversation(room.conversation_id) if room else None
    if room is None or case is None or case.team_id != turn.team.id:
        await turn.answer(Message(text="There is no such room here."))
        return None
    if room.closed_at is not None or room.closes_at <= turn.work.now:
        await turn.answer(Message(text="This room is closed. Start a new one with /video."))
        return None
    turn.conversation = case
    return room


async def agent_link(turn: Turn, room: Room) -> Message:
    """The agent's own way in, for nobody else's eyes."""
    link = await make_link(turn.house, turn.work, room, turn.person, Side.AGENT)
    customer = await turn.work.people.person(case_of(turn).customer_id)
    return Message(
        title=f"Video room with {customer.name}",
        text="This link is yours alone.",
        buttons=((Button(label="Enter the room", url=link, style=Style.PRIMARY),),),
        secret=True,
    )


async def new_customer_link(turn: Turn) -> None:
    """The customer's link may have got into wrong hands: it opens nothing any more, and their card has another."""
    room = await _own_room(turn)
    if room is None:
        return
    customer = await turn.work.people.person(case_of(turn).customer_id)
    await turn.work.rooms.revoke_codes(room.id, customer.id)
    turn.work.rooms.changed(room.id)
    await _invite_customer(turn, case_of(turn), room)
    await turn.answer(Message(text=f"{customer.name} has a new link; the old one opens nothing any more."))


async def make_link(house: House, work: Work, room: Room, person: Person, side: Side) -> str:
    """A new personal link. Links the person already has go on working: they may have a call open with one."""
    code = secrets.token_urlsafe(24)
    row = JoinCode(digest=digest(code), room_id=room.id, person_id=person.id, side=side, expires_at=room.closes_at)
    await work.rooms.add(row)
    return house.link(f"room/{code}")

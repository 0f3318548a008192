"""One thing heard, with what a handler needs to answer it: who spoke, for which team, about which conversation."""

from dataclasses import dataclass
from typing import Protocol

from handlers.effects import Answer, send
from handlers.heard import Heard, Origin, Place
from handlers.house import House
from handlers.messages import Message, Speaker
from handlers.rights import Right, may
from handlers.tenants import speaker_of, team_meant
from storage.tables import ChannelAccount, Conversation, Person, Role, RoleKind, Side, SpokenMessage, Team
from storage.work import Work


class Spoken(Protocol):
    """What a turn and the words of a newcomer have in common: somebody spoke, and can be answered."""

    house: House
    work: Work
    heard: Heard
    person: Person
    account: ChannelAccount | None
    lost: bool

    @property
    def origin(self) -> Origin:
        """Where it was said."""

    async def answer(self, message: Message, *, edit: bool = False) -> None:
        """Answer the person where they spoke."""


@dataclass(slots=True)
class Newcomer:
    """Somebody who spoke to a bot that several teams share, and has chosen none of them yet."""

    house: House
    work: Work
    heard: Heard
    person: Person
    account: ChannelAccount | None
    lost: bool = False

    @property
    def origin(self) -> Origin:
        """Where it was said."""
        return self.heard.origin

    async def answer(self, message: Message, *, edit: bool = False) -> None:
        """Answer the person where they spoke; `edit`: in place of the message whose button they pressed."""
        await send(self.work, Answer(origin=self.origin, message=message, edit=edit))


@dataclass(slots=True)
class Turn:
    """Lives for one transaction. `account` is None on a room page, `conversation` None when none is spoken of.

    `lost`: what the person said could not be understood.
    """

    house: House
    work: Work
    heard: Heard
    team: Team
    person: Person
    role: Role | None = None
    account: ChannelAccount | None = None
    conversation: Conversation | None = None
    speaker: Speaker | None = None
    lost: bool = False

    @property
    def origin(self) -> Origin:
        """Where it was said."""
        return self.heard.origin

    @property
    def role_kind(self) -> RoleKind | None:
        """What the person is in the team; None for customers and strangers."""
        return self.role.kind if self.role else None

    def may(self, right: Right) -> bool:
        """Whether the person has that right in the team."""
        return may(self.role_kind, right)

    @property
    def is_agent(self) -> bool:
        """Whether the person speaks for the team."""
        return self.may(Right.AGENT)

    @property
    def is_owner(self) -> bool:
        """Whether the person decides who belongs to the team."""
        return self.may(Right.OWNER)

    @property
    def zone(self) -> str:
        """The person's time zone, the team's while it is not known."""
        return self.person.zone or self.team.zone

    async def answer(self, message: Message, *, edit: bool = False) -> None:
        """Answer the person where they spoke; `edit`: in place of the message whose button they pressed."""
        if self.origin.place is Place.ROOM:
            await self._answer_on_page(message)
        else:
            shown = message.model_copy(update={"speaker": self.speaker}) if self.speaker else message
            await send(self.work, Answer(origin=self.origin, message=shown, edit=edit))

    async def _answer_on_page(self, message: Message) -> None:
        # A room page reads the conversation itself; an answer there is a message that is delivered nowhere else.
        if self.conversation is None:
            return
        spoken = SpokenMessage(
            conversation_id=self.conversation.id,
            audience=Side.AGENT if self.is_agent else Side.CUSTOMER,
            body=message.model_dump_json(),
            version=await self.work.talk.next_version(self.conversation.id),
            said_at=self.work.now,
        )
        await self.work.talk.add(spoken)


class NoTeam(Exception):
    """Nobody has that bot or workspace yet: a team's file may still be on its way."""


async def begin_turn(house: House, work: Work, heard: Heard) -> Turn | Newcomer:
    """Find out who spoke and about what. Raises NoTeam; what was heard waits in the inbox and is tried again."""
    if heard.origin.place is Place.ROOM:
        return await _on_page(house, work, heard)
    account = await work.people.account(heard.origin.channel, heard.origin.account)
    if account is None:
        raise NoTeam(f"{heard.origin.channel} account {heard.origin.account} belongs to no team")
    person = await _person(work, account, heard)
    if account.team_id is not None:
        return await turn_with(house, work, heard, await work.people.team(account.team_id), person, account)
    team = await team_meant(work, account, person, heard)
    if team is None:
        return Newcomer(house, work, heard, person, account)
    return await turn_with(house, work, heard, team, person, account)


async def turn_with(
    house: House, work: Work, heard: Heard, team: Team, person: Person, account: ChannelAccount
) -> Turn:
    """What somebody says to that team."""
    role = await work.people.role(team.id, person.id)
    turn = Turn(house, work, heard, team, person, role, account)
    turn.conversation = await _conversation(turn, account)
    if heard.origin.place is Place.PRIVATE:
        turn.speaker = await speaker_of(work, account, team)
    return turn


async def _on_page(house: House, work: Work, heard: Heard) -> Turn:
    """On a room page the join code has said who it is: `user` and `chat` are our own ids of person and conversation."""
    conversation = await work.talk.conversation(int(heard.origin.chat))
    if conversation is None:
        raise NoTeam(f"conversation {heard.origin.chat} does not exist any more")
    team = await work.people.team(conversation.team_id)
    person = await work.people.person(int(heard.origin.user))
    role = await work.people.role(team.id, person.id)
    return Turn(house, work, heard, team, person, role, conversation=conversation)


async def _person(work: Work, account: ChannelAccount, heard: Heard) -> Person:
    told = heard.sender
    known = await work.people.known_as(account.id, heard.origin.user) or await _known_elsewhere(work, account, heard)
    if known is None:
        known = await work.people.meet(
            account.id, heard.origin.user, name=told.name, language=told.language, zone=told.zone
        )
    if heard.origin.workspace and heard.origin.place is Place.PRIVATE:
        await work.people.writes_from(account.id, heard.origin.user, heard.origin.workspace)
    # What somebody told us themselves goes before what their platform tells.
    known.language = known.language or told.language
    known.zone = known.zone or told.zone
    return known


async def _known_elsewhere(work: Work, account: ChannelAccount, heard: Heard) -> Person | None:
    """Somebody whom a team knows from another of its bots: Telegram's ids of people are the same for every bot."""
    if account.channel != "telegram" or account.team_id is None:
        return None
    for other in await work.people.accounts_of(account.team_id):
        known = await work.people.known_as(other.id, heard.origin.user) if other.channel == account.channel else None
        if known is not None:
            await work.people.also_known_as(known, account.id, heard.origin.user)
            return known
    return None


async def _conversation(turn: Turn, account: ChannelAccount) -> Conversation | None:
    origin = turn.origin
    if origin.place is Place.PRIVATE:
        return await turn.work.talk.open_for(turn.team.id, turn.person.id)
    seat = await turn.work.talk.seat_in_thread(account.id, origin.chat, origin.thread) if origin.thread else None
    case = await turn.work.talk.conversation(seat.conversation_id) if seat else None
    # A group may have been another team's desk before.
    return case if case is not None and case.team_id == turn.team.id else None

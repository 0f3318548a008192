"""What people do with groups: make them, let the bot in with or without rights, and put it out again."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from sandbox.telegram.entities import Json
from sandbox.telegram.methods.chats import bot_in
from sandbox.telegram.people import CannotDo, People
from sandbox.telegram.state import GENERAL, Chat, State

FIRST_BASIC = -4000000001


class Groups:
    """The hands of those who run groups. Each method answers with the group as Telegram names it."""

    def __init__(self, state: State, people: People) -> None:
        self._state = state
        self._people = people

    def create_group(self, person: int, title: str) -> Json:
        """A new group, without topics and without the bot."""
        taken = [each.id for each in self._state.chats.values() if each.basic]
        number = min(taken) - 1 if taken else FIRST_BASIC
        made = Chat(number, title, creator=person, members={person}, basic=True, forum=False, left=True,
                    bot_is_admin=False, bot_manages_topics=False, _count=GENERAL)  # fmt: skip
        self._state.chats[number] = made
        self._state.touched()
        return made.brief()

    def add_member(self, person: int, chat: int, member: int) -> Json:
        """Take somebody in."""
        where = self._run_by(person, chat)
        where.members.add(member)
        self._state.touched()
        return where.brief()

    def switch_topics(self, person: int, chat: int, on: bool = True) -> Json:
        """Switch topics on or off; the first time makes a supergroup of the group, under a new id."""
        where = self._run_by(person, chat)
        if where.basic and on:
            where = self._upgrade(person, where)
        where.forum = on
        self._state.touched()
        return where.brief()

    def add_bot(self, person: int, chat: int, manage_topics: bool = False, payload: str = "") -> Json:
        """Add the bot, as an administrator who may `manage_topics` or as a mere member; `payload` is said to it."""
        where = self._run_by(person, chat)
        self._stands(person, where, left=False, manage_topics=manage_topics)
        if payload:
            self._people.send_text(person, f"/start@{self._state.username} {payload}", chat=where.id)
        return where.brief()

    def add_bot_by_link(self, person: int, chat: int, link: str) -> Json:
        """Add the bot by a t.me link, which may ask for rights and carry a word to say."""
        parts = urlsplit(link)
        asked = parse_qs(parts.query)
        if parts.path.strip("/") != self._state.username or "startgroup" not in asked:
            raise CannotDo(f"{link} does not add the bot to a group")
        manages = "manage_topics" in asked.get("admin", [""])[0].split("+")
        return self.add_bot(person, chat, manages, asked["startgroup"][0])

    def promote_bot(self, person: int, chat: int, manage_topics: bool = True) -> Json:
        """Give the bot the right to manage topics, or make a mere member of it."""
        where = self._run_by(person, chat)
        self._stands(person, where, left=where.left, manage_topics=manage_topics)
        return where.brief()

    def remove_bot(self, person: int, chat: int) -> Json:
        """Put the bot out."""
        where = self._run_by(person, chat)
        self._stands(person, where, left=True, manage_topics=False)
        return where.brief()

    def _stands(self, person: int, where: Chat, *, left: bool, manage_topics: bool) -> None:
        """The bot stands otherwise in a group now, and is told so."""
        before = bot_in(self._state, where)
        where.left, where.bot_is_admin, where.bot_manages_topics = left, manage_topics, manage_topics
        change: Json = {"chat": where.brief(), "from": self._state.people[person].user(), "date": self._state.now()}
        change |= {"old_chat_member": before, "new_chat_member": bot_in(self._state, where)}
        self._state.updates.emit("my_chat_member", change, where.id)
        self._state.touched()

    def _upgrade(self, person: int, old: Chat) -> Chat:
        """A supergroup in the place of a group; both say where the other is."""
        number = min(each.id for each in self._state.chats.values()) - 1
        new = replace(old, id=number, basic=False, messages={}, topics={}, reactions={}, members=set(old.members),
                      pinned=[], _count=GENERAL)  # fmt: skip
        self._state.chats[number] = new
        user = self._state.people[person].user()
        told = self._state.post(old, user, {"migrate_to_chat_id": number})
        if not old.left:
            self._state.updates.emit("message", told, old.id)
        del self._state.chats[old.id]
        self._state.upgraded[old.id] = number
        self._state.post(new, user, {"migrate_from_chat_id": old.id})
        return new

    def _run_by(self, person: int, chat: int) -> Chat:
        """The group that somebody runs."""
        where = self._state.chats.get(chat)
        if where is None or where.person is not None or person not in where.members:
            raise CannotDo("There is no such group to run")
        return where

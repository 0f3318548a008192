"""Everything Telegram knows: people, chats, topics, messages, the bot's settings."""

import time
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.telegram.entities import Json
from sandbox.telegram.errors import Refused, bad_request, too_many
from sandbox.telegram.files import Files
from sandbox.telegram.updates import Updates
from sandbox.world import World

BOT_USERNAME = "bellhop_sandbox_bot"
GROUP_ID = -1001000000001
GENERAL = 1  # the topic that is always there; messages in it carry no thread id
TYPING = timedelta(seconds=5)
PRE_CHECKOUT_SECONDS = 10.0
OLD = timedelta(hours=48)


@dataclass
class Person:
    """Somebody with a Telegram account. `role` is customer, agent or stranger."""

    id: int
    first_name: str
    last_name: str
    username: str
    language: str
    role: str
    started: bool = False
    blocked: bool = False

    def user(self) -> Json:
        """As a User object."""
        names = {"first_name": self.first_name, "last_name": self.last_name, "username": self.username}
        known = {key: value for key, value in names.items() if value}
        return {"id": self.id, "is_bot": False, **known, "language_code": self.language}


@dataclass
class Topic:
    """A topic of the forum; its id is that of the message that opened it."""

    thread_id: int
    name: str
    color: int
    by: int
    closed: bool = False


@dataclass
class Chat:
    """A private chat with the bot, or the agents' forum."""

    id: int
    title: str
    person: Person | None = None
    messages: dict[int, Json] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    reactions: dict[int, dict[int, str]] = field(default_factory=dict)
    keyboard: Json | None = None
    pinned: list[int] = field(default_factory=list)
    menu_button: Json | None = None
    typing: tuple[str, int, datetime] | None = None
    creator: int = 0
    members: set[int] = field(default_factory=set)
    forum: bool = True
    basic: bool = False
    """A group as it begins, before anything makes a supergroup of it."""
    left: bool = False
    """The bot is not in it."""
    bot_is_admin: bool = True
    bot_manages_topics: bool = True
    sent: deque[float] = field(default_factory=lambda: deque(maxlen=20))
    _count: int = 0

    def brief(self) -> Json:
        """As the Chat object inside a message."""
        if self.person is None:
            kind = "group" if self.basic else "supergroup"
            return {"id": self.id, "type": kind, "title": self.title, **({"is_forum": True} if self.forum else {})}
        user = self.person.user()
        return {
            "id": self.id,
            "type": "private",
            **{k: user[k] for k in ("first_name", "last_name", "username") if k in user},
        }

    def next_id(self) -> int:
        """A fresh message id, greater than all before."""
        self._count += 1
        return self._count


@dataclass
class Query:
    """A tap on a button (or a pre-checkout) that waits for the bot's answer."""

    id: str
    person: Person
    at: datetime
    answer: Json | None = None


def cast() -> tuple[Person, ...]:
    """The people of the story."""
    return (
        Person(1001, "Mia", "Schneider", "mia", "de", "customer"),
        Person(1002, "Arjun", "Rao", "arjun", "en", "customer"),
        Person(1003, "Eve", "", "eve", "en", "stranger"),
        Person(2001, "Ana", "", "ana_desk", "en", "agent"),
        Person(2002, "Ben", "", "ben_desk", "en", "agent"),
    )


class State:
    """Telegram's memory. Every change to what people see goes through `post` or ends in `touched`."""

    def __init__(self, world: World, token: str = "", username: str = BOT_USERNAME) -> None:
        self.world = world
        self.token = token or world.secrets.telegram_token
        self.username = username
        self.bot_id = int(self.token.split(":")[0])
        self.people = {person.id: person for person in cast()}
        self.chats = {person.id: Chat(person.id, person.first_name, person) for person in self.people.values()}
        # The first number stands for the General topic, so messages of the group begin after it.
        agents = {person.id for person in self.people.values() if person.role == "agent"}
        self.chats[GROUP_ID] = Chat(GROUP_ID, "Front desk", creator=min(agents), members=agents, _count=GENERAL)
        self.files = Files()
        self.updates = Updates(world)
        self.upgraded: dict[int, int] = {}
        """Groups that became supergroups: under which id."""
        self.queries: dict[str, Query] = {}
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.texts: dict[tuple[str, str], str] = {}
        self.menu_button: Json = {"type": "commands"}
        self.invoices: dict[str, Json] = {}
        self.charges: dict[str, Json] = {}
        self.stars: list[Json] = []
        self.bot_manages_topics = True
        self.flood_limit = False
        self.answer_within = PRE_CHECKOUT_SECONDS

    @property
    def group(self) -> Chat:
        """The agents' forum."""
        return self.chats[GROUP_ID]

    def bot(self) -> Json:
        """The bot as a User object."""
        return {"id": self.bot_id, "is_bot": True, "first_name": "Bellhop", "username": self.username}

    def now(self) -> int:
        """The present in whole seconds, as Telegram dates things."""
        return int(self.world.clock.now().timestamp())

    def touched(self) -> None:
        """Say that something has changed."""
        self.world.touched("telegram")

    def chat_named(self, name: str) -> Chat:
        """The chat that a call names. Raises Refused when the bot has never heard of it."""
        if not name:
            raise bad_request("chat_id is empty")
        if name.startswith("@"):
            raise bad_request("chat not found")
        number = int(name) if name.lstrip("-").isdigit() else 0
        if number in self.upgraded:
            now = self.upgraded[number]
            raise Refused(400, "group chat was upgraded to a supergroup chat", migrate_to_chat_id=now)
        chat = self.chats.get(number)
        if chat is None:
            raise bad_request("chat not found")
        if chat.left:
            raise Refused(403, f"bot is not a member of the {chat.brief()['type']} chat")
        return chat

    def writable(self, name: str) -> Chat:
        """The same for sending. Raises Refused when the person has blocked the bot or has never spoken to it."""
        chat = self.chat_named(name)
        if chat.person and chat.person.blocked:
            raise Refused(403, "bot was blocked by the user")
        if chat.person and not chat.person.started:
            raise Refused(403, "bot can't initiate conversation with a user")
        if self.flood_limit:
            self._slow_down(chat)
        return chat

    def message(self, chat: Chat, number: int, what: str) -> Json:
        """A message of a chat. Raises Refused, saying "`what` not found"."""
        found = chat.messages.get(number)
        if found is None:
            raise bad_request(f"{what} not found")
        return found

    def post(self, chat: Chat, sender: Json, content: Json, *, thread: int = 0, reply_to: int = 0) -> Json:
        """Put a message into a chat and return it."""
        message: Json = {"message_id": chat.next_id(), "from": sender, "chat": chat.brief(), "date": self.now()}
        root = reply_to
        if thread and thread != GENERAL and chat.topics:
            message |= {"message_thread_id": thread, "is_topic_message": True}
            # Every message of a topic answers the one that opened it, unless it answers another.
            root = reply_to or thread
        if replied := chat.messages.get(root):
            message["reply_to_message"] = {key: value for key, value in replied.items() if key != "reply_to_message"}
        message |= content
        chat.messages[message["message_id"]] = message
        if sender["is_bot"]:
            chat.typing = None
        self.touched()
        return message

    def open_topic(self, chat: Chat, sender: Json, name: str, color: int) -> tuple[Topic, Json]:
        """Open a topic; its first message says so."""
        content = {"forum_topic_created": {"name": name, "icon_color": color}}
        message = self.post(chat, sender, content)
        topic = Topic(message["message_id"], name, color, sender["id"])
        chat.topics[topic.thread_id] = topic
        message |= {"message_thread_id": topic.thread_id, "is_topic_message": True}
        self.touched()
        return topic, message

    def _slow_down(self, chat: Chat) -> None:
        now = time.monotonic()
        recent = [at for at in chat.sent if now - at < 60]
        if chat.person is None and len(recent) >= 20:
            raise too_many(int(60 - (now - recent[0])) + 1)
        if recent and now - recent[-1] < 1:
            raise too_many(1)
        chat.sent.append(now)

"""What people see on their screens, as data: texts stay plain, their marks come beside them."""

from typing import Any

from sandbox.telegram.entities import Json
from sandbox.telegram.methods.settings import commands_for
from sandbox.telegram.state import Chat, Person, State


def whole(state: State) -> Json:
    """People, their chats, and the agents' group."""
    return {
        "now": state.now(),
        "bot": {**state.bot(), "about": state.texts.get(("description", ""), "")},
        "people": [_person(person) for person in state.people.values()],
        "chats": [_chat(state, chat) for chat in state.chats.values()],
        "webhook": state.updates.info(),
    }


def _person(person: Person) -> Json:
    flags = {"started": person.started, "blocked": person.blocked}
    return {**person.user(), "role": person.role, **flags}


def _chat(state: State, chat: Chat) -> Json:
    reader = chat.person or state.people[chat.creator]
    typing = chat.typing if chat.typing and chat.typing[2] > state.world.clock.now() else None
    group = {} if chat.person else {"members": sorted(chat.members), "bot": _bot_in(chat)}
    return {
        **chat.brief(),
        **group,
        "messages": [_message(state, chat, message) for message in chat.messages.values()],
        "keyboard": chat.keyboard,
        "typing": {"action": typing[0], "thread": typing[1]} if typing else None,
        "topics": [_topic(topic) for topic in chat.topics.values()],
        "commands": commands_for(state, chat, reader),
        "menu_button": chat.menu_button or state.menu_button,
        "pinned": chat.pinned,
    }


def _bot_in(chat: Chat) -> str:
    """How the bot stands in a group, in a word."""
    if chat.left:
        return "out"
    return "manages topics" if chat.bot_is_admin and chat.bot_manages_topics else "member"


def _topic(topic: Any) -> Json:
    return {"thread": topic.thread_id, "name": topic.name, "color": topic.color, "closed": topic.closed}


def _message(state: State, chat: Chat, message: Json) -> Json:
    number = message["message_id"]
    marks = chat.reactions.get(number, {})
    paid = state.invoices.get(f"{chat.id}:{number}", {}).get("paid")
    extra: Json = {"reactions": [{"by": who, "emoji": emoji} for who, emoji in marks.items()]}
    return {**message, **extra, **({"paid": paid} if paid else {})}

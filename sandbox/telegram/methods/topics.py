"""Topics of the forum, pins, and leaving it."""

from sandbox.telegram.entities import Json
from sandbox.telegram.errors import bad_request
from sandbox.telegram.params import Params
from sandbox.telegram.state import Chat, State, Topic

COLORS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)
MAX_NAME = 128


def create_topic(state: State, params: Params) -> Json:
    """Open a topic; a name that is too long is cut, as Telegram does."""
    chat = _forum(state, params)
    name = params.text("name").strip()[:MAX_NAME]
    if not name:
        raise bad_request("Title must be non-empty")
    color = params.integer("icon_color", COLORS[0])
    if color not in COLORS:
        raise bad_request("TOPIC_ICON_COLOR_INVALID")
    topic, _ = state.open_topic(chat, state.bot(), name, color)
    return {"message_thread_id": topic.thread_id, "name": name, "icon_color": color}


def edit_topic(state: State, params: Params) -> bool:
    """Rename a topic."""
    chat, topic = _topic(state, params)
    name = params.text("name").strip()[:MAX_NAME]
    if name == topic.name:
        raise bad_request("TOPIC_NOT_MODIFIED")
    if name:
        topic.name = name
        state.post(chat, state.bot(), {"forum_topic_edited": {"name": name}}, thread=topic.thread_id)
    return True


def close_topic(state: State, params: Params) -> bool:
    """Close a topic: only administrators write in it now."""
    return _set_closed(state, params, True)


def reopen_topic(state: State, params: Params) -> bool:
    """Open a closed topic again."""
    return _set_closed(state, params, False)


def delete_topic(state: State, params: Params) -> bool:
    """Remove a topic with all that was said in it."""
    chat, topic = _topic(state, params)
    del chat.topics[topic.thread_id]
    for number in [key for key, each in chat.messages.items() if each.get("message_thread_id") == topic.thread_id]:
        del chat.messages[number]
    state.touched()
    return True


def pin(state: State, params: Params) -> bool:
    """Pin a message to the top of its chat."""
    chat = state.chat_named(params.text("chat_id"))
    message = state.message(chat, params.integer("message_id"), "message to pin")
    if message["message_id"] not in chat.pinned:
        chat.pinned.append(message["message_id"])
    state.touched()
    return True


def unpin(state: State, params: Params) -> bool:
    """Unpin a message, the newest pinned one when none is named."""
    chat = state.chat_named(params.text("chat_id"))
    number = params.integer("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if number not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(number)
    state.touched()
    return True


def leave(state: State, params: Params) -> bool:
    """Leave the group."""
    chat = state.chat_named(params.text("chat_id"))
    if chat.person is not None:
        raise bad_request("chat member status can't be changed in private chats")
    chat.left = True
    state.touched()
    return True


def _set_closed(state: State, params: Params, closed: bool) -> bool:
    chat, topic = _topic(state, params)
    if topic.closed == closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    word = "forum_topic_closed" if closed else "forum_topic_reopened"
    state.post(chat, state.bot(), {word: {}}, thread=topic.thread_id)
    return True


def _forum(state: State, params: Params) -> Chat:
    chat = state.chat_named(params.text("chat_id"))
    if chat.person is not None or not chat.forum:
        raise bad_request("the chat is not a forum")
    if not (state.bot_manages_topics and chat.bot_is_admin and chat.bot_manages_topics):
        raise bad_request("not enough rights to create a topic")
    return chat


def _topic(state: State, params: Params) -> tuple[Chat, Topic]:
    chat = _forum(state, params)
    topic = chat.topics.get(params.integer("message_thread_id"))
    if topic is None:
        raise bad_request("TOPIC_ID_INVALID")
    return chat, topic


METHODS = {
    "createForumTopic": create_topic,
    "editForumTopic": edit_topic,
    "closeForumTopic": close_topic,
    "reopenForumTopic": reopen_topic,
    "deleteForumTopic": delete_topic,
    "pinChatMessage": pin,
    "unpinChatMessage": unpin,
    "leaveChat": leave,
}

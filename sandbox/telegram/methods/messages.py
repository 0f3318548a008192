"""Writing, changing and taking back messages; answers to taps."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.telegram.entities import Json, units
from sandbox.telegram.errors import bad_request
from sandbox.telegram.markup import read_inline
from sandbox.telegram.methods.sending import find_thread, read_caption, read_text, send
from sandbox.telegram.params import Params
from sandbox.telegram.reactions import REACTIONS
from sandbox.telegram.state import GENERAL, OLD, TYPING, Chat, State

QUERY_LIVES = timedelta(minutes=1)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content"
    " and reply markup of the message"
)
ACTIONS = frozenset({
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
})  # fmt: skip
MEDIA = ("photo", "document", "video", "audio", "voice")
NOT_COPIED = frozenset({
    "message_id", "from", "chat", "date", "edit_date", "reply_to_message", "message_thread_id", "is_topic_message",
    "reply_markup", "has_protected_content", "forward_origin",
})  # fmt: skip


def send_message(state: State, params: Params) -> Json:
    """A text."""
    return send(state, params, read_text(params))


def send_location(state: State, params: Params) -> Json:
    """A point on the map."""
    place = {name: float(params.need(name)) for name in ("latitude", "longitude")}
    if abs(place["latitude"]) > 90 or abs(place["longitude"]) > 180:
        raise bad_request("Wrong location specified")
    return send(state, params, {"location": place})


def edit_text(state: State, params: Params) -> Json:
    """A new text; without `reply_markup` the buttons go."""
    chat, message = editable(state, params)
    content = read_text(params)
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    return change(state, chat, message, params, content, ("text", "entities"))


def edit_caption(state: State, params: Params) -> Json:
    """A new caption."""
    chat, message = editable(state, params)
    content = read_caption(params)
    if not any(kind in message for kind in MEDIA):
        raise bad_request("there is no caption in the message to edit")
    return change(state, chat, message, params, content, ("caption", "caption_entities"))


def edit_markup(state: State, params: Params) -> Json:
    """Other buttons, or none."""
    chat, message = editable(state, params)
    return change(state, chat, message, params, {}, ())


def editable(state: State, params: Params) -> tuple[Chat, Json]:
    """The bot's own message that a call wants to change. Raises Refused."""
    chat = state.chat_named(params.text("chat_id"))
    message = state.message(chat, params.integer("message_id"), "message to edit")
    if message["from"]["id"] != state.bot_id:
        raise bad_request("message can't be edited")
    return chat, message


def change(state: State, chat: Chat, message: Json, params: Params, content: Json, fields: tuple[str, ...]) -> Json:
    """Put `content` in the place of `fields`, and the call's buttons under it. Raises Refused when nothing changes."""
    markup = read_inline(params, private=chat.person is not None)
    fresh = content | ({"reply_markup": markup} if markup else {})
    if fresh == {key: message[key] for key in (*fields, "reply_markup") if key in message}:
        raise bad_request(NOT_MODIFIED)
    for key in (*fields, "reply_markup"):
        message.pop(key, None)
    message |= fresh | {"edit_date": state.now()}
    state.touched()
    return message


def delete_message(state: State, params: Params) -> bool:
    """Take a message away: the bot's own, or, in the group it administers, anybody's."""
    chat = state.chat_named(params.text("chat_id"))
    message = state.message(chat, params.integer("message_id"), "message to delete")
    sent = datetime.fromtimestamp(message["date"], UTC)
    if chat.person and state.world.clock.now() - sent > OLD:
        raise bad_request("message can't be deleted")
    del chat.messages[message["message_id"]]
    state.touched()
    return True


def copy_message(state: State, params: Params) -> Json:
    """The same content as a message of the bot's own."""
    message = _source(state, params, "message to copy")
    content = {key: value for key, value in message.items() if key not in NOT_COPIED}
    if not {"text", "location", "contact", *MEDIA} & content.keys():
        raise bad_request("message can't be copied")
    if "caption" in params.values:
        content = {key: value for key, value in content.items() if not key.startswith("caption")} | read_caption(params)
    return {"message_id": send(state, params, content)["message_id"]}


def forward_message(state: State, params: Params) -> Json:
    """The same content, saying whose it was."""
    message = _source(state, params, "message to forward")
    content = {key: value for key, value in message.items() if key not in NOT_COPIED}
    if not {"text", "location", "contact", *MEDIA} & content.keys():
        raise bad_request("message can't be forwarded")
    origin = {"type": "user", "sender_user": message["from"], "date": message["date"]}
    return send(state, params, {"forward_origin": message.get("forward_origin", origin), **content})


def _source(state: State, params: Params, what: str) -> Json:
    chat = state.chat_named(params.text("from_chat_id"))
    return state.message(chat, params.integer("message_id"), what)


def send_chat_action(state: State, params: Params) -> bool:
    """Say that the bot is typing."""
    if params.text("action").lower() not in ACTIONS:
        raise bad_request("Wrong parameter action in request")
    chat = state.writable(params.text("chat_id"))
    # Unlike sending, this takes the General topic by its number.
    thread = GENERAL if params.integer("message_thread_id") == GENERAL else find_thread(chat, params)
    chat.typing = (params.text("action").lower(), thread, state.world.clock.now() + TYPING)
    state.touched()
    return True


def answer_callback_query(state: State, params: Params) -> bool:
    """End a tap's waiting with a toast, an alert, a link or nothing."""
    text, url = params.text("text"), params.text("url")
    if units(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    query = state.queries.get(params.text("callback_query_id"))
    if query is None or query.answer is not None or state.world.clock.now() - query.at > QUERY_LIVES:
        raise bad_request(TOO_OLD)
    if url and not url.startswith((f"https://t.me/{state.bot()['username']}?", f"t.me/{state.bot()['username']}?")):
        raise bad_request("URL_INVALID")
    query.answer = {"text": text, "alert": params.flag("show_alert"), "url": url}
    state.touched()
    return True


def set_reaction(state: State, params: Params) -> bool:
    """Put the bot's one reaction on a message, or take it back."""
    chat = state.chat_named(params.text("chat_id"))
    number = params.integer("message_id")
    state.message(chat, number, "message to react")
    reactions: list[Any] = params.json("reaction", "reaction types") or []
    if len(reactions) > 1 or any(
        each.get("type") != "emoji" or each.get("emoji") not in REACTIONS for each in reactions
    ):
        raise bad_request("REACTIONS_TOO_MANY" if len(reactions) > 1 else "REACTION_INVALID")
    marks = chat.reactions.setdefault(number, {})
    marks.pop(state.bot_id, None)
    if reactions:
        marks[state.bot_id] = reactions[0]["emoji"]
    state.touched()
    return True


METHODS = {
    "sendMessage": send_message,
    "sendLocation": send_location,
    "editMessageText": edit_text,
    "editMessageCaption": edit_caption,
    "editMessageReplyMarkup": edit_markup,
    "deleteMessage": delete_message,
    "copyMessage": copy_message,
    "forwardMessage": forward_message,
    "sendChatAction": send_chat_action,
    "answerCallbackQuery": answer_callback_query,
    "setMessageReaction": set_reaction,
}

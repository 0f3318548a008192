"""What every sending and editing method has in common: text, caption, thread, answer, keyboard."""

from sandbox.telegram.entities import Json, format_text, units
from sandbox.telegram.errors import bad_request
from sandbox.telegram.markup import read_markup
from sandbox.telegram.params import Params
from sandbox.telegram.state import GENERAL, Chat, State

MAX_TEXT = 4096
MAX_CAPTION = 1024


def send(state: State, params: Params, content: Json) -> Json:
    """Post `content` as the bot where the call says. Raises Refused."""
    chat = state.writable(params.text("chat_id"))
    thread = find_thread(chat, params)
    reply_to = find_replied(chat, params)
    markup = read_markup(params, private=chat.person is not None)
    if reply_to and not thread:
        thread = chat.messages[reply_to].get("message_thread_id", 0)
    message = state.post(chat, state.bot(), content, thread=thread, reply_to=reply_to)
    if params.flag("protect_content"):
        message["has_protected_content"] = True
    if markup and "inline_keyboard" in markup:
        message |= {"reply_markup": markup} if markup["inline_keyboard"] else {}
    elif markup:
        chat.keyboard = None if "remove_keyboard" in markup else markup
    return message


def find_thread(chat: Chat, params: Params) -> int:
    """The topic that a call names, 0 for none. Raises Refused when it is not there."""
    thread = params.integer("message_thread_id")
    if thread and (chat.person is not None or thread == GENERAL or thread not in chat.topics):
        raise bad_request("message thread not found")
    return thread


def find_replied(chat: Chat, params: Params) -> int:
    """The message that is answered, 0 for none. Raises Refused when it is gone, unless that is allowed."""
    about = params.json("reply_parameters", "reply parameters") or {}
    number = about.get("message_id") or params.integer("reply_to_message_id")
    if not number or number in chat.messages:
        return int(number or 0)
    if about.get("allow_sending_without_reply") or params.flag("allow_sending_without_reply"):
        return 0
    raise bad_request("message to be replied not found")


def read_text(params: Params) -> Json:
    """`text` and `entities` of a message. Raises Refused."""
    if not params.text("text"):
        raise bad_request("Message text is empty")
    entities = params.json("entities", "entities")
    text, found = format_text(params.text("text"), params.text("parse_mode"), entities)
    if not text:
        raise bad_request("Message text is empty" if not params.text("parse_mode") else "text must be non-empty")
    if units(text) > MAX_TEXT:
        raise bad_request("Message is too long")
    return {"text": text, **({"entities": found} if found else {})}


def read_caption(params: Params) -> Json:
    """`caption` and `caption_entities` of a message, empty when there is none. Raises Refused."""
    entities = params.json("caption_entities", "caption entities")
    caption, found = format_text(params.text("caption"), params.text("parse_mode"), entities)
    if units(caption) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    if not caption:
        return {}
    return {"caption": caption, **({"caption_entities": found} if found else {})}

"""Keyboards: what the bot may attach to a message, checked as Telegram checks it."""

from typing import Any

from sandbox.telegram.entities import Json, valid_url
from sandbox.telegram.errors import Refused, bad_request
from sandbox.telegram.params import Params

MAX_BUTTONS = 100
KINDS = ("inline_keyboard", "keyboard", "remove_keyboard", "force_reply")
INLINE = (
    "url",
    "callback_data",
    "pay",
    "web_app",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "login_url",
)
LOOKS = ("style", "icon_custom_emoji_id")


def read_markup(params: Params, *, private: bool = True) -> Json | None:
    """The `reply_markup` of a call, None when there is none. Raises Refused."""
    markup = params.json("reply_markup", "reply keyboard markup")
    if not markup:
        return None
    if not isinstance(markup, dict):
        raise bad_request("Object expected as reply markup")
    kind = next((name for name in KINDS if name in markup), None)
    if kind == "inline_keyboard":
        return {"inline_keyboard": _rows(markup[kind], kind, lambda button: _inline_button(button, private))}
    if kind == "keyboard":
        return {**markup, "keyboard": _rows(markup[kind], kind, _reply_button)}
    return markup if kind else None


def read_inline(params: Params, *, private: bool = True) -> Json | None:
    """The same where only buttons under the message are allowed, as in edits. Raises Refused."""
    markup = read_markup(params, private=private)
    if markup is not None and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return markup if markup and markup["inline_keyboard"] else None


def _rows(rows: Any, field: str, check: Any) -> list[list[Json]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(f'Field "{field}" must be an Array of Arrays')
    if sum(map(len, rows)) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    return [[check(button) for button in row] for row in rows if row]


def _reply_button(button: Any) -> Json:
    if isinstance(button, str):
        button = {"text": button}
    if not isinstance(button, dict):
        raise bad_request("Can't parse keyboard button: KeyboardButton must be a String or an Object")
    if not button.get("text"):
        raise bad_request('Can\'t parse keyboard button: Field "text" must be of type String')
    return button


def _inline_button(button: Any, private: bool) -> Json:
    if not isinstance(button, dict):
        raise bad_request("Can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    if not button.get("text"):
        raise bad_request("Can't parse inline keyboard button: Can't find field \"text\"")
    kind = next(
        (name for name in INLINE if button.get(name) not in (None, "") or (name in button and "query" in name)), None
    )
    if kind is None:
        raise bad_request("Can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if problem := _problem(kind, button[kind], private):
        raise problem
    return {"text": button["text"], kind: button[kind], **{look: button[look] for look in LOOKS if look in button}}


def _problem(kind: str, value: Any, private: bool) -> Refused | None:
    match kind:
        case "callback_data" if not 1 <= len(str(value).encode()) <= 64:
            return bad_request("BUTTON_DATA_INVALID")
        case "url" if not valid_url(value):
            return bad_request(f"inline keyboard button URL '{value}' is invalid: Wrong HTTP URL")
        case "web_app" if not private:
            return bad_request("BUTTON_TYPE_INVALID")
        case "copy_text" if not 1 <= len(value.get("text", "")) <= 256:
            return bad_request("BUTTON_COPY_TEXT_INVALID")
    return None

"""The bot's menu of commands, its descriptions and its menu button."""

import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from sandbox.telegram.entities import Json
from sandbox.telegram.errors import bad_request
from sandbox.telegram.params import Params
from sandbox.telegram.state import Chat, Person, State

SCOPES = frozenset({
    "default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat", "chat_administrators",
    "chat_member",
})  # fmt: skip
MAX_COMMANDS = 100
LENGTHS = {"description": 512, "short_description": 120, "name": 64}


def set_commands(state: State, params: Params) -> bool:
    """The commands that a menu offers, per scope and language."""
    commands = params.json("commands", "commands")
    if not isinstance(commands, list):
        raise bad_request("Expected an Array of BotCommand")
    if len(commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    state.commands[_place(state, params)] = [_command(each) for each in commands]
    state.touched()
    return True


def _command(given: Json) -> Json:
    name, about = str(given.get("command", "")).removeprefix("/"), str(given.get("description", ""))
    if not re.fullmatch(r"[a-z0-9_]{1,32}", name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(about) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": about}


def get_commands(state: State, params: Params) -> list[Json]:
    """What was set for exactly this scope and language."""
    return state.commands.get(_place(state, params), [])


def delete_commands(state: State, params: Params) -> bool:
    """Forget them."""
    state.commands.pop(_place(state, params), None)
    state.touched()
    return True


def _place(state: State, params: Params) -> tuple[str, str]:
    scope = params.json("scope", "BotCommandScope") or {"type": "default"}
    if not isinstance(scope, dict) or scope.get("type") not in SCOPES:
        raise bad_request("Can't parse BotCommandScope: Unsupported type specified")
    if "chat_id" in scope:
        state.chat_named(str(scope["chat_id"]))
    language = params.text("language_code")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad_request("LANG_CODE_INVALID")
    return json.dumps(scope, sort_keys=True), language


def commands_for(state: State, chat: Chat, person: Person) -> list[Json]:
    """The menu that a person sees in a chat: the narrowest scope first, their language before none."""
    here = {"chat_id": chat.id}
    group = [{"type": "chat_member", **here, "user_id": person.id}, {"type": "chat_administrators", **here}]
    wide = [{"type": "all_chat_administrators"}, {"type": "all_group_chats"}]
    private = [{"type": "chat", **here}, {"type": "all_private_chats"}]
    scopes = private if chat.person else [*group, {"type": "chat", **here}, *wide]
    for scope in [*scopes, {"type": "default"}]:
        for language in (person.language, ""):
            if found := state.commands.get((json.dumps(scope, sort_keys=True), language)):
                return found
    return []


def set_text(field: str, state: State, params: Params) -> bool:
    """A text of the bot's profile, per language."""
    text = params.text(field)
    if len(text) > LENGTHS[field]:
        raise bad_request(f"{field.replace('_', ' ')} is too long")
    state.texts[field, params.text("language_code")] = text
    state.touched()
    return True


def get_text(field: str, state: State, params: Params) -> Json:
    """The same, for the language or else for all."""
    for language in (params.text("language_code"), ""):
        if text := state.texts.get((field, language)):
            return {field: text}
    return {field: state.bot()["first_name"] if field == "name" else ""}


def set_menu_button(state: State, params: Params) -> bool:
    """The button beside the text box, for one private chat or for all."""
    button = params.json("menu_button", "menu button") or {"type": "default"}
    if button.get("type") not in ("default", "commands", "web_app"):
        raise bad_request("Can't parse menu button: MenuButton has unsupported type")
    if params.text("chat_id"):
        state.chat_named(params.text("chat_id")).menu_button = button
    else:
        state.menu_button = {"type": "commands"} if button["type"] == "default" else button
    state.touched()
    return True


def get_menu_button(state: State, params: Params) -> Json:
    """Which button that is."""
    if params.text("chat_id"):
        return state.chat_named(params.text("chat_id")).menu_button or {"type": "default"}
    return state.menu_button


TEXTS = {"Description": "description", "ShortDescription": "short_description", "Name": "name"}
METHODS: dict[str, Callable[[State, Params], Any]] = {
    "setMyCommands": set_commands,
    "getMyCommands": get_commands,
    "deleteMyCommands": delete_commands,
    **{f"setMy{word}": partial(set_text, field) for word, field in TEXTS.items()},
    **{f"getMy{word}": partial(get_text, field) for word, field in TEXTS.items()},
    "setChatMenuButton": set_menu_button,
    "getChatMenuButton": get_menu_button,
}

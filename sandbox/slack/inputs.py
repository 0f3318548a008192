"""What people fill in: from a plain value to the state that Slack reports for each kind of element."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sandbox.slack.blocks import elements
from sandbox.slack.model import Json, Refused

MISSING = "Please complete this required field."
# The key under which each kind of element reports its value, and the one with its first value.
KEYS = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "overflow": ("selected_option", ""),
    "multi_static_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
}
LISTS = frozenset({"multi_static_select", "checkboxes", "multi_users_select", "multi_conversations_select"})


def report(element: Json, given: Any = None) -> Json:
    """An element's state: what was given, else its first value. Options may be named by value or by their text."""
    kind = element["type"]
    if kind not in KEYS:
        return {"type": kind}
    key, first = KEYS[kind]
    value = element.get(first) if given is None else _read(element, given)
    if value is None and kind in LISTS:
        value = []
    return {"type": kind, key: value}


def _read(element: Json, given: Any) -> Any:
    kind = element["type"]
    if kind in ("multi_static_select", "checkboxes"):
        return [_option(element, one) for one in (given if isinstance(given, list) else [given])]
    if KEYS[kind][0] == "selected_option":
        return _option(element, given) if given != "" else None
    if kind == "datetimepicker":
        return int(given) if given != "" else None
    return given if isinstance(given, list) else str(given) or None


def _option(element: Json, wanted: Any) -> Json:
    grouped = [one for group in element.get("option_groups") or () for one in group["options"]]
    for option in [*(element.get("options") or ()), *grouped]:
        if wanted in (option.get("value"), option["text"]["text"]):
            return {key: option[key] for key in ("text", "value") if key in option}
    raise Refused("no_such_option")


def state(blocks: list[Json], given: Mapping[str, Any]) -> Json:
    """The state of all inputs in `blocks`. `given` names them by block id, action id or label."""
    values: Json = {}
    for block in blocks:
        for element in elements(block):
            if element["type"] in KEYS and element["type"] != "overflow":
                raw = _given(block, element, given)
                values.setdefault(block["block_id"], {})[element["action_id"]] = report(element, raw)
    return values


def _given(block: Json, element: Json, given: Mapping[str, Any]) -> Any:
    for name in (block["block_id"], element["action_id"], (block.get("label") or {}).get("text") or ""):
        if name in given:
            value = given[name]
            return value.get(element["action_id"]) if isinstance(value, dict) else value
    return None


def mistakes(blocks: list[Json], values: Json) -> dict[str, str]:
    """What Slack's own window would not let pass, by block id."""
    return dict(_mistakes(blocks, values))


def _mistakes(blocks: list[Json], values: Json) -> Iterator[tuple[str, str]]:
    for block in blocks:
        if block["type"] != "input" or block["element"]["type"] not in KEYS:
            continue
        element = block["element"]
        value = values[block["block_id"]][element["action_id"]][KEYS[element["type"]][0]]
        if value in (None, "", []):
            if not block.get("optional"):
                yield block["block_id"], MISSING
        elif problem := CHECKS.get(element["type"], _fine)(element, value):
            yield block["block_id"], problem


def _fine(element: Json, value: Any) -> str:
    return ""


def _length(element: Json, value: str) -> str:
    least, most = element.get("min_length") or 0, element.get("max_length") or 3000
    return "" if least <= len(value) <= most else f"This must be between {least} and {most} characters."


def _number(element: Json, value: str) -> str:
    pattern = r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+"
    if not re.fullmatch(pattern, value):
        return "Please enter a valid number."
    least, most = element.get("min_value"), element.get("max_value")
    if (least is not None and float(value) < float(least)) or (most is not None and float(value) > float(most)):
        return f"Please enter a number between {least} and {most}."
    return ""


def _email(element: Json, value: str) -> str:
    return "" if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value) else "Please enter a valid email address."


def _url(element: Json, value: str) -> str:
    return "" if re.match(r"https?://\S+$", value) else "Please enter a valid URL."


CHECKS: dict[str, Callable[[Json, Any], str]] = {
    "plain_text_input": _length,
    "number_input": _number,
    "email_text_input": _email,
    "url_text_input": _url,
}

"""Block Kit's rules: what Slack refuses, in Slack's own words, and the ids it fills in.

Limits: docs.slack.dev/reference/block-kit and the constants in slack_sdk.models.blocks.
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.slack.model import Json, Refused

# Slack answers msg_blocks_too_long at around this many characters (slackapi/bolt-js issue 2509).
TEXT_IN_ALL = 13_000
BLOCKS_IN_MESSAGE, BLOCKS_IN_VIEW = 50, 100

INPUTS = frozenset(
    """plain_text_input number_input email_text_input url_text_input rich_text_input file_input
    static_select external_select users_select conversations_select channels_select
    multi_static_select multi_external_select multi_users_select multi_conversations_select
    datepicker timepicker datetimepicker checkboxes radio_buttons""".split()
)
PRESSABLE = frozenset({"button", "overflow", "workflow_button"}) | INPUTS
Problems = Iterator[str]


@dataclass(frozen=True)
class Rule:
    """One text field: how long, needed or not, plain only or not."""

    name: str
    limit: int
    needed: bool = False
    plain: bool = False


BLOCK_TEXTS: dict[str, tuple[Rule, ...]] = {
    "section": (Rule("text", 3000),),
    "header": (Rule("text", 150, needed=True, plain=True),),
    "input": (Rule("label", 2000, needed=True, plain=True), Rule("hint", 2000, plain=True)),
    "image": (Rule("title", 2000, plain=True),),
}
BLOCK_LISTS = {
    "section": ("fields", 10, False),
    "actions": ("elements", 25, True),
    "context": ("elements", 10, True),
    "rich_text": ("elements", 1000, True),
}
BLOCK_TYPES = frozenset(
    {*BLOCK_TEXTS, *BLOCK_LISTS, "divider", "markdown", "video", "table", "file", "context_actions"}
)
ELEMENT_TEXTS: dict[str, tuple[Rule, ...]] = {"button": (Rule("text", 75, needed=True, plain=True),)}
ELEMENT_STRINGS = {
    "button": (("value", 2000), ("url", 3000), ("accessibility_label", 75)),
    "image": (("image_url", 3000), ("alt_text", 2000)),
}
OPTIONS = {"static_select": (1, 100), "multi_static_select": (1, 100), "overflow": (1, 5), "checkboxes": (1, 10),
           "radio_buttons": (1, 10)}  # fmt: skip
CONFIRM = (Rule("title", 100, True, True), Rule("text", 300, True), Rule("confirm", 30, plain=True),
           Rule("deny", 30, plain=True))  # fmt: skip
VIEW_TEXTS = (Rule("title", 24, True, True), Rule("submit", 24, plain=True), Rule("close", 24, plain=True))
VIEW_STRINGS = (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255))


def accept_message_blocks(blocks: Any) -> list[Json]:
    """The blocks of a message with ids filled in; raises `Refused` as chat.postMessage does."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise Refused("invalid_blocks_format")
    if sum(_texts(blocks)) > TEXT_IN_ALL:
        raise Refused("msg_blocks_too_long")
    _refuse("invalid_blocks", list(_blocks(blocks, BLOCKS_IN_MESSAGE)))
    return _with_ids(blocks)


def accept_view(view: Any) -> Json:
    """A view with ids filled in; raises `Refused` as views.open and views.publish do."""
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        raise Refused("invalid_arguments", response_metadata={"messages": ["[ERROR] unsupported type: view"]})
    _refuse("invalid_arguments", list(_view(view)))
    return {**view, "blocks": _with_ids(view["blocks"])}


def _refuse(error: str, problems: list[str]) -> None:
    if problems:
        messages = [f"[ERROR] {problem}" for problem in problems]
        raise Refused(error, errors=problems, response_metadata={"messages": messages})


def _view(view: Json) -> Problems:
    blocks = view.get("blocks")
    if not isinstance(blocks, list):
        yield "missing required field: blocks [json-pointer:/view]"
        return
    yield from _blocks(blocks, BLOCKS_IN_VIEW, "/view/blocks")
    yield from _strings(view, VIEW_STRINGS, "/view")
    if view["type"] == "modal":
        for rule in VIEW_TEXTS:
            yield from _text(view, rule, "/view")
        if any(block.get("type") == "input" for block in blocks) and not view.get("submit"):
            yield "missing required field: submit (a view with an input block must have it) [json-pointer:/view]"


def _blocks(blocks: list[Json], limit: int, at: str = "/blocks") -> Problems:
    if len(blocks) > limit:
        yield f"no more than {limit} items allowed [json-pointer:{at}]"
    ids = [block["block_id"] for block in blocks if block.get("block_id")]
    if len(ids) != len(set(ids)):
        yield f"block_id already exists [json-pointer:{at}]"
    for number, block in enumerate(blocks):
        yield from _block(block, f"{at}/{number}")


def _block(block: Json, at: str) -> Problems:
    kind = block.get("type")
    if kind not in BLOCK_TYPES:
        yield f"unsupported type: {kind} [json-pointer:{at}/type]"
        return
    yield from _strings(block, (("block_id", 255),), at)
    for rule in BLOCK_TEXTS.get(kind, ()):
        yield from _text(block, rule, at)
    if kind in BLOCK_LISTS:
        yield from _list(block, *BLOCK_LISTS[kind], at)
    if kind in SPECIAL:
        yield from SPECIAL[kind](block, at)
    yield from _same_action_ids(block, at)


def _section(block: Json, at: str) -> Problems:
    if not block.get("text") and not block.get("fields"):
        yield f"missing required field: text or fields [json-pointer:{at}]"
    for number, part in enumerate(block.get("fields") or ()):
        yield from _text({"field": part}, Rule("field", 2000), f"{at}/fields/{number}")
    if accessory := block.get("accessory"):
        yield from _element(accessory, PRESSABLE | {"image"}, f"{at}/accessory")


def _actions(block: Json, at: str) -> Problems:
    for number, element in enumerate(block.get("elements") or ()):
        yield from _element(element, PRESSABLE, f"{at}/elements/{number}")


def _context(block: Json, at: str) -> Problems:
    for number, part in enumerate(block.get("elements") or ()):
        if part.get("type") == "image":
            yield from _element(part, frozenset({"image"}), f"{at}/elements/{number}")
        else:
            yield from _text({"text": part}, Rule("text", 3000), f"{at}/elements/{number}")


def _input(block: Json, at: str) -> Problems:
    yield from _element(block.get("element") or {}, INPUTS, f"{at}/element")


def _image(block: Json, at: str) -> Problems:
    if not block.get("image_url") and not block.get("slack_file"):
        yield f"missing required field: image_url [json-pointer:{at}]"
    if not block.get("alt_text"):
        yield f"missing required field: alt_text [json-pointer:{at}]"
    yield from _strings(block, ELEMENT_STRINGS["image"], at)


def _markdown(block: Json, at: str) -> Problems:
    yield from _strings(block, (("text", 12_000),), at)


SPECIAL: dict[str, Callable[[Json, str], Problems]] = {
    "section": _section,
    "actions": _actions,
    "context": _context,
    "input": _input,
    "image": _image,
    "markdown": _markdown,
}


def _element(element: Json, allowed: frozenset[str], at: str) -> Problems:
    kind = element.get("type")
    if kind not in allowed:
        yield f"unsupported type: {kind} [json-pointer:{at}/type]"
        return
    yield from _strings(element, (("action_id", 255), *ELEMENT_STRINGS.get(kind, ())), at)
    for rule in (*ELEMENT_TEXTS.get(kind, ()), Rule("placeholder", 150, plain=True)):
        yield from _text(element, rule, at)
    if kind == "button" and element.get("style") not in (None, "primary", "danger"):
        yield f"must be one of primary, danger [json-pointer:{at}/style]"
    if kind in OPTIONS:
        yield from _options(element, *OPTIONS[kind], at)
    for rule in CONFIRM if element.get("confirm") else ():
        yield from _text(element["confirm"], rule, f"{at}/confirm")


def _options(element: Json, least: int, most: int, at: str) -> Problems:
    groups = element.get("option_groups")
    options = [one for group in groups for one in group.get("options", ())] if groups else element.get("options") or []
    if not least <= len(options) <= most:
        yield f"must provide between {least} and {most} options [json-pointer:{at}/options]"
    for number, option in enumerate(options):
        where = f"{at}/options/{number}"
        yield from _text(option, Rule("text", 75, needed=True), where)
        yield from _text(option, Rule("description", 75), where)
        yield from _strings(option, (("value", 150),), where)


def _text(holder: Json, rule: Rule, at: str) -> Problems:
    value, at = holder.get(rule.name), f"{at}/{rule.name}"
    if value is None:
        if rule.needed:
            yield f"missing required field: {rule.name} [json-pointer:{at}]"
    elif not isinstance(value, dict) or value.get("type") not in ("plain_text", "mrkdwn"):
        yield f"unsupported type: text object expected [json-pointer:{at}/type]"
    elif rule.plain and value["type"] != "plain_text":
        yield f"unsupported type: {value['type']} [json-pointer:{at}/type]"
    elif not value.get("text"):
        yield f"must be more than 0 characters [json-pointer:{at}/text]"
    elif len(value["text"]) > rule.limit:
        yield f"must be less than {rule.limit + 1} characters [json-pointer:{at}/text]"


def _strings(holder: Json, limits: tuple[tuple[str, int], ...], at: str) -> Problems:
    for name, limit in limits:
        if len(str(holder.get(name) or "")) > limit:
            yield f"must be less than {limit + 1} characters [json-pointer:{at}/{name}]"


def _list(block: Json, name: str, limit: int, needed: bool, at: str) -> Problems:
    items = block.get(name) or []
    if needed and not items:
        yield f"must provide at least 1 item [json-pointer:{at}/{name}]"
    if len(items) > limit:
        yield f"no more than {limit} items allowed [json-pointer:{at}/{name}]"


def _same_action_ids(block: Json, at: str) -> Problems:
    ids = [element["action_id"] for element in elements(block) if element.get("action_id")]
    if len(ids) != len(set(ids)):
        yield f"action_id already exists [json-pointer:{at}/elements]"


def elements(block: Json) -> list[Json]:
    """What a person can press or fill in inside one block."""
    inside = [block.get("accessory"), block.get("element"), *(block.get("elements") or ())]
    return [element for element in inside if element and element.get("type") in PRESSABLE]


def _texts(node: Any) -> Iterator[int]:
    if isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield len(node["text"])
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _texts(child)


def _with_ids(blocks: list[Json]) -> list[Json]:
    return [_with_id(block) for block in blocks]


def _with_id(block: Json) -> Json:
    """Slack names what the app left unnamed."""
    block = {**block, "block_id": block.get("block_id") or secrets.token_urlsafe(4)}
    for name in ("accessory", "element"):
        if (block.get(name) or {}).get("type") in PRESSABLE:
            block[name] = _named(block[name])
    if block["type"] == "actions":
        block["elements"] = [_named(element) for element in block["elements"]]
    return block


def _named(element: Json) -> Json:
    return {**element, "action_id": element.get("action_id") or secrets.token_urlsafe(4)}

"""A form as a Slack modal, and the button that opens one when no trigger is fresh enough."""

import json
from typing import Any

from bot.channels.slack.text import Block, plain_text
from handlers.heard import Origin
from handlers.messages import FieldKind, Form, FormField

OPEN_FORM = "open_form"
"""The action of the button that opens the form in its value; the channel answers it by itself."""
IN_BUTTON = 2000


def to_modal(form: Form, origin: Origin, above: list[Block]) -> Block:
    """The modal: `above` stands over the fields, and `origin` comes back with the answers."""
    return {
        "type": "modal",
        "callback_id": form.name,
        "title": plain_text(form.title, 24),
        "submit": plain_text(form.submit, 24),
        "close": plain_text("Cancel", 24),
        "private_metadata": json.dumps({"value": form.value, "origin": origin.model_dump(mode="json")}),
        "blocks": [*above, *(_field(field) for field in form.fields)],
    }


def to_button(form: Form) -> list[Block]:
    """A button that carries the whole form, so that a fresh press can open it; nothing when it is too long for one."""
    value = form.model_dump_json(exclude_defaults=True)
    if len(value) > IN_BUTTON:
        return []
    button = {"type": "button", "action_id": OPEN_FORM, "text": plain_text(form.title, 75), "value": value}
    return [{"type": "actions", "elements": [button | {"style": "primary"}]}]


def _field(field: FormField) -> Block:
    """The block bears the field's name, by which answers and errors find it."""
    block: Block = {
        "type": "input",
        "block_id": field.name,
        "label": plain_text(field.label, 2000),
        "optional": not field.required,
        "element": _choice(field) if field.kind is FieldKind.CHOICE else _line(field),
    }
    return block | ({"hint": plain_text(field.hint, 2000)} if field.hint else {})


def _line(field: FormField) -> Block:
    element: dict[str, Any] = {"type": "plain_text_input", "action_id": field.name}
    element["multiline"] = field.kind is FieldKind.TEXT
    if field.initial:
        element["initial_value"] = field.initial
    return element | ({"placeholder": plain_text(field.example, 150)} if field.example else {})


def _choice(field: FormField) -> Block:
    options = {one.value: {"text": plain_text(one.label, 75), "value": one.value} for one in field.choices}
    element: Block = {"type": "static_select", "action_id": field.name, "options": list(options.values())}
    if field.initial in options:
        element["initial_option"] = options[field.initial]
    return element | ({"placeholder": plain_text(field.example, 150)} if field.example else {})

"""How a message looks in Slack. Pure: a `Message` goes in, Block Kit comes out.

People's words go into rich text, whose text elements are shown exactly as they stand: no mention, no bold and no emoji
code comes alive in them. Limits: docs.slack.dev/reference/block-kit.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from bot.channels.slack.forms import to_button
from bot.channels.slack.text import Block, escape, plain_text
from handlers.messages import Button, Message, Pair, Style

TEXT, FOOTNOTE, NOTIFICATION, ROW = 3000, 2000, 4000, 5
BLOCKS, CHARACTERS = 50, 12_000
"""Of one message. Slack refuses somewhere above 13,000 characters (slackapi/bolt-js issue 2509)."""
ADDRESS = re.compile(r"https?://[^\s<>\"']{1,1990}[^\s<>\"'.,;:!?)\]]")


def to_blocks(message: Message, *, byline: bool = True) -> list[Block]:
    """The whole message; `byline` puts the author's name above their words."""
    head = " · ".join(part for part in (message.badge, message.title) if part)
    author = message.author if byline else ""
    return [
        *(_rich(_bold(text)) for text in (author, head) if text),
        *(_rich(*_runs(part)) for part in _parts(message.text, TEXT)),
        *_pairs(message.pairs),
        *_footnote(message.footnote),
        *_buttons(message.buttons),
        *(to_button(message.form) if message.form else ()),
    ]


def pages(message: Message, *, byline: bool = True) -> list[dict[str, Any]]:
    """The arguments `text` and `blocks` of the Slack messages that it takes to say the whole."""
    text = fallback(message, byline=byline)
    return [{"text": text, "blocks": blocks} for blocks in _paged(to_blocks(message, byline=byline))]


def _paged(blocks: list[Block]) -> list[list[Block]]:
    told: list[list[Block]] = [[]]
    for block in blocks:
        page = [*told[-1], block]
        if told[-1] and (len(page) > BLOCKS or sum(map(_length, page)) > CHARACTERS):
            told.append([block])
        else:
            told[-1] = page
    return told


def fallback(message: Message, *, byline: bool = True) -> str:
    """The message as text, for notifications and screen readers; a very long one is cut."""
    author = f"{message.author}: " if message.author and byline else ""
    title = message.form.title if message.form else ""
    text = author + (message.plain or title or ", ".join(file.name for file in message.files))
    safe = escape(text)
    # Escaped text may be five times as long, and must not be cut inside an entity.
    return safe if len(safe) < NOTIFICATION else escape(text[: NOTIFICATION // 5 - 1]) + "…"


def _rich(*runs: Block) -> Block:
    return {"type": "rich_text", "elements": [_line(*runs)]}


def _line(*runs: Block) -> Block:
    return {"type": "rich_text_section", "elements": list(runs)}


def _bold(text: str) -> Block:
    return {"type": "text", "text": text, "style": {"bold": True}}


def _runs(text: str) -> Iterator[Block]:
    """Text in which addresses can be opened; they read as they were typed."""
    done = 0
    for found in ADDRESS.finditer(text):
        if found.start() > done:
            yield {"type": "text", "text": text[done : found.start()]}
        yield {"type": "link", "url": found[0], "text": found[0]}
        done = found.end()
    if done < len(text):
        yield {"type": "text", "text": text[done:]}


def _parts(text: str, limit: int) -> Iterator[str]:
    """Text in pieces of at most `limit`, cut after a white space where there is one."""
    while len(text) > limit:
        space = max(text.rfind("\n", 0, limit), text.rfind(" ", 0, limit))
        cut = space + 1 if space > limit // 2 else limit
        yield text[:cut]
        text = text[cut:]
    if text:
        yield text


def _pairs(pairs: Iterable[Pair]) -> Iterator[Block]:
    lines = [_line(_bold(f"{pair.label}: "), *_runs(pair.value)) for pair in pairs]
    if lines:
        yield {"type": "rich_text", "elements": lines}


def _footnote(text: str) -> Iterator[Block]:
    if parts := [plain_text(part, FOOTNOTE) for part in _parts(text, FOOTNOTE)]:
        yield {"type": "context", "elements": parts}


def _buttons(rows: Iterable[Iterable[Button]]) -> Iterator[Block]:
    for number, row in enumerate(rows):
        elements = [_button(button, f"{number}:{place}") for place, button in enumerate(row)]
        for start in range(0, len(elements), ROW):
            yield {"type": "actions", "elements": elements[start : start + ROW]}


def _button(button: Button, place: str) -> Block:
    """A press is known by its value; a button that opens an address has none."""
    block: Block = {"type": "button", "text": plain_text(button.label, 75)}
    block["action_id"] = f"{button.action or 'open'}:{place}"
    block |= {"url": button.url} if button.url else {"value": button.data}
    if button.style is not Style.PLAIN:
        block["style"] = button.style.value
    if button.ask:
        block["confirm"] = _confirm(button)
    return block


def _confirm(button: Button) -> Block:
    block = {
        "title": plain_text(button.label, 100),
        "text": plain_text(button.ask, 300),
        "confirm": plain_text(button.label, 30),
        "deny": plain_text("Back", 30),
    }
    return block | ({"style": "danger"} if button.style is Style.DANGER else {})


def _length(node: Any) -> int:
    """Characters in all texts of a block."""
    if isinstance(node, list):
        return sum(map(_length, node))
    if not isinstance(node, dict):
        return 0
    text = node.get("text")
    return (len(text) if isinstance(text, str) else 0) + sum(map(_length, node.values()))

"""Slack's marked-up text to plain words and back (docs.slack.dev/messaging/formatting-message-text)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Block = dict[str, Any]

MARKED = re.compile(r"<([^<>]+)>")
MENTIONED = re.compile(r"<@([A-Z0-9]+)>")
ANY_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|([^<>]*))?>")


def escape(text: str) -> str:
    """Text in which nothing is a mention, a link or an entity any more."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain_text(text: str, limit: int) -> Block:
    """A text object that is shown as it stands, cut with an ellipsis to `limit` characters."""
    return {"type": "plain_text", "text": text if len(text) <= limit else text[: limit - 1] + "…", "emoji": False}


def plain(text: str, names: Mapping[str, str] | None = None, blocks: Sequence[Any] = ()) -> str:
    """What a person reads. `names` by user id for bare mentions; `blocks` tell which emoji were meant."""
    known = names or {}
    readable = MARKED.sub(lambda match: _readable(match[1], known), text)
    for word, emoji in _emoji(blocks):
        readable = readable.replace(word, emoji)
    return readable.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def mentioned(text: str) -> set[str]:
    """The ids of people mentioned without a name."""
    return set(MENTIONED.findall(text))


def all_mentioned(text: str) -> list[tuple[str, str]]:
    """The people mentioned, in order: their id, and the name Slack put beside it, if it did."""
    return [(found[1], found[2] or "") for found in ANY_MENTION.finditer(text)]


def _readable(marked: str, names: Mapping[str, str]) -> str:
    target, _, label = marked.partition("|")
    rest = target[1:]
    match target[0]:
        case "@":
            return "@" + (label or names.get(rest, rest))
        case "#":
            return "#" + (label or rest)
        case "!" if rest.startswith("date^"):
            return label
        case "!":
            return "@" + (label or rest.partition("^")[0]).removeprefix("@")
        case _:
            return _link(target, label)


def _link(target: str, label: str) -> str:
    """Slack links what people type; a label of their own keeps its address beside it, so that nothing hides."""
    address = target.removeprefix("mailto:").removeprefix("tel:")
    typed = (address, address.partition("://")[2])
    if not label or label.rstrip("/") in {text.rstrip("/") for text in typed}:
        return label or address
    return f"{label} ({address})"


def _emoji(node: Any) -> Iterator[tuple[str, str]]:
    """Slack writes emoji as `:words:`; the rich text beside it has their code points."""
    if isinstance(node, Mapping):
        if node.get("type") == "emoji" and node.get("unicode"):
            tone = f":skin-tone-{node['skin_tone']}:" if node.get("skin_tone") else ""
            yield f":{node['name']}:{tone}", "".join(chr(int(code, 16)) for code in node["unicode"].split("-"))
        node = list(node.values())
    if isinstance(node, Sequence) and not isinstance(node, str):
        for child in node:
            yield from _emoji(child)

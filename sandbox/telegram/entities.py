"""Text as Telegram measures and marks it: UTF-16 units, the HTML parse mode, and what clients find by themselves."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from sandbox.telegram.errors import Refused, bad_request

Json = dict[str, Any]

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
FOUND = (
    ("url", re.compile(r"\bhttps?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]]")),
    ("email", re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")),
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?\b")),
    ("mention", re.compile(r"(?<![\w@])@[A-Za-z]\w{3,31}\b")),
    ("hashtag", re.compile(r"(?<![\w#])#\w*[^\W\d]\w*")),
)
TOKEN = re.compile(r"<|&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|lt|gt|amp|quot);")
ATTRIBUTE = re.compile(r"""\s*([^\s=>/]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*))""")
TAG_NAME = re.compile(r"[^\s>]*")
SOLID = {"code", "pre", "text_link", "text_mention"}


def units(text: str) -> int:
    """Length in UTF-16 code units, which is how Telegram counts everything."""
    return len(text.encode("utf-16-le")) // 2


def cut(text: str, offset: int, length: int) -> str:
    """The piece of `text` that an entity covers."""
    return text.encode("utf-16-le")[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")


class _Html:
    """One pass over a text in Telegram's HTML. Offsets in errors are in bytes, as Telegram reports them."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.text = ""
        self.entities: list[Json] = []
        self.open: list[tuple[str, dict[str, str], int]] = []

    def read(self) -> tuple[str, list[Json]]:
        while token := TOKEN.search(self.source, self.at):
            self.text += self.source[self.at : token.start()]
            self.at = token.end()
            if token[0] != "<":
                self.text += unescape(token[0])
            elif self.source.startswith("/", self.at):
                self._end(token.start())
            else:
                self._start(token.start())
        self.text += self.source[self.at :]
        if self.open:
            raise bad_request(
                f"can't parse entities: Can't find end tag corresponding to start tag \"{self.open[-1][0]}\""
            )
        return self.text, self.entities

    def _bytes(self, index: int) -> int:
        return len(self.source[:index].encode())

    def _start(self, begin: int) -> None:
        name = TAG_NAME.match(self.source, self.at)
        tag = name[0].lower() if name else ""
        self.at += len(tag)
        if tag not in TAGS:
            raise bad_request(
                f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset {self._bytes(begin)}'
            )
        attributes: dict[str, str] = {}
        while found := ATTRIBUTE.match(self.source, self.at):
            attributes[found[1].lower()] = unescape(found[2] or found[3] or found[4] or "")
            self.at = found.end()
        close = self.source.find(">", self.at)
        if close < 0:
            raise bad_request(f"can't parse entities: Unclosed start tag at byte offset {self._bytes(begin)}")
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise bad_request(
                f'can\'t parse entities: Tag "span" must have class "tg-spoiler" at byte offset {self._bytes(begin)}'
            )
        if "expandable" in self.source[self.at : close]:
            attributes["expandable"] = ""
        self.at = close + 1
        self.open.append((tag, attributes, units(self.text)))

    def _end(self, begin: int) -> None:
        close = self.source.find(">", self.at)
        if close < 0:
            raise bad_request(f"can't parse entities: Unclosed end tag at byte offset {self._bytes(begin)}")
        name = self.source[self.at + 1 : close].strip().lower()
        self.at = close + 1
        if not self.open:
            raise bad_request(f"can't parse entities: Unexpected end tag at byte offset {self._bytes(begin)}")
        tag, attributes, offset = self.open.pop()
        if name not in ("", tag):
            where = f"at byte offset {self._bytes(begin)}"
            raise bad_request(
                f'can\'t parse entities: Unmatched end tag {where}, expected "</{tag}>", found "</{name}>"'
            )
        length = units(self.text) - offset
        if length and (entity := self._entity(tag, attributes, offset, length)):
            self.entities.append(entity)

    def _entity(self, tag: str, attributes: dict[str, str], offset: int, length: int) -> Json | None:
        entity: Json = {"type": TAGS[tag], "offset": offset, "length": length}
        if tag == "a":
            href = attributes.get("href") or cut(self.text, offset, length)
            return {**entity, "url": href} if valid_url(href) else None
        if tag == "tg-emoji":
            return {**entity, "custom_emoji_id": attributes.get("emoji-id", "")}
        if tag == "blockquote" and "expandable" in attributes:
            return {**entity, "type": "expandable_blockquote"}
        if tag == "code" and self.open and self.open[-1][0] == "pre" and "class" in attributes:
            self.open[-1][1]["language"] = attributes["class"].removeprefix("language-")
            return None
        if tag == "pre" and "language" in attributes:
            return {**entity, "language": attributes["language"]}
        return entity


def valid_url(url: str) -> bool:
    """Whether Telegram would open this from a text or a button."""
    parts = urlsplit(url)
    if parts.scheme == "tg":
        return True
    host = parts.hostname or ""
    return parts.scheme in ("http", "https") and ("." in host or ":" in host)


def find_entities(text: str, taken: list[Json]) -> list[Json]:
    """Addresses, commands and mentions in `text`, outside of code and links."""
    solid = [(each["offset"], each["offset"] + each["length"]) for each in taken if each["type"] in SOLID]
    found: list[Json] = []
    for kind, pattern in FOUND:
        for match in pattern.finditer(text):
            start = units(text[: match.start()])
            end = start + units(match[0])
            if all(end <= left or start >= right for left, right in solid):
                solid.append((start, end))
                found.append({"type": kind, "offset": start, "length": end - start})
    return found


def format_text(text: str, parse_mode: str = "", entities: list[Json] | None = None) -> tuple[str, list[Json]]:
    """Text without markup and its entities, trimmed and sorted. Raises Refused when the markup is wrong."""
    if len(text.encode()) > 1 << 15:
        raise bad_request("Text is too long")
    mode = parse_mode.lower()
    if mode == "html":
        text, marked = _Html(text).read()
    elif mode in ("", "none"):
        marked = [dict(entity) for entity in entities or []]
    elif mode in ("markdown", "markdownv2"):
        raise Refused(501, f"Not Implemented: the sandbox does not play parse_mode {parse_mode}")
    else:
        raise bad_request("Unsupported parse_mode")
    text, marked = _trim(text.replace("\r", ""), marked)
    every = marked + find_entities(text, marked)
    return text, sorted(every, key=lambda entity: (entity["offset"], -entity["length"]))


def _trim(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    skipped = units(text) - units(text.lstrip())
    text = text.strip()
    total, kept = units(text), []
    for entity in entities:
        start = max(entity["offset"] - skipped, 0)
        end = min(entity["offset"] + entity["length"] - skipped, total)
        if start < end:
            kept.append({**entity, "offset": start, "length": end - start})
    return text, kept

"""A message as Telegram shows it: HTML in pages that fit, buttons below. Pure.

What people typed never becomes markup: every text is escaped, and the few tags are ours.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, ReplyKeyboardMarkup
from telegram.constants import KeyboardButtonStyle, MessageLimit

from bot.channels.telegram.quiet import calls_nobody, starts_nothing
from handlers.messages import MAX_PRESS, Button, Message, Speaker, Style

STYLES = {Style.PRIMARY: KeyboardButtonStyle.PRIMARY, Style.DANGER: KeyboardButtonStyle.DANGER}
OF_TEAM = "~"
"""Stands between a team's number and a press; no action has it."""
SHARE_PLACE = ReplyKeyboardMarkup(
    [[KeyboardButton("📍 Share my location", request_location=True)]], resize_keyboard=True, one_time_keyboard=True
)


class Run(NamedTuple):
    """A piece of text in one style: `tag` is b, i or nothing."""

    text: str
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """A message made ready: `pages` of HTML, `buttons` for the last of them.

    `captioned`: the one page is short enough to stand below the message's first file.
    """

    pages: tuple[str, ...]
    buttons: InlineKeyboardMarkup | None
    captioned: bool


def to_telegram(message: Message) -> Look:
    """How `message` looks. An empty page stands for a message without words."""
    runs = _runs(message)
    captioned = bool(message.files) and sum(units(run.text) for run in runs) <= MessageLimit.CAPTION_LENGTH
    return Look(tuple(_pages(runs)) or ("",), _keyboard(message.buttons, message.speaker), captioned)


def units(text: str) -> int:
    """Length as Telegram counts it: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _runs(message: Message) -> list[Run]:
    small = [Run(message.footnote, "i")] if message.footnote else []
    blocks = [_speaker(message.speaker) + _body(message), _pairs(message), small]
    runs: list[Run] = []
    for block in filter(None, blocks):
        runs += [Run("\n\n"), *block] if runs else block
    return runs


def _speaker(speaker: Speaker | None) -> list[Run]:
    return [Run(f"{speaker.name} ▸", "i"), Run("\n")] if speaker else []


def _body(message: Message) -> list[Run]:
    head = " · ".join(part for part in (message.badge, message.title) if part)
    # Words with an author are a person's; names stand in titles and lines too.
    text = starts_nothing(message.text) if message.author else message.text
    lines = [Run(calls_nobody(head), "b"), Run(starts_nothing(message.author), "b"), Run(text)]
    shown = [line for line in lines if line.text]
    return [part for line in shown for part in (Run("\n"), line)][1:]


def _pairs(message: Message) -> list[Run]:
    runs: list[Run] = []
    for pair in message.pairs:
        runs += [Run("\n")] if runs else []
        runs += [Run(f"{pair.label}:", "b"), Run(f" {calls_nobody(pair.value)}")]
    return runs


def _pages(runs: list[Run]) -> Iterator[str]:
    """The runs as HTML, in pages of at most 4096 units; a page of nothing but space is left out."""
    page: list[Run] = []
    room = int(MessageLimit.MAX_TEXT_LENGTH)
    for run in runs:
        rest = run.text
        while units(rest) > room:
            piece = _fitting(rest, room)
            yield from _html([*page, Run(piece, run.tag)])
            page, room, rest = [], int(MessageLimit.MAX_TEXT_LENGTH), rest[len(piece) :]
        page.append(Run(rest, run.tag))
        room -= units(rest)
    yield from _html(page)


def _fitting(text: str, room: int) -> str:
    """The beginning of `text` that fits, up to a line's or a word's end when there is one in its second half."""
    piece = text.encode("utf-16-le", "surrogatepass")[: 2 * room].decode("utf-16-le", "ignore")
    half = len(piece) // 2
    cut = max(piece.rfind("\n", half), 0) or max(piece.rfind(" ", half), 0)
    return piece[: cut + 1] if cut else piece


def _html(runs: list[Run]) -> Iterator[str]:
    if any(run.text.strip() for run in runs):
        yield "".join(_tagged(run) for run in runs if run.text)


def _tagged(run: Run) -> str:
    text = escape(run.text, quote=False)
    return f"<{run.tag}>{text}</{run.tag}>" if run.tag else text


def _keyboard(rows: tuple[tuple[Button, ...], ...], speaker: Speaker | None) -> InlineKeyboardMarkup | None:
    keys = [[_key(button, speaker) for button in row] for row in rows if row]
    return InlineKeyboardMarkup(keys) if keys else None


def _key(button: Button, speaker: Speaker | None) -> InlineKeyboardButton:
    style = STYLES.get(button.style)
    if button.url:
        return InlineKeyboardButton(button.label, url=button.url, style=style)
    return InlineKeyboardButton(button.label, callback_data=_data(button, speaker), style=style)


def _data(button: Button, speaker: Speaker | None) -> str:
    """The press as a word, with the team whose button it is in front where several share the bot and it still fits."""
    whole = f"{speaker.team}{OF_TEAM}{button.data}" if speaker else button.data
    return whole if len(whole.encode()) <= MAX_PRESS else button.data

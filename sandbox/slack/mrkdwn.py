"""Slack's message markup, taken apart into pieces that a page can draw without ever trusting the text.

A piece has a `kind` (text, link, person, channel, all, code, pre, emoji), a `text`, `styles` (bold, italic, strike)
and, for a link, its `url`.
"""

import html
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox.slack.model import Json, Person, Workspace

FENCE = re.compile(r"```\n?(.*?)```", re.S)
TOKEN = re.compile(r"`([^`\n]+)`|<([^<>\n]+)>|:([a-z0-9_+'-]+):")
STYLES = (("*", "bold"), ("_", "italic"), ("~", "strike"))
URL = re.compile(r"(?<![\w<|])https?://[^\s<>|]+[^\s<>|.,;:!?)\]'\"]")
MAIL = re.compile(r"(?<![\w:/|<.])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
EMOJI = {
    "white_check_mark": "✅", "heavy_check_mark": "✔️", "warning": "⚠️", "eyes": "👀", "lock": "🔒",
    "x": "❌", "wave": "👋", "calendar": "📅", "spiral_calendar_pad": "🗓️", "credit_card": "💳",
    "moneybag": "💰", "receipt": "🧾", "phone": "☎️", "video_camera": "📹", "movie_camera": "🎥",
    "bell": "🔔", "bellhop_bell": "🛎️", "clock3": "🕒", "hourglass": "⌛", "hourglass_flowing_sand": "⏳",
    "no_entry": "⛔", "no_entry_sign": "🚫", "information_source": "\u2139\ufe0f", "link": "🔗", "memo": "📝",
    "speech_balloon": "💬", "bust_in_silhouette": "👤", "globe_with_meridians": "🌐", "tada": "🎉",
    "smile": "😄", "slightly_smiling_face": "🙂", "heart": "❤️", "+1": "👍", "thumbsup": "👍", "-1": "👎",
    "rocket": "🚀", "fire": "🔥", "pray": "🙏", "leftwards_arrow_with_hook": "↩️", "paperclip": "📎",
    "package": "📦", "robot_face": "🤖", "large_green_circle": "🟢", "red_circle": "🔴",
    "large_yellow_circle": "🟡", "white_circle": "⚪", "pencil2": "✏️", "arrows_counterclockwise": "🔄",
    "page_facing_up": "📄", "key": "🔑", "email": "📧", "house": "🏠", "star": "⭐",
}  # fmt: skip


def pieces(text: str, team: Workspace, reader: Person, now: datetime, *, plain: bool = False) -> list[Json]:
    """The pieces of `text` as `reader` sees them; `plain` text knows only emoji."""
    if plain:
        return _merge([_emoji(part) if part.startswith(":") else _text(part) for part in _split_emoji(text)])
    found: list[Json] = []
    for number, part in enumerate(FENCE.split(text)):
        if number % 2:
            found.append({"kind": "pre", "text": html.unescape(part)})
        elif part:
            found += _inline(part, team, reader, now)
    return _merge(found)


def _inline(text: str, team: Workspace, reader: Person, now: datetime) -> list[Json]:
    found: list[Json] = []
    open_styles: list[str] = []
    position = 0
    for match in TOKEN.finditer(text):
        found += _styled(text, position, match.start(), open_styles)
        code, token, emoji = match.groups()
        piece = _code(code) if code else _emoji(f":{emoji}:") if emoji else _token(token, team, reader, now)
        found.append({**piece, "styles": list(open_styles)})
        position = match.end()
    return found + _styled(text, position, len(text), open_styles)


def _styled(text: str, start: int, end: int, open_styles: list[str]) -> list[Json]:
    """Plain pieces between `start` and `end`; the marks `*`, `_` and `~` switch styles, across tokens too."""
    found: list[Json] = []
    run = start
    for at in range(start, end):
        style = dict(STYLES).get(text[at])
        if style and _switches(text, at, style in open_styles):
            found.append({**_text(text[run:at]), "styles": list(open_styles)})
            run = at + 1
            others = [one for one in open_styles if one != style]
            open_styles[:] = others if style in open_styles else [*others, style]
    return [*found, {**_text(text[run:end]), "styles": list(open_styles)}]


def _switches(text: str, at: int, is_open: bool) -> bool:
    """A mark opens at a word's beginning, when its partner stands later in the line, and closes at a word's end."""
    before, after = text[at - 1 : at] or " ", text[at + 1 : at + 2] or " "
    if is_open:
        return not before.isspace() and not after.isalnum()
    partner = re.compile(rf"[^\s{re.escape(text[at])}]{re.escape(text[at])}(?!\w)")
    line = text[at + 1 :].split("\n", 1)[0]
    return not before.isalnum() and not after.isspace() and bool(partner.search(line))


def _text(text: str) -> Json:
    return {"kind": "text", "text": html.unescape(text), "styles": []}


def _code(text: str) -> Json:
    return {"kind": "code", "text": html.unescape(text)}


def _split_emoji(text: str) -> list[str]:
    return re.split(r"(:[a-z0-9_+'-]+:)", text)


def _emoji(name: str) -> Json:
    known = EMOJI.get(name.strip(":"))
    return {"kind": "emoji", "text": known, "name": name, "styles": []} if known else _text(name)


def _token(token: str, team: Workspace, reader: Person, now: datetime) -> Json:
    body, _, label = token.partition("|")
    if body.startswith("@"):
        person = team.everyone().get(body[1:])
        return {"kind": "person", "text": "@" + (person.real_name if person else label or body[1:])}
    if body.startswith("#"):
        channel = team.channels.get(body[1:])
        return {"kind": "channel", "text": "#" + (channel.name if channel else label or body[1:])}
    if body.startswith("!date^"):
        return _date(body, label, reader, now)
    if body.startswith("!"):
        return {"kind": "all", "text": "@" + body[1:].partition("^")[0]}
    return {"kind": "link", "text": html.unescape(label or body.removeprefix("mailto:")), "url": html.unescape(body)}


def _date(body: str, fallback: str, reader: Person, now: datetime) -> Json:
    _, stamp, pattern, *link = body.split("^")
    try:
        moment = datetime.fromtimestamp(int(stamp), UTC).astimezone(ZoneInfo(reader.tz))
    except (ValueError, OverflowError):
        return _text(fallback)
    today = now.astimezone(ZoneInfo(reader.tz)).date()
    text = re.sub(r"\{(\w+)\}", lambda m: _date_part(m[1], moment, today, reader, now) or m[0], pattern)
    return {"kind": "link" if link else "text", "text": html.unescape(text), "url": link[0] if link else ""}


def _date_part(name: str, moment: datetime, today: date, reader: Person, now: datetime) -> str:
    clock, seconds = ("%-I:%M %p", "%-I:%M:%S %p") if reader.locale.endswith(("US", "IN")) else ("%H:%M", "%H:%M:%S")
    long = f"{moment:%B} {_ordinal(moment.day)}, {moment.year}"
    forms = {
        "date_num": f"{moment:%Y-%m-%d}",
        "date_slash": f"{moment:%m/%d/%Y}",
        "date": long,
        "date_short": f"{moment:%b %-d, %Y}",
        "date_long": f"{moment:%A}, {long}",
        "time": moment.strftime(clock),
        "time_secs": moment.strftime(seconds),
        "ago": _ago(now - moment),
    }
    if not name.endswith("_pretty"):
        return forms.get(name, "")
    near = {today: "today", today - timedelta(1): "yesterday", today + timedelta(1): "tomorrow"}
    return near.get(moment.date()) or forms.get(name.removesuffix("_pretty"), "")


def _ordinal(day: int) -> str:
    ending = "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def _ago(gone: timedelta) -> str:
    seconds = abs(int(gone.total_seconds()))
    size, unit = next((size, unit) for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
                      if seconds >= size or unit == "second")  # fmt: skip
    count = f"{seconds // size} {unit}" + ("" if seconds // size == 1 else "s")
    return f"{count} ago" if gone >= timedelta(0) else f"in {count}"


def _merge(found: list[Json]) -> list[Json]:
    return [piece for piece in found if piece["text"]]


def typed(text: str, team: Workspace) -> str:
    """What Slack makes of what a person typed: escaped, with links and mentions marked."""
    text = html.escape(text, quote=False)
    text = URL.sub(lambda m: f"<{m[0]}>", text)
    text = MAIL.sub(lambda m: f"<mailto:{m[0]}|{m[0]}>", text)
    for person in team.everyone().values():
        text = re.sub(rf"(?<!\w)@(?:{re.escape(person.name)}|{re.escape(person.real_name)})\b", f"<@{person.id}>", text,
                      flags=re.I)  # fmt: skip
    return text

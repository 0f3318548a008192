"""A pack of evidence as PDF: the same lines as its JSON, for people."""

from handlers.papers.chain import Line, Pack
from handlers.papers.sheet import ACCENT, INK, SOFT, Sheet

INDENT = 46.0
"""Where a line's words begin, in millimetres from the margin: after its number and its moment."""


def draw_pack(pack: Pack) -> bytes:
    """The pack, a line after the other, each with its hash."""
    sheet = Sheet(
        f"{pack.model_dump_json()} Evidence",
        title=f"Evidence {pack.name}",
        made_at=pack.made_at,
        stamp="" if pack.live else "TEST",
        small_print=f"{pack.name} · SHA-256 {pack.head}",
    )
    _head(sheet, pack)
    for line in pack.lines:
        _line(sheet, line)
    return sheet.finished()


def _head(sheet: Sheet, pack: Pack) -> None:
    sheet.look(18, ACCENT)
    sheet.strong("Evidence", height=9)
    sheet.look(10, SOFT)
    sheet.words(f"{pack.name} · {pack.team}")
    sheet.look(11, INK)
    sheet.words(pack.about, height=7)
    sheet.look(8.5, SOFT)
    sheet.words(
        "Every moment is UTC. Each line is hashed (SHA-256) together with the hash of the line before it; the last "
        f"hash is {pack.head}. The JSON of the same name holds the hashes in full.",
        height=4.6,
    )
    if not pack.live:
        sheet.words("This is test money. Nothing was paid.", height=4.6)
    sheet.rule(gap=5)


def _line(sheet: Sheet, line: Line) -> None:
    if sheet.will_page_break(16):
        sheet.add_page()
    top = sheet.get_y()
    sheet.look(8.5, SOFT)
    sheet.cell(8, 5, str(line.number))
    sheet.cell(INDENT - 8, 5, f"{line.at:%Y-%m-%d %H:%M:%S}")
    left = sheet.l_margin + INDENT
    sheet.set_xy(left, top)
    sheet.look(9.5, INK)
    sheet.words(line.what, height=5)
    for name, value in line.facts.items():
        sheet.set_x(left)
        sheet.look(8.5, SOFT)
        sheet.words(f"{name}: {value}", height=4.4)
    sheet.set_x(left)
    sheet.look(7, SOFT)
    sheet.words(f"{line.hash[:12]} after {line.before[:12]}", height=4)
    sheet.set_x(sheet.l_margin)
    sheet.rule(gap=2)

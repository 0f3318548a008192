"""Receipts and credit notes as PDF. The same slip gives the same bytes, as long as the fonts stay the same."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

from handlers.papers.sheet import ACCENT, INK, SOFT, Sheet
from handlers.papers.slips import Slip
from handlers.papers.wording import Words, words_for
from handlers.words import clock_time, sum_of
from payments.numbering import PaperKind
from payments.tax import percent

MIDDLE = 98.0
"""Where the right half of the page begins, in millimetres."""
TEST = "TEST"


def draw_slip(slip: Slip, *, void: bool = False) -> bytes:
    """A receipt or a credit note; `void`: its refund failed after all."""
    words = words_for(slip.language)
    sheet = Sheet(
        f"{slip.model_dump_json()}{words}",
        title=f"{words.title(slip.kind)} {slip.name}",
        made_at=slip.issued_at,
        stamp="" if slip.live and not void else "VOID" if void else TEST,
        small_print=f"{slip.seller.name} · {slip.name}",
    )
    _head(sheet, slip, words)
    _about(sheet, slip, words)
    _sums(sheet, slip, words)
    _remarks(sheet, slip, words, void=void)
    return sheet.finished()


def _head(sheet: Sheet, slip: Slip, words: Words) -> None:
    top = sheet.get_y()
    sheet.look(15)
    sheet.strong(slip.seller.name, width=76, height=7.5)
    sheet.look(9, SOFT)
    for line in (*slip.seller.address.splitlines(), f"{words.tax_id}: {slip.seller.tax_id}"):
        if line.strip() and not line.endswith(": "):
            sheet.words(line, width=76, height=4.8)
    bottom = sheet.get_y()
    sheet.set_xy(MIDDLE, top)
    sheet.look(20, ACCENT)
    sheet.strong(words.title(slip.kind), height=9, align="R")
    sheet.look(10, SOFT)
    sheet.words(slip.name, align="R")
    sheet.set_xy(sheet.l_margin, max(bottom, sheet.get_y()) + 5)
    sheet.rule()


def _about(sheet: Sheet, slip: Slip, words: Words) -> None:
    top = sheet.get_y() + 4
    sheet.set_xy(sheet.l_margin, top)
    _labelled(sheet, words.customer, slip.customer, width=72)
    bottom = sheet.get_y()
    sheet.set_xy(MIDDLE, top)
    for label, value in _facts(slip, words):
        sheet.set_x(MIDDLE)
        sheet.look(9, SOFT)
        sheet.cell(32, 6, label)
        sheet.look(9.5)
        sheet.words(value, height=6)
    sheet.set_xy(sheet.l_margin, max(bottom, sheet.get_y()) + 9)


def _labelled(sheet: Sheet, label: str, value: str, *, width: float) -> None:
    sheet.look(9, SOFT)
    sheet.words(label, width=width)
    sheet.look(12)
    sheet.words(value, width=width, height=6.5)


def _facts(slip: Slip, words: Words) -> list[tuple[str, str]]:
    facts = [(words.date, _day(slip.issued_at, slip.zone, words))]
    if slip.receipt:
        facts.append((words.for_receipt, slip.receipt))
    facts.append((words.paid_on, f"{_day(slip.paid_at, slip.zone, words)}, {clock_time(slip.paid_at, slip.zone)}"))
    facts.append((words.paid_with, slip.gateway))
    facts.append((words.payment, slip.payment))
    return [(label, value) for label, value in facts if value]


def _day(moment: datetime, zone: str, words: Words) -> str:
    return format_date(moment.astimezone(ZoneInfo(zone)).date(), "long", locale=words.locale)


def _sums(sheet: Sheet, slip: Slip, words: Words) -> None:
    sheet.look(9, SOFT)
    _row(sheet, words.what, words.amount)
    sheet.rule(gap=2)
    sheet.look(11)
    if slip.rows and slip.kind is PaperKind.RECEIPT:
        for row in slip.rows:
            _row(sheet, row.label(words, slip.currency), row.sum(words, slip.currency), height=6.5)
    else:
        _row(sheet, slip.description, _sum(slip.total, slip, words), height=8)
    if slip.reason:
        sheet.look(9, SOFT)
        _row(sheet, f"{words.reason}: {slip.reason}", "")
    sheet.rule(gap=4)
    if slip.taxes:
        sheet.look(10, SOFT)
        _row(sheet, words.net, _sum(slip.net, slip, words), label_align="R")
    for rate, tax in slip.taxes:
        _row(sheet, words.tax.format(percent(rate)), _sum(tax, slip, words), label_align="R")
    sheet.set_y(sheet.get_y() + 1.5)
    sheet.look(14, INK)
    label = words.given_back if slip.kind is PaperKind.CREDIT_NOTE else words.total
    _row(sheet, label, _sum(slip.total, slip, words), height=9, label_align="R", strong=True)


def _row(sheet: Sheet, label: str, value: str, *, height: float = 6, label_align: str = "L",
         strong: bool = False) -> None:  # fmt: skip
    """A label as long as it needs to be, and a sum at the right margin."""
    write = sheet.strong if strong else sheet.words
    top, left = sheet.get_y(), sheet.l_margin
    sheet.set_x(left)
    write(label, width=sheet.epw - 45, height=height, align=label_align)
    bottom = sheet.get_y()
    sheet.set_xy(left + sheet.epw - 45, top)
    write(value, width=45, height=height, align="R")
    sheet.set_xy(left, max(bottom, sheet.get_y()))


def _sum(minor: int, slip: Slip, words: Words) -> str:
    return sum_of(minor, slip.currency, words.locale)


def _remarks(sheet: Sheet, slip: Slip, words: Words, *, void: bool) -> None:
    sheet.set_y(sheet.get_y() + 8)
    sheet.look(9, SOFT)
    if slip.kind is PaperKind.CREDIT_NOTE:
        sheet.words(words.so_far.format(back=_sum(slip.back, slip, words), paid=_sum(slip.paid, slip, words)))
    if void:
        sheet.words(words.void)
    if not slip.live:
        sheet.words(words.test)

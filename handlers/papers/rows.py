"""The lines of a receipt: what was bought, what made it cheaper, which part this payment is, and the tax by rate."""

from collections.abc import Sequence
from enum import StrEnum

from handlers.checkout.bills import MINUS, Asked, on_top
from handlers.messages import Plain
from handlers.papers.wording import Words
from handlers.words import sum_of
from payments.pricing import ONE, Part, left, taken
from payments.tax import percent


class RowKind(StrEnum):
    """What a row says."""

    ITEM = "item"
    ON_TOP = "on_top"
    COUPON = "coupon"
    WHOLE = "whole"
    BEFORE = "before"
    LATER = "later"
    TIP = "tip"


class SlipRow(Plain):
    """A row of the arithmetic, as it was: `minor` in minor units, below zero for what is taken off.

    `text` is what an item is, or a coupon's code; `quantity` in hundredths; `rate` in hundredths of a percent.
    """

    kind: RowKind
    minor: int
    text: str = ""
    quantity: int = ONE
    unit: int = 0
    rate: int = 0

    def label(self, words: Words, currency: str) -> str:
        """What stands before the sum."""
        match self.kind:
            case RowKind.ITEM if self.quantity != ONE:
                return f"{percent(self.quantity)} × {sum_of(self.unit, currency, words.locale)} {self.text}"
            case RowKind.ITEM:
                return self.text
            case RowKind.ON_TOP:
                return words.on_top.format(percent(self.rate))
            case RowKind.COUPON:
                return f"{words.coupon} {self.text}".strip()
        return {
            RowKind.WHOLE: words.whole, RowKind.BEFORE: words.before, RowKind.LATER: words.later, RowKind.TIP: words.tip
        }[self.kind]  # fmt: skip

    def sum(self, words: Words, currency: str) -> str:
        """The sum, with its sign where it is taken off."""
        return (MINUS if self.minor < 0 else "") + sum_of(abs(self.minor), currency, words.locale)


class SlipPart(Plain):
    """The sum at one rate of tax, and the tax in it."""

    rate: int | None
    total: int
    tax: int

    @classmethod
    def of(cls, part: Part) -> "SlipPart":
        """A part of a bill, to be kept."""
        return cls(rate=part.rate, total=part.total, tax=part.tax)

    @property
    def part(self) -> Part:
        """For the arithmetic."""
        return Part(self.rate, self.total, self.tax)


def rows_of(asked: Asked) -> tuple[SlipRow, ...]:
    """The arithmetic of a payment, which ends at what was paid; () for one plain sum."""
    if asked.is_plain:
        return ()
    rows = [
        SlipRow(kind=RowKind.ITEM, minor=item.price, text=item.text, quantity=item.quantity, unit=item.unit)
        for item in asked.bill.items
    ]
    rows += [SlipRow(kind=RowKind.ON_TOP, minor=tax, rate=rate) for rate, tax in on_top(asked)]
    if asked.bill.off:
        rows.append(SlipRow(kind=RowKind.COUPON, minor=-asked.bill.off, text=asked.coupon))
    if asked.rest or asked.before or asked.tip:
        rows.append(SlipRow(kind=RowKind.WHOLE, minor=asked.bill.total))
    for kind, minor in ((RowKind.BEFORE, -asked.before), (RowKind.LATER, -asked.rest), (RowKind.TIP, asked.tip)):
        if minor:
            rows.append(SlipRow(kind=kind, minor=minor))
    return tuple(rows)


def paid_parts(asked: Asked) -> tuple[SlipPart, ...]:
    """What was paid, by rate of tax; () for one plain sum."""
    return () if asked.is_plain else tuple(map(SlipPart.of, asked.with_tip))


def parts_back(paid: Sequence[SlipPart], notes: Sequence[Sequence[SlipPart]], minor: int) -> tuple[SlipPart, ...]:
    """The parts of one more refund of `minor`, out of what earlier credit notes have left of a payment."""
    gone = [[part.part for part in note] for note in notes]
    return tuple(map(SlipPart.of, taken(left([part.part for part in paid], *gone), minor)))

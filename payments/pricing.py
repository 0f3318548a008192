"""The arithmetic of a request: lines, a discount, tax by rate, a tip, a deposit and its rest. Minor units throughout.

One rule of rounding: **half a minor unit goes up** (`payments.tax.half_up`), once for each thing that is worked out;
what is divided is divided along a running total. So parts make their whole to the unit, and no part is below zero:

- a line is its quantity times its price, rounded; tax on top is worked out for the line and rounded;
- a discount is rounded once, and spread over the lines by their sums, tax included;
- the tax in a line is worked out from what is left of it; the tax of a rate is what its lines make together;
- a part of a bill (a deposit, a refund) is spread over the rates by their sums, and takes tax in proportion;
- what a part does not take is the rest: nothing is worked out twice, so deposit and rest make the whole.

Rates and percentages are in hundredths of a percent, quantities in hundredths.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from payments.tax import WHOLE, Split, half_up, upon, within

ONE = 100
"""A quantity of one."""


@dataclass(frozen=True, slots=True)
class Item:
    """What somebody asks money for. `unit` is without its tax where it comes `on_top`; `rate` None: no word of tax."""

    text: str
    unit: int
    quantity: int = ONE
    rate: int | None = None
    on_top: bool = False

    @property
    def price(self) -> int:
        """Quantity times unit: without tax where it comes on top."""
        return half_up(self.unit * self.quantity, ONE)

    @property
    def priced(self) -> Split:
        """The price with its tax."""
        return upon(self.price, self.rate or 0) if self.on_top else within(self.price, self.rate or 0)


@dataclass(frozen=True, slots=True)
class Discount:
    """Something off: `percent` of all lines, or else the sum `minor`, which never takes more than there is."""

    percent: int | None = None
    minor: int = 0

    def of(self, total: int) -> int:
        """What it takes off a total."""
        wanted = self.minor if self.percent is None else share(total, self.percent)
        return min(wanted, total)


@dataclass(frozen=True, slots=True)
class Part:
    """The sum at one rate of tax, and the tax in it."""

    rate: int | None
    total: int
    tax: int = 0


@dataclass(frozen=True, slots=True)
class Bill:
    """All lines worked out. `parts`: what is left after the discount, by rate, in the order of the lines."""

    items: tuple[Item, ...]
    off: int
    parts: tuple[Part, ...]

    @property
    def total(self) -> int:
        """What is to be paid for all lines."""
        return sum(part.total for part in self.parts)


def work_out(items: Sequence[Item], discount: Discount | None = None) -> Bill:
    """The bill of some lines."""
    sums = [item.priced.total for item in items]
    off = discount.of(sum(sums)) if discount else 0
    left = [total - less for total, less in zip(sums, spread(off, sums), strict=True)]
    parts = [Part(item.rate, total, within(total, item.rate or 0).tax) for item, total in zip(items, left, strict=True)]
    return Bill(tuple(items), off, gathered(parts))


def share(total: int, percent: int) -> int:
    """So many percent of a total."""
    return half_up(total * percent, WHOLE)


def spread(minor: int, over: Sequence[int]) -> tuple[int, ...]:
    """`minor`, divided in proportion to some sums; no share is larger than its sum as long as `minor` fits into all.

    Raises ValueError for a sum below zero, and where there is nothing to spread over.
    """
    whole = sum(over)
    if min([minor, *over]) < 0 or (minor and not whole):
        raise ValueError("there is nothing to spread this over")
    marks = [half_up(minor * reached, whole) if whole else 0 for reached in accumulate(over, initial=0)]
    return tuple(after - before for before, after in pairwise(marks))


def taken(parts: Sequence[Part], minor: int) -> tuple[Part, ...]:
    """The part of a bill that a payment or a refund of `minor` is, by rate. Raises ValueError for more than all."""
    if minor > sum(part.total for part in parts):
        raise ValueError("more than the whole")
    cuts = zip(parts, spread(minor, [part.total for part in parts]), strict=True)
    return tuple(Part(part.rate, cut, half_up(part.tax * cut, part.total) if cut else 0) for part, cut in cuts)


def left(parts: Sequence[Part], *gone: Sequence[Part]) -> tuple[Part, ...]:
    """What stays of a bill when parts of it, each in the same order of rates, are gone."""
    rest = list(parts)
    for each in gone:
        rest = [Part(a.rate, a.total - b.total, a.tax - b.tax) for a, b in zip(rest, each, strict=True)]
    return tuple(rest)


def gathered(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Parts of the same rate put together, in the order of their first."""
    by_rate: dict[int | None, list[Part]] = {}
    for part in parts:
        by_rate.setdefault(part.rate, []).append(part)
    return tuple(Part(rate, sum(p.total for p in same), sum(p.tax for p in same)) for rate, same in by_rate.items())

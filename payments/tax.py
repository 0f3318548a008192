"""Tax in whole minor units. Rates are in hundredths of a percent: 1900 is 19 %.

One rule of rounding for every line of every paper: half a minor unit goes up. Part refunds are rounded on their running
total, so that the taxes of all credit notes together are the receipt's tax, however a sum goes back.
"""

from dataclasses import dataclass

WHOLE = 10_000
"""A hundred percent."""


@dataclass(frozen=True, slots=True)
class Split:
    """A sum that was paid, in minor units, with the tax in it."""

    total: int
    tax: int

    @property
    def net(self) -> int:
        """What the seller keeps."""
        return self.total - self.tax


def half_up(numerator: int, denominator: int) -> int:
    """The quotient as a whole number. Raises ValueError below zero, where "up" would mean another thing."""
    if numerator < 0 or denominator <= 0:
        raise ValueError("only sums from zero on are rounded")
    return (2 * numerator + denominator) // (2 * denominator)


def within(total: int, rate: int) -> Split:
    """The tax that a sum contains."""
    return Split(total, half_up(total * rate, WHOLE + rate))


def upon(net: int, rate: int) -> Split:
    """A price with the tax put on top of it; `within` takes the same two parts out of its total again."""
    tax = half_up(net * rate, WHOLE)
    return Split(net + tax, tax)


def between(before: int, after: int, rate: int) -> Split:
    """What one more refund gives back when the refunded total grows from `before` to `after`."""
    return Split(after - before, within(after, rate).tax - within(before, rate).tax)


def percent(rate: int) -> str:
    """A rate as people write it: `19`, `8.1`."""
    whole, rest = divmod(rate, 100)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".") if rest else str(whole)

"""How Telegram spells money, and what it takes: minor units by ISO's exponents, and Stars, which have none.

Smallest and largest sums move with exchange rates; these are those of 2026-11, from
https://core.telegram.org/bots/payments/currencies.json. What is refused meanwhile is told by Telegram itself.
"""

from datetime import timedelta
from typing import Any

from payments.errors import AmountRefused
from payments.gateway import Limits
from payments.money import CODE, Money, format_money

STARS = "XTR"
"""Telegram's own money; the only one it gives back."""
MOST_STARS = 25_000

_SPANS = {
    "USD": (100, 1_000_000), "EUR": (82, 827_805), "GBP": (72, 720_365), "INR": (7_455, 74_550_499),
    "JPY": (108, 1_088_524), "KRW": (1_112, 11_122_950), "BRL": (545, 5_452_697), "AED": (367, 3_673_202),
    "CHF": (91, 915_009), "SGD": (132, 1_327_030), "AUD": (129, 1_291_770), "CAD": (124, 1_240_750),
    "IDR": (1_452_005, 14_520_050_000), "HUF": (30_007, 300_075_024), "ISK": (124, 1_240_104),
    "UGX": (3_606, 36_066_184), "VND": (23_054, 230_540_917), "CLP": (701, 7_019_997), "PYG": (6_471, 64_716_133),
    STARS: (1, MOST_STARS),
}  # fmt: skip
"""Smallest and largest total of an invoice, in minor units."""

# An invoice has no end of its own: the question before each payment is where it ends, and that is ours to answer.
SHORTEST, LONGEST = timedelta(0), timedelta(days=1000)


def limits(currency: str) -> Limits | None:
    """The smallest and largest invoice; None for a currency that Telegram does not take."""
    if currency not in _SPANS:
        return None
    least, most = _SPANS[currency]
    return Limits(Money(least, currency), Money(most, currency), SHORTEST, LONGEST)


def to_telegram(money: Money) -> int:
    """Our minor units as Telegram counts them. Raises AmountRefused for a sum or a currency it does not take."""
    span = limits(money.currency)
    if span is None:
        raise AmountRefused(f"Telegram takes no {money.currency}.")
    if not span.minimum <= money <= span.maximum:
        raise AmountRefused(f"Telegram takes {format_money(span.minimum)} to {format_money(span.maximum)} at once.")
    return money.minor


def from_telegram(total: Any, currency: Any) -> Money:
    """Telegram's number as our money. Raises ValueError for what is not a sum."""
    if type(total) is not int or total < 0 or not isinstance(currency, str) or not CODE.fullmatch(currency):
        raise ValueError("Telegram's sums are whole numbers with a currency")
    return Money(total, currency)

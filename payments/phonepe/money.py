"""How PhonePe spells money, and what it takes: rupees alone, counted in paisa.

https://developer.phonepe.com/payment-gateway, "Initiate Payment" and "Initiate Refund", read 2026-11.
"""

from datetime import timedelta
from typing import Any

from payments.errors import AmountRefused
from payments.gateway import Limits
from payments.money import Money, format_money

CURRENCY = "INR"
SMALLEST = 100
"""One rupee, for payments and for refunds."""
# PhonePe names no largest sum; every bank and UPI app has its own. A crore of rupees catches slips of the pen.
LARGEST = 1_000_000_000

# A page stays open 300 to 3600 seconds after it is made; the margin is for clocks that differ and for retries.
SHORTEST, LONGEST = timedelta(seconds=360), timedelta(seconds=3600)


def to_phonepe(money: Money) -> int:
    """Our minor units as PhonePe counts them. Raises AmountRefused for a sum or a currency it does not take."""
    if money.currency != CURRENCY:
        raise AmountRefused(f"PhonePe takes rupees only, not {money.currency}.")
    if money.minor < SMALLEST:
        raise AmountRefused(f"PhonePe takes and gives back {format_money(Money(SMALLEST, CURRENCY))} at least.")
    return money.minor


def from_phonepe(paisa: Any) -> Money:
    """PhonePe's number as our money. Raises ValueError for what is not a sum."""
    if type(paisa) is not int or paisa < 0:
        raise ValueError("PhonePe's sums are whole numbers of paisa")
    return Money(paisa, CURRENCY)


def limits(currency: str) -> Limits | None:
    """The smallest and largest payment; None for anything but rupees."""
    if currency != CURRENCY:
        return None
    return Limits(Money(SMALLEST, CURRENCY), Money(LARGEST, CURRENCY), SHORTEST, LONGEST)

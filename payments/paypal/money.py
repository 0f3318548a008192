"""How PayPal spells money, and what it takes. https://developer.paypal.com/api/rest/reference/currency-codes/."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from payments.errors import AmountRefused
from payments.gateway import Limits
from payments.money import Money, exponent_of, format_money

# "This currency does not support decimals. Decimal amounts cause an error."
WHOLE = frozenset({"HUF", "JPY", "TWD"})
# BRL, CNY, INR and MYR are for accounts of their own country: PayPal says so when the order is made.
SUPPORTED = frozenset(
    """AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS INR JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD USD""".split()
)
LARGEST_UNITS = 10**7 - 1
"""Seven digits before the point: what every version of the API takes."""
VALUE = re.compile(r"(\d{1,15})(?:\.(\d{1,6}))?", re.ASCII)

# A page that nobody approves lapses after three hours. It cannot be closed earlier, so an earlier end would be untrue.
OPEN = timedelta(hours=2, minutes=55)


def to_paypal(money: Money) -> dict[str, str]:
    """Our minor units as PayPal's decimal text. Raises AmountRefused for a sum PayPal cannot say."""
    units, rest = divmod(money.minor, 10**money.exponent)
    if money.minor <= 0 or (rest and money.currency in WHOLE):
        why = "the sum has to be more than nothing" if money.minor <= 0 else "it takes no decimals in this currency"
        raise AmountRefused(f"PayPal cannot charge {format_money(money)}: {why}.")
    value = str(units) if money.currency in WHOLE or not money.exponent else f"{units}.{rest:0{money.exponent}}"
    return {"currency_code": money.currency, "value": value}


def from_paypal(amount: Mapping[str, Any]) -> Money:
    """PayPal's decimal text as our money. Raises ValueError for anything but a sum in the currency's own decimals."""
    currency, found = amount["currency_code"], VALUE.fullmatch(amount["value"])
    if found is None:
        raise ValueError("the value is not a decimal number")
    exponent = exponent_of(currency)
    decimals = (found[2] or "").rstrip("0")
    if len(decimals) > exponent:
        raise ValueError("the value has more decimals than its currency")
    return Money(int(found[1] + decimals.ljust(exponent, "0")), currency)


def limits(currency: str) -> Limits | None:
    """The smallest and largest charge; None for a currency PayPal does not take."""
    if currency not in SUPPORTED:
        return None
    unit = 10 ** exponent_of(currency)
    smallest = unit if currency in WHOLE else 1
    largest = LARGEST_UNITS * unit + (0 if currency in WHOLE else unit - 1)
    return Limits(Money(smallest, currency), Money(largest, currency), OPEN, OPEN)

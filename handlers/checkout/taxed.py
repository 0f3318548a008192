"""A team whose prices are without tax asks for the price and the tax on top; everybody else asks for the price."""

from handlers.words import sum_of
from payments.money import Money
from payments.tax import percent, upon, within
from storage.tables import Team


def due(team: Team, price: Money) -> Money:
    """What the customer has to pay for a price."""
    if team.prices_include_tax or not team.tax_rate:
        return price
    return Money(upon(price.minor, team.tax_rate).total, price.currency)


def tax_in(team: Team, minor: int, currency: str) -> str:
    """The tax in a sum that is asked for, as the agent reads it: `$7.82 (19 %)`; "" for a team that tells no rate."""
    if not team.tax_rate:
        return ""
    return f"{sum_of(within(minor, team.tax_rate).tax, currency)} ({percent(team.tax_rate)} %)"

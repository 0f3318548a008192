"""A team whose prices are without tax asks for the price and the tax on top; everybody else asks for the price."""

from payments.money import Money
from payments.tax import upon
from storage.tables import Team


def due(team: Team, price: Money) -> Money:
    """What the customer has to pay for a price."""
    if team.prices_include_tax or not team.tax_rate:
        return price
    return Money(upon(price.minor, team.tax_rate).total, price.currency)

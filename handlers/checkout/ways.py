"""The ways a sum can be paid: a team's gateways that take it, the likeliest first. The customer chooses."""

from handlers.house import House
from payments.gateway import Gateway
from payments.money import Money, format_money
from storage.tables import PaymentRequest, Team

AT_HOME = {"INR": ("razorpay", "phonepe"), "XTR": ("telegram",)}
"""Currencies whose payers expect a gateway of their own country or platform first."""


def ways(house: House, team: Team, amount: Money, *, live: bool | None = None) -> tuple[Gateway, ...]:
    """The gateways that can take the sum; with `live`, those of that mode alone, so that the two never mix."""
    fitting = [gateway for gateway in house.gateways_of(team) if not refusal(gateway, amount)]
    same = [gateway for gateway in fitting if live is None or gateway.live is live]
    home = AT_HOME.get(amount.currency, ())
    return tuple(sorted(same, key=lambda gateway: gateway.name not in home))


def ways_of(house: House, team: Team, request: PaymentRequest) -> tuple[Gateway, ...]:
    """The ways to pay a request that was made."""
    return ways(house, team, Money(request.amount_minor, request.currency), live=request.live)


def refusal(gateway: Gateway, amount: Money) -> str:
    """Why a gateway cannot take a sum, as a sentence for the agent; "" when it can."""
    limits = gateway.limits(amount.currency)
    if limits is None:
        return f"{gateway.title} does not take {amount.currency}."
    if amount < limits.minimum:
        return f"{gateway.title} takes {format_money(limits.minimum)} or more; you asked for {format_money(amount)}."
    if limits.maximum < amount:
        return f"{gateway.title} takes at most {format_money(limits.maximum)}; you asked for {format_money(amount)}."
    return ""

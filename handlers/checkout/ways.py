"""The ways a sum can be paid: a team's gateways that take it, the likeliest first. The customer chooses."""

from collections.abc import Collection

from handlers.house import House
from payments.gateway import Gateway
from payments.money import Money, format_money
from storage.tables import PaymentRequest, Side, Team
from storage.work import Work

AT_HOME = {"INR": ("razorpay", "phonepe"), "XTR": ("telegram",)}
"""Currencies whose payers expect a gateway of their own country or platform first."""
AT_HOME_ON = {"telegram": "telegram"}
"""Gateways whose page opens in one messenger alone: offered to those who sit there."""


def ways(house: House, team: Team, amount: Money, *, channels: Collection[str],
         live: bool | None = None) -> tuple[Gateway, ...]:  # fmt: skip
    """The gateways that can take the sum from a customer who sits in `channels`.

    With `live`, those of that mode alone, so that the two never mix.
    """
    fitting = [gateway for gateway in house.gateways_of(team) if not refusal(gateway, amount, channels)]
    same = [gateway for gateway in fitting if live is None or gateway.live is live]
    home = AT_HOME.get(amount.currency, ())
    return tuple(sorted(same, key=lambda gateway: gateway.name not in home))


async def ways_of(house: House, work: Work, request: PaymentRequest) -> tuple[Gateway, ...]:
    """The ways to pay a request that was made."""
    team = await work.people.team(request.team_id)
    channels = await channels_of(work, request.conversation_id)
    amount = Money(request.amount_minor, request.currency)
    return ways(house, team, amount, channels=channels, live=request.live)


async def channels_of(work: Work, conversation_id: int) -> frozenset[str]:
    """The channels in which a conversation's customer sits."""
    seats = await work.talk.seats(conversation_id, Side.CUSTOMER)
    accounts = [await work.people.account_by_id(seat.account_id) for seat in seats]
    return frozenset(account.channel for account in accounts)


def refusal(gateway: Gateway, amount: Money, channels: Collection[str]) -> str:
    """Why a gateway cannot take a sum, as a sentence for the agent; "" when it can."""
    limits = gateway.limits(amount.currency)
    if limits is None:
        return f"{gateway.title} does not take {amount.currency}."
    if amount < limits.minimum:
        return f"{gateway.title} takes {format_money(limits.minimum)} or more; you asked for {format_money(amount)}."
    if limits.maximum < amount:
        return f"{gateway.title} takes at most {format_money(limits.maximum)}; you asked for {format_money(amount)}."
    if AT_HOME_ON.get(gateway.name, "") not in {"", *channels}:
        return f"{gateway.title} takes payments of customers on {gateway.title} alone."
    return ""

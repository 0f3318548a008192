"""The ways a sum can be paid: a team's gateways that take it, the likeliest first. The customer chooses."""

from collections.abc import Collection

from handlers.house import House
from handlers.turn import Turn
from handlers.words import typed
from payments.gateway import Capability, CheckoutKind, Gateway
from payments.money import Money, format_money
from payments.pretend import Pretend
from storage.tables import PaymentRequest, Side, Team
from storage.work import Work

AT_HOME = {"INR": ("razorpay", "phonepe"), "XTR": ("telegram",)}
"""Currencies whose payers expect a gateway of their own country or platform first."""
PRETENDS_LIVE = (
    "This team is live, so the pretend gateway is refused: no money would move. An owner ends the rehearsal with "
    "{payments}, or names a payment account in the team's file."
)
UPI_CURRENCY = "INR"
AT_HOME_ON = {"telegram": "telegram"}
"""Gateways whose page opens in one messenger alone: offered to those who sit there."""


async def ways(house: House, work: Work, team: Team, amount: Money, *, channels: Collection[str],
               live: bool | None = None) -> tuple[Gateway, ...]:  # fmt: skip
    """The gateways that can take the sum from a customer who sits in `channels`.

    With `live`, those of that mode alone, so that the two never mix.
    """
    fitting = [gateway for gateway in await house.gateways_of(work, team) if not refusal(gateway, amount, channels)]
    same = [gateway for gateway in fitting if live is None or gateway.live is live]
    home = AT_HOME.get(amount.currency, ())
    return tuple(sorted(same, key=lambda gateway: gateway.name not in home))


NEEDS = {CheckoutKind.UPI_QR: Capability.UPI_QR, CheckoutKind.EMBEDDED: Capability.EMBEDDED}
"""What a gateway must be able to do for a checkout of that kind."""


async def ways_of(
    house: House, work: Work, request: PaymentRequest, kind: CheckoutKind = CheckoutKind.PAGE
) -> tuple[Gateway, ...]:
    """The gateways at which a request can be paid by a checkout of that kind."""
    team = await work.people.team(request.team_id)
    channels = await channels_of(work, request.conversation_id)
    amount = Money(request.amount_minor, request.currency)
    possible = await ways(house, work, team, amount, channels=channels, live=request.live)
    return tuple(gateway for gateway in possible if offers(gateway, kind, amount.currency))


def offers(gateway: Gateway, kind: CheckoutKind, currency: str) -> bool:
    """Whether a gateway, as it is set up, takes that currency by a checkout of that kind; UPI is rupees alone."""
    able = kind not in NEEDS or NEEDS[kind] in gateway.capabilities
    return able and (kind is not CheckoutKind.UPI_QR or currency == UPI_CURRENCY)


async def channels_of(work: Work, conversation_id: int) -> frozenset[str]:
    """The channels in which a conversation's customer sits."""
    seats = await work.talk.seats(conversation_id, Side.CUSTOMER)
    accounts = [await work.people.account_by_id(seat.account_id) for seat in seats]
    return frozenset(account.channel for account in accounts)


async def nobody_takes_it(turn: Turn) -> str:
    """Why nothing can be asked for, when a team has no gateway at all."""
    team, payments = turn.team, typed(turn.origin.channel, "payments")
    if Pretend.name in team.gateway.split(",") and await turn.house.is_live(turn.work, team):
        return PRETENDS_LIVE.format(payments=payments)
    how = 'gateway = "pretend" in the team\'s file' if team.declared else payments
    return (
        "No payment account is set up for this team, so nothing can be asked for. An owner can add one, or rehearse "
        f"without money: {how}."
    )


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

"""The tips that a customer's card offers."""

from handlers.checkout.bills import Asked
from handlers.messages import Button
from payments.pricing import share
from storage.tables import PaymentRequest, Team


def tips_of(team: Team) -> tuple[int, ...]:
    """The tips a team suggests, in whole percent."""
    return tuple(int(tip) for tip in team.tips.split(",") if tip)


def may_tip(team: Team, asked: Asked) -> bool:
    """Whether a tip may be given: with the last payment, and only where the team suggests one."""
    return bool(team.tips) and not asked.rest


def tip_buttons(team: Team, request: PaymentRequest, asked: Asked) -> tuple[Button, ...]:
    """What can be chosen now: each suggested tip but the one that counts already, and none where there is one."""
    if not may_tip(team, asked):
        return ()
    offered = {percent: share(asked.bill.total, percent * 100) for percent in tips_of(team)}
    chosen = [
        Button(label=f"Tip {percent} %", action="pay.tip", value=f"{request.id}|{percent}")
        for percent, minor in offered.items()
        if minor not in {0, request.tip_minor}
    ]
    none = Button(label="No tip", action="pay.tip", value=f"{request.id}|0")
    return (*chosen, none) if request.tip_minor else tuple(chosen)

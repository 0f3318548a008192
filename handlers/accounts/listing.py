"""A team's payment accounts in words: for the chat, and for the set-up page."""

from dataclasses import dataclass

from handlers.house import House
from handlers.messages import Pair
from handlers.rehearsing import rehearses
from handlers.words import gateway_title, until
from payments.gateway import Capability
from storage.accounts import is_own
from storage.tables import GatewayAccount, Team
from storage.work import Work

NOBODY = "no account yet: nothing can be asked for"


@dataclass(frozen=True, slots=True)
class Line:
    """How one gateway is set up. `own`: the team's own account, which its owners can change here."""

    gateway: str
    title: str
    said: str
    own: bool = False
    connected: bool = False


async def told(house: House, work: Work, team: Team) -> tuple[Pair, ...]:
    """The accounts as labelled lines."""
    if rehearses(team):
        return (Pair(label="Rehearsal", value="payments are pretended, no money moves"),)
    lines = await lines_of(house, work, team)
    return tuple(Pair(label=line.title, value=line.said) for line in lines) or (Pair(label="Accounts", value=NOBODY),)


async def lines_of(house: House, work: Work, team: Team) -> list[Line]:
    """What customers of the team can be sent to, own accounts first."""
    own = {row.gateway: row for row in await work.accounts.of(team.id)}
    lines = [_own(house, work, team, row) for row in own.values()]
    for gateway in await house.gateways_at_hand(work, team):
        if gateway.name not in own and Capability.PRETENDS not in gateway.capabilities:
            said = f"set up by the operator, {mode(gateway.live)}"
            lines.append(Line(gateway.name, gateway.title, said))
    return lines


def _own(house: House, work: Work, team: Team, row: GatewayAccount) -> Line:
    how = "" if is_own(row.account) else "connected, "
    said = f"{row.name}: {how}{mode(row.live)}, checked {until(row.checked_at, team.zone, work.now)}"
    return Line(row.gateway, gateway_title(house, row.gateway), said, own=True, connected=not is_own(row.account))


def mode(live: bool) -> str:
    """Whether money is real, in words."""
    return "live, real money" if live else "test mode, no real money"


def unnamed(team: Team, gateway: str) -> str:
    """What to do when the team names its gateways and this one is not among them; "" when it is offered."""
    named = [name for name in team.gateway.split(",") if name]
    if not named or gateway in named:
        return ""
    if rehearses(team) and not team.declared:
        how = "/payments (in Slack /bellhop payments)"
        return f"Customers are not offered it yet: the team still rehearses. Write {how} and end that."
    return (
        f'Customers are not offered it yet: the team\'s file names {" and ".join(named)} alone. Add "{gateway}" there.'
    )

"""An owner lets the team rehearse payments without an account, and ends that: the buttons below `/payments`."""

from handlers.house import House
from handlers.messages import Button, Message
from handlers.turn import Turn
from handlers.words import typed
from payments.gateway import Capability
from payments.pretend import Pretend
from storage.tables import Team
from storage.work import Work

Rows = tuple[tuple[Button, ...], ...]

BEGUN = (
    "Payments are rehearsed from now on: /pay works, the page to pay on is ours and says PRETEND, and no money moves. "
    "{payments} ends it."
)
ENDED = "The rehearsal is over. Customers are sent to the team's own payment account, as soon as there is one."
LIVE = "This team is live: its customers pay real money, so nothing can be rehearsed here."
IN_THE_FILE = "This team has a file, and the file decides: change gateway there, and apply it."


async def choice(turn: Turn) -> Rows:
    """The button that begins a rehearsal, or ends it; none for a team that has an account, is live, or has a file."""
    if rehearses(turn.team) and not turn.team.declared:
        return ((Button(label="End the rehearsal", action="payments.real"),),)
    if turn.team.declared or not await _may_begin(turn.house, turn.work, turn.team):
        return ()
    return ((Button(label="Rehearse without money", action="payments.pretend"),),)


def rehearses(team: Team) -> bool:
    """Whether its payments are pretended, and nothing else."""
    return team.gateway == Pretend.name


async def begin(turn: Turn) -> None:
    """From now on payments are pretended."""
    if turn.team.declared:
        await turn.answer(Message(text=IN_THE_FILE, secret=True))
    elif await turn.house.is_live(turn.work, turn.team):
        await turn.answer(Message(text=LIVE, secret=True))
    else:
        turn.team.gateway = Pretend.name
        turn.work.audits.note(turn.team.id, turn.person.id, "rehearsal begun", Pretend.title)
        await turn.answer(Message(text=BEGUN.format(payments=typed(turn.origin.channel, "payments")), secret=True))


async def end(turn: Turn) -> None:
    """No more pretending."""
    if turn.team.declared:
        await turn.answer(Message(text=IN_THE_FILE, secret=True))
        return
    if rehearses(turn.team):
        turn.team.gateway = ""
        turn.work.audits.note(turn.team.id, turn.person.id, "rehearsal ended", Pretend.title)
    await turn.answer(Message(text=ENDED, secret=True))


async def _may_begin(house: House, work: Work, team: Team) -> bool:
    there = await house.gateways_at_hand(work, team)
    pretends = [gateway for gateway in there if Capability.PRETENDS in gateway.capabilities]
    return bool(pretends) and len(pretends) == len(there) and not await house.is_live(work, team)

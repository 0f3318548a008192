"""The owner's pages: the list of first steps until all is done, then today's page with the settings behind it."""

from handlers.greeting import welcome
from handlers.heard import Press
from handlers.messages import Button, Message, Pair, rows
from handlers.moving import founding
from handlers.moving.setup.steps import Step, steps_of
from handlers.rights import Right, may
from handlers.today import today_page
from handlers.turn import Turn
from handlers.words import typed

SETTINGS = (
    (Button(label="Services", action="setup.services"), Button(label="Hours", action="setup.hours")),
    (Button(label="Team", action="setup.team"), Button(label="Cancelling", action="setup.policy")),
    (Button(label="Desk", action="setup.desk"), Button(label="Payments", action="payments")),
    (Button(label="Prices", action="setup.prices"), Button(label="People", action="people")),
    (Button(label="Link and code", action="setup.try"), Button(label="Who did what", action="audit")),
)


async def setup(turn: Turn) -> None:
    """`/bellhop setup`: the owner's page; to everybody else what they can do instead."""
    if turn.is_owner:
        await turn.answer(await owners_page(turn), edit=isinstance(turn.heard, Press))
        return
    buttons = ((founding.OFFER,),) if founding.is_open(turn) else ()
    text = f"Only an owner of {turn.team.name} can set it up."
    await turn.answer(Message(text=text, buttons=buttons))


async def home(turn: Turn) -> None:
    """The app's own page in the messenger, for each as they are."""
    if turn.is_owner:
        await turn.answer(await owners_page(turn))
    elif may(turn.role_kind, Right.LOOK):
        await turn.answer(await today_page(turn))
    else:
        await turn.answer(welcome(turn))


async def today(turn: Turn) -> None:
    """`/today`, or its button."""
    await turn.answer(await today_page(turn), edit=isinstance(turn.heard, Press))


async def owners_page(turn: Turn) -> Message:
    """First steps while one is left, then today."""
    steps = await steps_of(turn)
    return await today_page(turn) if all(step.done for step in steps) else _first_steps(turn, steps)


def _first_steps(turn: Turn, steps: list[Step]) -> Message:
    left = [step for step in steps if not step.done]
    done = len(steps) - len(left)
    lines = tuple(Pair(label=f"{step.mark} {step.name}", value=step.said) for step in steps)
    return Message(
        title=f"{turn.team.name}: first steps, {done} of {len(steps)}",
        pairs=lines,
        footnote=f"Everything can be changed later: {typed(turn.origin.channel, 'setup')}",
        buttons=(*rows([step.button for step in left], 2), (Button(label="All settings", action="setup.menu"),)),
    )


async def menu(turn: Turn) -> None:
    """Everything an owner can change."""
    back = (Button(label="Back", action="setup"),)
    pairs = tuple(Pair(label=f"{step.mark} {step.name}", value=step.said) for step in await steps_of(turn))
    await turn.answer(Message(title=f"{turn.team.name}: settings", pairs=pairs, buttons=(*SETTINGS, back)), edit=True)


async def room(turn: Turn) -> None:
    """Where video rooms are, and who can change that."""
    provider = turn.house.provider_of(turn.team)
    here = f"Your rooms are {provider.title} rooms." if provider else "No video provider is set up."
    text = f"{here} Whoever runs this program can set up Jitsi or another one."
    await turn.answer(Message(text=text, buttons=((Button(label="Back", action="setup"),),)), edit=True)

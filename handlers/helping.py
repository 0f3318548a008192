"""Help, the menu, and the ways out."""

from difflib import get_close_matches

from booking.zones import zone_label
from handlers import forms
from handlers.cases import MENU
from handlers.commands import COMMANDS, CommandInfo
from handlers.greeting import ask_zone, no_such_zone, set_zone
from handlers.heard import Command, Press
from handlers.messages import Message, Pair
from handlers.turn import Turn
from handlers.words import typed
from storage.tables import BookingState

IN_THREADS = "In a case's thread, ! does what / does: !pay 49 USD Consultation. "
LINES = "Several lines are parted by semicolons: {pay} 2 x 49 Consultation; 20 Materials +19%; deposit 30%."


async def help_me(turn: Turn) -> None:
    """The commands this person can use, with an example each."""
    infos = [info for info in COMMANDS if info.is_for(turn.role_kind)]
    lines = tuple(Pair(label=_typed(turn, info), value=info.summary) for info in infos)
    await turn.answer(
        Message(
            title=f"{turn.team.name}: what can be done here",
            pairs=lines,
            footnote=_for_agents(turn) if turn.is_agent else "",
            buttons=() if turn.is_agent else MENU,
        ),
        edit=isinstance(turn.heard, Press),
    )


def _for_agents(turn: Turn) -> str:
    # Slack takes no slash command inside a thread; Telegram takes it inside a topic.
    return f"{IN_THREADS}{LINES.format(pay='!pay')}" if turn.origin.channel == "slack" else LINES.format(pay="/pay")


def _typed(turn: Turn, info: CommandInfo) -> str:
    return f"{typed(turn.origin.channel, info.name)} {info.usage}".strip()


async def unknown(turn: Turn, word: str) -> None:
    """No such command: the nearest ones, and help."""
    turn.lost = True
    names = [info.name for info in COMMANDS if info.is_for(turn.role_kind)]
    near = get_close_matches(word.lower(), names, n=3, cutoff=0.5)
    channel = turn.origin.channel
    meant = f" Did you mean {' or '.join(typed(channel, name) for name in near)}?" if near else ""
    text = f"I know no command “{word}”.{meant} {typed(channel, 'help')} lists what there is."
    await turn.answer(Message(text=text, buttons=() if turn.is_agent else MENU))


async def menu(turn: Turn) -> None:
    """Back to the beginning, in place."""
    await turn.answer(Message(text="What would you like to do?", buttons=MENU), edit=True)


async def out_of_date(turn: Turn) -> None:
    """An old button: say so, with a fresh menu."""
    turn.lost = True
    buttons = () if turn.is_agent else MENU
    await turn.answer(Message(text="This menu is out of date.", buttons=buttons))


async def zone(turn: Turn) -> None:
    """`/zone Berlin`, or the question when nothing was named."""
    if isinstance(turn.heard, Command) and not turn.heard.args.strip():
        await ask_zone(turn)
    elif await set_zone(turn):
        here = zone_label(turn.person.zone, turn.work.now)
        await turn.answer(Message(text=f"Your times are {here} from now on."))
    else:
        await no_such_zone(turn)


async def cancel(turn: Turn) -> None:
    """Whatever was begun is dropped, and said: held slots and half-filled forms."""
    dropped = []
    title = await forms.drop(turn)
    if title:
        dropped.append(f"the form “{title}”")
    for booking in await turn.work.bookings.held_by_customer(turn.person.id):
        await turn.work.bookings.release(booking, BookingState.LAPSED)
        dropped.append("the time that was held for you")
    text = f"Dropped: {' and '.join(dropped)}." if dropped else "Nothing was going on, so nothing was dropped."
    await turn.answer(Message(text=text, buttons=() if turn.is_agent else MENU))

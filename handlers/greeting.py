"""The first words, the time zone, and who can be reached."""

from zoneinfo import ZoneInfo

from booking.zones import likely_zones, zone_at, zone_label, zones
from handlers import forms
from handlers.cases import MENU, open_case, show_case
from handlers.desk.waiting import tell_waiting
from handlers.heard import Command, Place, Press, SharedPlace, Submitted
from handlers.messages import Button, Form, FormField, Message, rows
from handlers.speech import say
from handlers.turn import Turn
from handlers.words import typed
from storage.tables import Side

ZONE = "zone"
WHICH_ZONE = "Which time zone are you in?"


def welcome(turn: Turn) -> Message:
    """The greeting; it doubles as the privacy notice before the first stored word."""
    return Message(title=f"Welcome to {turn.team.name}", text=turn.team.about, footnote=reads_along(turn), buttons=MENU)


def reads_along(turn: Turn) -> str:
    """What everybody is told before anything of theirs is kept."""
    team, more = turn.team.name, typed(turn.origin.channel, "privacy")
    return (
        f"I am Bellhop, a program. What you write is stored, and people of {team} may read it and answer. "
        f"{more} shows what is kept, copies it for you, and erases it."
    )


async def give_notice(turn: Turn) -> None:
    """Who begins with a button or a command is told first, too; words and `/start` bring the welcome with them."""
    heard = turn.heard
    begins = isinstance(heard, Press | Submitted | SharedPlace) or (
        isinstance(heard, Command) and heard.name != "start"
    )
    if begins and turn.person.greeted_at is None and turn.role is None and turn.origin.place is Place.PRIVATE:
        turn.person.greeted_at = turn.work.now
        await turn.answer(Message(text=reads_along(turn)))


async def talk(turn: Turn) -> None:
    """The customer wants a person; at the desk there is nobody to be called."""
    if turn.origin.place is Place.GROUP or (turn.origin.place is Place.ROOM and turn.is_agent):
        await turn.answer(Message(text="That is for customers. Write to me alone to try it as one."))
        return
    case = await open_case(turn)
    holder = await turn.work.people.person(case.holder_id) if case.holder_id else None
    news = await tell_waiting(turn, case)
    case.told_waiting_at = case.told_waiting_at or turn.work.now
    who = f"{holder.name} is here." if holder else news or f"{turn.team.name} has been told, somebody will answer here."
    await turn.answer(Message(text=f"{who} Just write what you need."))
    if holder is None:
        await say(turn.work, case, Side.AGENT, Message(text=f"{turn.person.name} would like to talk to a person."))
    await show_case(turn.work, case)


async def ask_zone(turn: Turn) -> None:
    """Ask once where the customer's clock stands, by buttons, words or a place; the answer leads on to booking."""
    options = likely_zones(turn.person.language, turn.team.zone)
    buttons = [Button(label=zone_label(zone, turn.work.now), action=ZONE, value=zone) for zone in options]
    field = FormField(name="zone", label=WHICH_ZONE)
    await forms.expect(turn, Form(name=ZONE, title="Your time zone", fields=(field,), lenient=True))
    await turn.answer(
        Message(
            title=WHICH_ZONE,
            text="Then you see every time on your own clock. Somewhere else? Just write the nearest big city.",
            footnote=f"{typed(turn.origin.channel, ZONE)} changes it later.",
            buttons=rows(buttons, 2),
            asks_place=True,
        ),
        edit=isinstance(turn.heard, Press),
    )


async def set_zone(turn: Turn) -> bool:
    """A zone was chosen or written, or a place shared; False when it names no zone."""
    heard = turn.heard
    if isinstance(heard, SharedPlace):
        zone = zone_at(heard.latitude, heard.longitude) or ""
    elif isinstance(heard, Press):
        zone = heard.value
    elif isinstance(heard, Submitted):
        zone = zone_typed(heard.answers.get("zone", ""))
    else:
        zone = zone_typed(heard.args) if isinstance(heard, Command) else ""
    if zone not in zones():
        return False
    turn.person.zone = ZoneInfo(zone).key
    await forms.drop_named(turn, ZONE)
    return True


def check_zone(submitted: Submitted) -> dict[str, str]:
    """What is wrong with a place that was written."""
    return {} if zone_typed(submitted.answers.get("zone", "")) else {"zone": "I know no such place."}


async def no_such_zone(turn: Turn) -> None:
    """What somebody named is no place whose clock is known."""
    turn.lost = True
    example = f"{typed(turn.origin.channel, ZONE)} Berlin"
    await turn.answer(Message(text=f"I know no such time zone. Try the nearest big city, as in: {example}"))


def zone_typed(text: str) -> str:
    """The time zone that somebody means, by a city or its whole name; empty when there is none."""
    wanted = text.strip().replace(" ", "_").lower()
    return next((zone for zone in sorted(zones()) if wanted and f"/{zone.lower()}".endswith(f"/{wanted}")), "")


async def went_away(turn: Turn) -> None:
    """The customer blocked the bot: their seats cannot be reached, and the desk is told."""
    await _reachable(
        turn, now_reachable=False, text=f"{turn.person.name} has blocked the bot and cannot be reached there."
    )


async def came_back(turn: Turn) -> None:
    """The customer can be reached again."""
    await _reachable(turn, now_reachable=True, text=f"{turn.person.name} can be reached again.")


async def _reachable(turn: Turn, *, now_reachable: bool, text: str) -> None:
    if turn.account is None:
        return
    for seat in await turn.work.talk.customer_seats_at(turn.account.id, turn.origin.chat):
        if seat.reachable is now_reachable:
            continue
        seat.reachable = now_reachable
        case = await turn.work.talk.conversation(seat.conversation_id)
        if case is not None and case.closed_at is None:
            await say(turn.work, case, Side.AGENT, Message(text=text))
            await show_case(turn.work, case)

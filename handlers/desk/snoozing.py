"""Leaving a case alone for a while: for some hours, until tomorrow morning, or until its customer writes."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from booking.zones import date_label, day_label
from handlers import forms
from handlers.cases import case_of, show_case
from handlers.heard import Command, Submitted
from handlers.house import House
from handlers.messages import Choice, FieldKind, Form, FormField, Message
from handlers.speech import say
from handlers.turn import Turn
from handlers.words import clock_time, typed
from storage.tables import Conversation, Side
from storage.work import Work

MORNING = time(9)
LONGEST = timedelta(days=30)
SPAN = re.compile(r"(\d{1,4})\s*(m|min|minutes?|h|hours?|d|days?)", re.IGNORECASE)
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
MESSAGE = "message"
"""Until the customer writes, whenever that is."""
CHOICES = (
    Choice(label="1 hour", value="1 h"),
    Choice(label="3 hours", value="3 h"),
    Choice(label="Tomorrow morning", value="tomorrow"),
    Choice(label="Until the customer writes", value=MESSAGE),
)
USAGE = "Say for how long: 1 h, 2 d, tomorrow, or message (until the customer writes). As in: {snooze} 1 h"


async def snooze(turn: Turn) -> None:
    """`/snooze 1 h`; without a time, the choice."""
    wanted = turn.heard.args.strip() if isinstance(turn.heard, Command) else ""
    if wanted:
        await _snooze(turn, wanted)
    else:
        await choose(turn)


async def choose(turn: Turn) -> None:
    """Ask until when; the form carries the case's number."""
    field = FormField(name="until", label="Snooze until", kind=FieldKind.CHOICE, choices=CHOICES)
    form = Form(name="snooze", title="Snooze", submit="Snooze", fields=(field,), value=str(case_of(turn).id))
    await forms.ask(turn, form)


async def chosen(turn: Turn) -> None:
    """The form came back."""
    answers = turn.heard.answers if isinstance(turn.heard, Submitted) else {}
    await _snooze(turn, answers.get("until", ""))


async def _snooze(turn: Turn, wanted: str) -> None:
    case = case_of(turn)
    until = wakes_at(wanted, turn.work.now, turn.zone)
    if until is None and wanted.lower() != MESSAGE:
        await turn.answer(Message(text=USAGE.format(snooze=typed(turn.origin.channel, "snooze"))))
        return
    if case.closed_at is not None:
        await turn.answer(Message(text="This case is closed already."))
        return
    case.snoozed_at, case.snoozed_until = turn.work.now, until
    when = _moment(until, turn.work.now, turn.zone) if until else "the customer writes"
    await turn.answer(Message(text=f"Snoozed until {when}. Words of the customer wake it at once."))
    await show_case(turn.work, case)


def _moment(until: datetime, now: datetime, zone: str) -> str:
    """As in "today 11:00" and "Thu 26 Nov 11:00": a name keeps its capitals in the middle of a sentence."""
    day, today = (each.astimezone(ZoneInfo(zone)).date() for each in (until, now))
    near = (day - today).days <= 1
    label = day_label(day, today).lower() if near else date_label(day)
    return f"{label} {clock_time(until, zone)}"


def wakes_at(wanted: str, now: datetime, zone: str) -> datetime | None:
    """The moment meant by "1 h", "2 d" or "tomorrow" (nine in the morning in `zone`); None when it is none."""
    if wanted.strip().lower() == "tomorrow":
        tomorrow = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
        return datetime.combine(tomorrow, MORNING, ZoneInfo(zone))
    found = SPAN.fullmatch(wanted.strip())
    span = int(found[1]) * UNITS[found[2][0].lower()] if found else timedelta()
    return now + span if timedelta() < span <= LONGEST else None


def wake(case: Conversation) -> bool:
    """The case is awake; whether it slept."""
    slept = case.snoozed_at is not None
    case.snoozed_at, case.snoozed_until = None, None
    return slept


async def sweep_snoozed(house: House) -> None:
    """Remind the desk of the cases whose time has come."""
    async with house.database.begin() as work:
        for case in await work.desk.to_wake():
            await _remind(work, case)


async def _remind(work: Work, case: Conversation) -> None:
    wake(case)
    if case.closed_at is not None:
        return
    holder = await work.people.person(case.holder_id) if case.holder_id else None
    whose = f"{holder.name}, this" if holder else "This"
    await say(work, case, Side.AGENT, Message(text=f"{whose} case is awake again."))
    await show_case(work, case)

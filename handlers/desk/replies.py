"""Canned replies: kept by the team, filled in for the case, shown to the agent before they are sent."""

import hashlib
import re
from collections.abc import Mapping

from handlers import forms
from handlers.cases import case_of, show_case, take
from handlers.desk.filling import FIELDS, fill, unknown_fields
from handlers.heard import Command, Press, Submitted
from handlers.messages import Button, Choice, FieldKind, Form, FormField, Message, Pair, Style, id_in, rows
from handlers.speech import relay
from handlers.turn import Turn
from handlers.words import typed
from storage.tables import CannedReply, Side

KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
MOST = 50
LONGEST = 3000
NEW = Button(label="Add a reply", action="reply.new")


async def overview(turn: Turn) -> None:
    """`/replies`: what there is, with ways to change it."""
    there = await turn.work.desk.replies(turn.team.id)
    lines = tuple(Pair(label=one.key, value=_short(one.text)) for one in there)
    buttons = [Button(label=f"Change {one.key}", action="reply.change", value=str(one.id)) for one in there]
    await turn.answer(
        Message(
            title="Canned replies",
            text="" if there else "There is none yet.",
            pairs=lines,
            footnote=f"{_sends(turn)} and a name sends one, shown to you first. Fields: {_named_fields()}.",
            buttons=(*rows(buttons, 2), (NEW,)),
        )
    )


def _sends(turn: Turn) -> str:
    return typed(turn.origin.channel, "r")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 120 else f"{line[:119]}…"


def _named_fields() -> str:
    return ", ".join(f"{{{name}}}" for name in FIELDS)


async def new_form(turn: Turn) -> None:
    """Ask for a new reply."""
    await forms.ask(turn, _form())


async def change_form(turn: Turn) -> None:
    """Ask how a reply shall read; emptied, it is deleted."""
    there = await _own(turn)
    if there is not None:
        delete = Button(label=f"Delete {there.key}", action="reply.delete", value=str(there.id), style=Style.DANGER)
        await turn.answer(Message(title=there.key, text=there.text, buttons=((delete,),)))
        await forms.ask(turn, _form(there))


def _form(there: CannedReply | None = None) -> Form:
    fields = (
        FormField(name="key", label="Name", example="prices", hint="Small letters, digits and dashes.",
                  initial=there.key if there else ""),
        FormField(name="text", label="Text", kind=FieldKind.TEXT, hint=f"Fields: {_named_fields()}",
                  example="Hello {customer}, see you at {time}.", initial=there.text if there else ""),
    )  # fmt: skip
    return Form(name="reply.edit", title="Canned reply", submit="Keep", fields=fields,
                value=str(there.id) if there else "")  # fmt: skip


def check_form(submitted: Submitted) -> Mapping[str, str]:
    """What is wrong with the form, by field."""
    problems = {}
    if not KEY.fullmatch(submitted.answers.get("key", "").strip().lower()):
        problems["key"] = "A name has up to 32 small letters, digits and dashes, as in: prices"
    text = submitted.answers.get("text", "")
    if wrong := unknown_fields(text):
        problems["text"] = f"There is no field {{{wrong[0]}}}. There are {_named_fields()}."
    elif not 0 < len(text.strip()) <= LONGEST:
        problems["text"] = f"Write between 1 and {LONGEST} characters."
    return problems


async def form_filled(turn: Turn) -> None:
    """The form came back and holds nothing wrong: keep it."""
    submitted = turn.heard if isinstance(turn.heard, Submitted) else None
    if submitted is None or check_form(submitted):
        return
    key, text = submitted.answers["key"].strip().lower(), submitted.answers["text"].strip()
    changed = await turn.work.desk.reply_by_id(id_in(submitted.value)) if submitted.value else None
    taken = await turn.work.desk.reply(turn.team.id, key)
    if changed is not None and changed.team_id == turn.team.id:
        if taken is not None and taken.id != changed.id:
            await turn.answer(Message(text=f"There is another reply called {key}."))
            return
        changed.key, changed.text = key, text
    elif taken is not None:
        taken.text = text
    elif len(await turn.work.desk.replies(turn.team.id)) >= MOST:
        await turn.answer(Message(text=f"A team keeps up to {MOST} replies. Delete one first."))
        return
    else:
        await turn.work.desk.add(CannedReply(team_id=turn.team.id, key=key, text=text))
    await turn.answer(Message(text=f"Kept: {_sends(turn)} {key} sends it."))


async def delete(turn: Turn) -> None:
    """A reply is not needed any more."""
    there = await _own(turn)
    if there is not None:
        await turn.work.desk.drop_reply(there)
        await turn.answer(Message(text=f"Deleted: {there.key}."), edit=True)


async def _own(turn: Turn) -> CannedReply | None:
    """The team's reply whose number a press carries."""
    value = turn.heard.value if isinstance(turn.heard, Press) else ""
    there = await turn.work.desk.reply_by_id(id_in(value))
    if there is None or there.team_id != turn.team.id:
        await turn.answer(Message(text="There is no such reply any more."))
        return None
    return there


async def reply(turn: Turn) -> None:
    """`/r prices`: the preview; without a name, the choice."""
    key = turn.heard.args.strip().lower() if isinstance(turn.heard, Command) else ""
    if not key:
        await choose(turn)
        return
    there = await turn.work.desk.reply(turn.team.id, key)
    if there is None:
        names = ", ".join(one.key for one in await turn.work.desk.replies(turn.team.id))
        known = (
            f"There are: {names}." if names else f"There is none yet; {typed(turn.origin.channel, 'replies')} adds one."
        )
        await turn.answer(Message(text=f"There is no reply called {key[:40]!r}. {known}"))
        return
    await _preview(turn, there)


async def choose(turn: Turn) -> None:
    """Ask which; the form carries the case's number."""
    there = await turn.work.desk.replies(turn.team.id)
    if not there:
        await turn.answer(Message(text="There is no canned reply yet.", buttons=((NEW,),)))
        return
    choices = tuple(Choice(label=one.key, value=str(one.id)) for one in there)
    field = FormField(name="reply", label="Which reply?", kind=FieldKind.CHOICE, choices=choices)
    form = Form(name="reply", title="Canned reply", submit="Show it", fields=(field,), value=str(case_of(turn).id))
    await forms.ask(turn, form)


async def chosen(turn: Turn) -> None:
    """The form came back."""
    answers = turn.heard.answers if isinstance(turn.heard, Submitted) else {}
    there = await turn.work.desk.reply_by_id(id_in(answers.get("reply", "")))
    if there is None or there.team_id != turn.team.id:
        await turn.answer(Message(text="There is no such reply any more."))
        return
    await _preview(turn, there)


async def _preview(turn: Turn, there: CannedReply) -> None:
    """What would be sent, for the agent alone; what no field can fill is named, and nothing can be sent."""
    case = case_of(turn)
    text, missing = await fill(turn, case, there.text)
    if missing:
        gaps = " ".join(f"{{{name}}}: {FIELDS[name]}." for name in missing)
        await turn.answer(Message(text=f"{there.key} cannot be filled in for this case. {gaps}", secret=True))
        return
    customer = await turn.work.people.person(case.customer_id)
    send = Button(label=f"Send to {customer.name}"[:60], action="reply.send",
                  value=f"{case.id}|{there.id}|{_seal(text)}", style=Style.PRIMARY)  # fmt: skip
    drop = Button(label="Drop", action="reply.drop")
    await turn.answer(Message(title=f"{there.key}, case {case.id}", text=text, buttons=((send, drop),), secret=True))


def _seal(text: str) -> str:
    """A few signs that tell a text from others: what is sent is what was shown."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


async def send_reply(turn: Turn) -> None:
    """The agent has read it and sends it. Whoever answers holds the case."""
    case = case_of(turn)
    value = turn.heard.value if isinstance(turn.heard, Press) else ""
    _, _, rest = value.partition("|")
    number, _, seal = rest.partition("|")
    there = await turn.work.desk.reply_by_id(id_in(number))
    if there is None or there.team_id != turn.team.id:
        await turn.answer(Message(text="There is no such reply any more."))
        return
    text, missing = await fill(turn, case, there.text)
    if missing or _seal(text) != seal:
        # Something has changed since it was shown: it is shown again.
        await _preview(turn, there)
        return
    if case.closed_at is not None or not await take(turn):
        why = "This case is closed." if case.closed_at is not None else "Somebody else holds this case."
        await turn.answer(Message(text=f"{why} Nothing was sent."))
        return
    words = Message(text=text, author=turn.person.name)
    await relay(turn.work, case, words, author_id=turn.person.id, side=Side.AGENT, origin=turn.origin, echo=True)
    case.answered_by_id = turn.person.id
    await turn.answer(Message(text=f"Sent: {_short(text)}", secret=True), edit=True)
    await show_case(turn.work, case)


async def drop_preview(turn: Turn) -> None:
    """Not after all."""
    await turn.answer(Message(text="Dropped, nothing was sent.", secret=True), edit=True)

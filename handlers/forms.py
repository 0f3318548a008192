"""Forms where the channel has none: one question after the other, the answers so far in the database."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta

from handlers.heard import Place, Press, Said, Submitted
from handlers.messages import Button, FieldKind, Form, FormField, Message, rows
from handlers.turn import Spoken
from handlers.words import typed
from storage.tables import Draft

Check = Callable[[Submitted], Mapping[str, str]]
"""What is wrong with answers, a sentence for each field."""
ANSWER = "form.answer"
SKIP = "form.skip"
LASTS = timedelta(minutes=15)
"""A question that nobody answered for so long is forgotten: what is written then is meant for somebody else."""


def is_native(turn: Spoken) -> bool:
    """Whether the form can be shown in one piece right now (Slack needs a fresh trigger for it)."""
    return turn.origin.channel in turn.house.native_forms and bool(turn.origin.trigger)


async def ask(turn: Spoken, form: Form) -> None:
    """Ask in one piece where the channel can, else step by step."""
    if is_native(turn):
        await turn.answer(Message(form=form))
    else:
        await begin(turn, form)


async def begin(turn: Spoken, form: Form) -> None:
    """Start asking; a form that was open at that place is dropped."""
    await drop(turn)
    await _open(turn, form, {})
    await _ask(turn, form, {})


async def expect(turn: Spoken, form: Form) -> None:
    """What is written next may be the answer; the question was put in other words."""
    await drop(turn)
    await _open(turn, form, {})


async def drop_named(turn: Spoken, name: str) -> None:
    """Give the form of that name up, if it is the open one: it was answered in another way."""
    draft = await open_draft(turn)
    if draft is not None and Form.model_validate_json(draft.form).name == name:
        await turn.work.talk.drop_draft(draft)


async def drop(turn: Spoken) -> str:
    """Give the open form up; its title, or nothing when none was open."""
    draft = await _draft(turn)
    if draft is None:
        return ""
    await turn.work.talk.drop_draft(draft)
    return Form.model_validate_json(draft.form).title


async def open_draft(turn: Spoken) -> Draft | None:
    """The form this person is filling in right here.

    One that was left lying takes no words any more: they go where they would go without it, and that is said.
    """
    draft = await _draft(turn)
    if draft is None or turn.work.now - draft.made_at < LASTS:
        return draft
    title = await drop(turn)
    text = f"The form {title!r} waited too long and is dropped. What you wrote now was no answer to it."
    await turn.answer(Message(text=text))
    return None


async def _draft(turn: Spoken) -> Draft | None:
    account_id = turn.account.id if turn.account else 0
    return await turn.work.talk.draft(account_id, turn.origin.chat, turn.origin.thread, turn.origin.user)


async def answered(turn: Spoken, draft: Draft, check: Check) -> Submitted | None:
    """Take the next answer. The whole form when that was the last one, else None.

    What `check` finds wrong with an answer is said before the next question, not after the last one.
    """
    form = Form.model_validate_json(draft.form)
    answers: dict[str, str] = json.loads(draft.answers)
    field = _next_field(form, answers)
    if field is not None:
        given = _given(turn, field)
        if given is None:
            turn.lost = True
            await _ask(turn, form, answers, f"Please choose one of these, or {typed(turn.origin.channel, 'cancel')}.")
            return None
        answers[field.name] = given
    if _next_field(form, answers) is None:
        await turn.work.talk.drop_draft(draft)
        return _submitted(turn, form, answers)
    problem = ""
    if field is not None and answers[field.name]:
        untold = {each.name: each.initial for each in form.fields}
        problem = check(_submitted(turn, form, untold | answers)).get(field.name, "")
    if field is not None and problem:
        del answers[field.name]
    draft.answers, draft.made_at = json.dumps(answers), turn.work.now
    await _ask(turn, form, answers, problem)
    return None


def _submitted(turn: Spoken, form: Form, answers: dict[str, str]) -> Submitted:
    about = turn.heard.model_dump(include={"event_id", "origin", "sender", "at"})
    return Submitted.model_validate(about | {"form": form.name, "value": form.value, "answers": answers})


async def refused(turn: Spoken, form: Form, answers: dict[str, str], problems: dict[str, str]) -> None:
    """Some answers cannot be right: keep the others and ask for those again, saying why."""
    kept = {name: value for name, value in answers.items() if name not in problems}
    await _open(turn, form, kept)
    await _ask(turn, form, kept, " ".join(problems.values()))


async def _open(turn: Spoken, form: Form, answers: dict[str, str]) -> None:
    draft = Draft(
        account_id=turn.account.id if turn.account else 0,
        chat=turn.origin.chat,
        thread=turn.origin.thread,
        external_id=turn.origin.user,
        form=form.model_dump_json(),
        answers=json.dumps(answers),
        made_at=turn.work.now,
    )
    await turn.work.talk.add(draft)


def _next_field(form: Form, answers: dict[str, str]) -> FormField | None:
    return next((field for field in form.fields if field.name not in answers), None)


def _given(turn: Spoken, field: FormField) -> str | None:
    heard = turn.heard
    if isinstance(heard, Press):
        if heard.action == SKIP:
            return field.initial
        offered = {choice.value for choice in field.choices} | {field.initial}
        return heard.value if heard.value in offered else None
    text = heard.text.strip() if isinstance(heard, Said) else ""
    if field.kind is FieldKind.CHOICE:
        return next((choice.value for choice in field.choices if choice.label.lower() == text.lower()), None)
    return text or None


async def _ask(turn: Spoken, form: Form, answers: dict[str, str], problem: str = "") -> None:
    field = _next_field(form, answers)
    if field is None:
        return
    buttons = [Button(label=choice.label, action=ANSWER, value=choice.value) for choice in field.choices]
    if field.initial and not field.choices:
        buttons.append(Button(label=f"Use: {field.initial}"[:60], action=SKIP))
    elif not field.required:
        buttons.append(Button(label="Skip", action=SKIP))
    example = f"For example: {field.example}" if field.example else ""
    hint = " ".join(part for part in (problem, field.hint, example) if part)
    away = f"{form.title} · {typed(turn.origin.channel, 'cancel')} drops it"
    where = "" if turn.origin.place is Place.PRIVATE else f"{turn.person.name}: "
    await turn.answer(
        Message(title=f"{where}{field.label}", text=hint, footnote=away, buttons=rows(buttons)),
        edit=False,
    )

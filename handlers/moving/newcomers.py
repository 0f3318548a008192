"""Words to a bot that several teams share, from somebody who has chosen none of them yet."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from handlers import forms
from handlers.appointments.choice import StaleChoice
from handlers.heard import Command, Place, Press, Said, Standing
from handlers.messages import Form, Message, rows
from handlers.moving import connecting, founding
from handlers.turn import Newcomer

Handler = Callable[[Newcomer], Awaitable[None]]


async def hear(newcomer: Newcomer) -> None:
    """Lead them on to a team: by its link, or by one of their own; in a group only when they asked for something."""
    heard = newcomer.heard
    if isinstance(heard, Said | Press) and await _fills_form(newcomer):
        return
    if newcomer.origin.place is Place.GROUP:
        await _in_group(newcomer)
    elif isinstance(heard, Command):
        await COMMANDS.get(heard.name, which_team)(newcomer)
    elif isinstance(heard, Press) and heard.action == founding.FORM:
        await founding.ask(newcomer)
    elif isinstance(heard, Said | Press):
        await which_team(newcomer)


async def _in_group(newcomer: Newcomer) -> None:
    heard = newcomer.heard
    if isinstance(heard, Standing):
        await connecting.added(newcomer, heard)
    elif isinstance(heard, Command) and heard.name in {"connect", "start"}:
        await connecting.connect(newcomer)
    elif isinstance(heard, Command):
        await newcomer.answer(Message(text=f"This group is no front desk yet. {connecting.HOW}"))


async def _fills_form(newcomer: Newcomer) -> bool:
    """Whether this was an answer to the questions about a new team."""
    heard = newcomer.heard
    if isinstance(heard, Press) and heard.action not in {forms.ANSWER, forms.SKIP}:
        return False
    draft = await forms.open_draft(newcomer)
    if draft is None:
        return False
    submitted = await forms.answered(newcomer, draft, founding.check)
    if submitted is None:
        return True
    if problems := founding.check(submitted):
        form = Form.model_validate_json(draft.form)
        await forms.refused(newcomer, form, submitted.answers, dict(problems))
    else:
        newcomer.heard = submitted
        with suppress(StaleChoice):
            await founding.founded(newcomer)
    return True


async def which_team(newcomer: Newcomer) -> None:
    """Nothing is said to anybody before a team is chosen, and nothing is kept."""
    text = "Several teams are reached through me. Open the link, or scan the code, that your team gave you."
    buttons = rows([founding.OFFER]) if founding.is_open(newcomer) else ()
    await newcomer.answer(Message(title="Which team would you like to talk to?", text=text, buttons=buttons))


async def set_up(newcomer: Newcomer) -> None:
    """They want to run a team of their own."""
    await founding.ask(newcomer)


async def cancel(newcomer: Newcomer) -> None:
    """Whatever was begun is dropped, and said."""
    title = await forms.drop(newcomer)
    text = f"Dropped: the form {title!r}." if title else "Nothing was going on, so nothing was dropped."
    await newcomer.answer(Message(text=text))


COMMANDS: Mapping[str, Handler] = {"setup": set_up, "cancel": cancel}

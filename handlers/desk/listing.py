"""The open cases of a team, at a glance: for everyone who may see the desk."""

from handlers.messages import Message, Pair
from handlers.turn import Turn
from storage.tables import Conversation


async def cases(turn: Turn) -> None:
    """`/cases`: the newest open cases, and who holds each."""
    found = await turn.work.talk.open_cases(turn.team.id)
    lines = tuple(
        [Pair(label=f"Case {case.id} · {who.name}", value=await _standing(turn, case)) for case, who in found]
    )
    text = "" if lines else "There is no open case."
    await turn.answer(Message(title=f"Open cases of {turn.team.name}", text=text, pairs=lines))


async def _standing(turn: Turn, case: Conversation) -> str:
    holder = await turn.work.people.person(case.holder_id) if case.holder_id else None
    held = f"held by {holder.name}" if holder else "held by nobody yet"
    return f"{held}, snoozed" if case.snoozed_at else held

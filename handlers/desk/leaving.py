"""Somebody stops speaking for a team: their cases are anybody's again, and what let them in lets them in no more."""

from handlers.cases import leaves, show_case
from handlers.messages import Message
from handlers.speech import say
from storage.tables import Conversation, Person, Side, Team
from storage.work import Work


async def stop_speaking(work: Work, team: Team, person: Person) -> int:
    """The person holds no case and no agent's link of the team any more; how many open cases they held."""
    await work.rooms.revoke_codes_of(team.id, person.id, Side.AGENT)
    hours = [row for row in await work.people.hours_of(team.id) if row.person_id == person.id]
    for row in hours:
        await work.people.remove(row)
    held = await work.talk.all_held_by(team.id, person.id)
    for case in held:
        case.holder_id = case.answered_by_id = None
    still_open = [case for case in held if case.closed_at is None]
    for case in still_open:
        await _put_back(work, case, person)
    return len(still_open)


async def _put_back(work: Work, case: Conversation, person: Person) -> None:
    case.told_waiting_at, case.snoozed_at, case.snoozed_until = None, None, None
    await leaves(work, case, person)
    free = f"{person.name} is no longer an agent: this case is free to be claimed."
    await say(work, case, Side.AGENT, Message(text=free))
    await show_case(work, case)

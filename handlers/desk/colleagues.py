"""Finding the person that somebody names: by a mention the platform resolved, or by name among colleagues."""

from collections.abc import Sequence

from handlers.heard import Command
from handlers.turn import Turn
from storage.tables import Person, Role


async def speakers(turn: Turn) -> Sequence[Person]:
    """Everyone who talks to the team's customers."""
    return await turn.work.people.agents(turn.team.id)


async def mentioned(turn: Turn) -> Person | None:
    """The person a command mentions, met now if they never spoke here; None when the platform names nobody."""
    heard, account = turn.heard, turn.account
    if not isinstance(heard, Command) or not heard.mentions or account is None:
        return None
    first = heard.mentions[0]
    known = await turn.work.people.known_as(account.id, first.user)
    return known or await turn.work.people.meet(account.id, first.user, name=first.name or first.user)


async def colleague(turn: Turn, named: str) -> Person | None:
    """Who of the team's speakers is meant: the one mentioned, else the only one of that name."""
    everyone = await speakers(turn)
    person = await mentioned(turn)
    if person is not None:
        return next((one for one in everyone if one.id == person.id), None)
    slugs = {role.person_id: role.slug for role in await turn.work.people.roles_of(turn.team.id)}
    wanted = named.strip().removeprefix("@").casefold()
    found = [one for one in everyone if wanted in _names(one, slugs.get(one.id, ""))]
    return found[0] if len(found) == 1 else None


def _names(person: Person, slug: str) -> set[str]:
    full = person.name.casefold()
    return {full, full.partition(" ")[0], slug} - {""}


async def own_role(turn: Turn, role_id: int) -> tuple[Role, Person] | None:
    """A role of the turn's own team with its person; None when there is no such role there."""
    role = await turn.work.people.role_by_id(role_id)
    if role is None or role.team_id != turn.team.id:
        return None
    return role, await turn.work.people.person(role.person_id)

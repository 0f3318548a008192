"""At which front desks a customer's case stands: all of the team's, but for an organisation's other workspaces."""

from collections.abc import Sequence

from storage.tables import Desk, Team
from storage.work import Work


async def desks_for(work: Work, team: Team, customer_id: int) -> Sequence[Desk]:
    """The desks for a customer.

    Where one account is an organisation, each of its workspaces may have a desk of its own. A customer's case stands at
    that of the workspace they write from; at all of them when it has none, or when they write from elsewhere.
    """
    desks = await work.people.desks_of(team.id)
    if not any(desk.workspace for desk in desks):
        return desks
    known = {one.account_id: one.workspace for one in await work.people.identities(customer_id)}
    with_one = {(desk.account_id, desk.workspace) for desk in desks}
    return [desk for desk in desks if _is_theirs(desk, known.get(desk.account_id, ""), with_one)]


def _is_theirs(desk: Desk, workspace: str, with_one: set[tuple[int, str]]) -> bool:
    return desk.workspace in {"", workspace} or (desk.account_id, workspace) not in with_one

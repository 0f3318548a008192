"""Telling people of a team something outside of any case: alone, wherever they can be reached."""

from handlers.effects import Answer, send
from handlers.heard import Origin, Place
from handlers.messages import Message
from handlers.tenants import speaker_of
from storage.tables import RoleKind, Team
from storage.work import Work


async def tell_owners(work: Work, team: Team, message: Message) -> int:
    """Tell every owner at each of their addresses in the team's accounts; how many addresses there are."""
    owners = [role.person_id for role in await work.people.roles_of(team.id) if role.kind is RoleKind.OWNER]
    return sum([await tell_person(work, team, person_id, message) for person_id in owners])


async def tell_person(work: Work, team: Team, person_id: int, message: Message) -> int:
    """Tell one person at each of their addresses in the team's accounts; how many addresses there are."""
    accounts = {account.id: account for account in await work.people.accounts_of(team.id) if account.left_at is None}
    told = 0
    for known in await work.people.identities(person_id):
        account = accounts.get(known.account_id)
        if account is None:
            continue
        # A person's own chat goes by their id on both platforms.
        alone = Origin(
            channel=account.channel, account=account.external_id, chat=known.external_id, place=Place.PRIVATE,
            user=known.external_id,
        )  # fmt: skip
        shown = message.model_copy(update={"speaker": await speaker_of(work, account, team)})
        await send(work, Answer(origin=alone, message=shown))
        told += 1
    return told

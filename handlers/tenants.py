"""A bot that several teams share: which of them somebody speaks to.

A link, `start=<team>` or `start=<team>-<service>`, chooses the team, and so does a button of it; the choice is
remembered. A group that is a desk speaks for its team.
"""

from collections.abc import Iterator, Sequence

from handlers.codes import INVITATION, digest
from handlers.heard import Command, Heard, Place, Press
from handlers.messages import Speaker
from storage.tables import ChannelAccount, Person, Team
from storage.work import Work

SEVERAL = 2


async def share_account(work: Work, channel: str, external_id: str, handle: str) -> ChannelAccount:
    """The account of that id, from now on one that several teams may share."""
    account = await work.people.account(channel, external_id)
    if account is None:
        account = ChannelAccount(channel=channel, external_id=external_id, handle=handle)
        await work.people.add(account)
    account.handle = handle or account.handle
    await work.sharing.share(account)
    return account


async def team_meant(work: Work, account: ChannelAccount, person: Person, heard: Heard) -> Team | None:
    """The team of a shared account that something is said to; None when none is chosen yet."""
    if heard.origin.place is Place.GROUP:
        desk = await work.people.desk_at(account.id, heard.origin.chat)
        return await work.people.team(desk.team_id) if desk else None
    named = await _named(work, account, heard)
    team = named or await _remembered(work, account, person)
    if team is not None:
        await work.sharing.choose(account.id, person.id, team.id, afresh=named is not None)
    return team


async def _named(work: Work, account: ChannelAccount, heard: Heard) -> Team | None:
    """The team that a link or a button names, if it speaks through this account."""
    if isinstance(heard, Press) and heard.team:
        return await work.people.team(heard.team) if await work.sharing.is_tenant(account.id, heard.team) else None
    if isinstance(heard, Command) and (code := invitation_in(heard)):
        invited = await work.desk.invitation(digest(code))
        here = invited is not None and await work.sharing.is_tenant(account.id, invited.team_id)
        return await work.people.team(invited.team_id) if invited is not None and here else None
    if isinstance(heard, Command) and heard.name == "start":
        for slug in slugs_in(heard.args):
            if team := await work.sharing.tenant_called(account.id, slug):
                return team
    return None


def invitation_in(command: Command) -> str:
    """The code of an invitation, typed behind `/join` or carried by a link; empty when there is none."""
    payload = command.args.strip()
    if command.name == "join":
        return payload.removeprefix(INVITATION)
    return payload.removeprefix(INVITATION) if command.name == "start" and payload.startswith(INVITATION) else ""


def slugs_in(payload: str) -> Iterator[str]:
    """The teams that a link may mean, the longest word first: `bright-studio-talk`, `bright-studio`, `bright`."""
    word = payload.strip().lower()
    while word:
        yield word
        word = word.rpartition("-")[0]


async def _remembered(work: Work, account: ChannelAccount, person: Person) -> Team | None:
    """The team chosen last, else the one they work for, else the only one there is."""
    known = await work.sharing.acquaintances(account.id, person.id)
    if known:
        return await work.people.team(known[0].team_id)
    employers = await work.sharing.employers(account.id, person.id)
    if employers:
        return employers[0]
    tenants = await work.sharing.tenants(account.id, SEVERAL)
    return tenants[0] if len(tenants) == 1 else None


async def speaker_of(work: Work, account: ChannelAccount | None, team: Team) -> Speaker | None:
    """Who speaks, to be shown where several teams share a bot; None where it is clear."""
    if account is None or account.team_id is not None:
        return None
    several = len(await work.sharing.tenants(account.id, SEVERAL)) == SEVERAL
    return Speaker(team=team.id, name=team.name) if several else None


async def teams_met(work: Work, account: ChannelAccount, person: Person) -> Sequence[Team]:
    """The teams somebody has met through a shared account, the one they talk to first."""
    known = await work.sharing.acquaintances(account.id, person.id)
    return [await work.people.team(one.team_id) for one in known]

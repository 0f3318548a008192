"""The app is taken out of a workspace: work there stops at once, its tokens are gone, and the owner is told elsewhere.

Slack tells of it twice, by `app_uninstalled` and `tokens_revoked`, in no promised order; a token that is refused says
the same. What is to be said there waits (`handlers.delivery`), and is said when the app is added again.
"""

from datetime import datetime

import structlog

from handlers.heard import AccessChanged, AppRemoved
from handlers.house import House
from handlers.messages import Button, Message
from handlers.moving.bookings_ahead import bookings_ahead, listed
from handlers.moving.connecting import found, lost
from handlers.telling import tell_owners
from storage.tables import ChannelAccount, Team
from storage.work import Work

log = structlog.get_logger()

TAKEN_OUT = (
    "Your Slack organisation has taken Bellhop out of this desk's workspace; an administrator can let it in again."
)


async def removed(house: House, work: Work, heard: AppRemoved) -> None:
    """An account is gone, unless it is known already, or the app was added again since."""
    account = await work.people.account(heard.origin.channel, heard.origin.account)
    if account is not None:
        await leave(house, work, account, heard.at)


async def access_changed(work: Work, heard: AccessChanged) -> None:
    """The desks in those workspaces of an organisation wait, or go on; those in its others are as they were."""
    account = await work.people.account(heard.origin.channel, heard.origin.account)
    if account is None or account.team_id is None:
        return
    what = "workspace granted" if heard.granted else "workspace revoked"
    for workspace in heard.workspaces:
        work.audits.note(account.team_id, None, what, f"{account.channel}:{workspace}")
    for desk in await work.people.desks_of(account.team_id):
        if (desk.account_id, desk.workspace in heard.workspaces) != (account.id, True):
            continue
        if not heard.granted:
            await lost(work, desk, TAKEN_OUT)
        elif desk.trouble == TAKEN_OUT:
            await found(work, desk)


async def leave(house: House, work: Work, account: ChannelAccount, at: datetime) -> None:
    """Stop the work in an account that was seen to be gone at that moment (by our own clock)."""
    added = await work.installs.newest(account.external_id)
    if account.left_at is not None or account.team_id is None or (added is not None and added > at):
        return
    account.left_at = work.now
    await work.installs.forget(account.external_id)
    team = await work.people.team(account.team_id)
    work.audits.note(team.id, None, "app removed", f"{account.channel}:{account.external_id}")
    await _tell_owners(house, work, team, account)


async def _tell_owners(house: House, work: Work, team: Team, gone: ChannelAccount) -> None:
    if not await tell_owners(work, team, await _farewell(house, work, team, gone)):
        ahead = len(await bookings_ahead(work, team))
        log.warning("the app was removed, and no owner can be reached elsewhere", team=team.slug, bookings_ahead=ahead)


async def _farewell(house: House, work: Work, team: Team, gone: ChannelAccount) -> Message:
    ahead = await listed(work, team, team.zone)
    still = f"These bookings are still ahead:\n{ahead}" if ahead else "No bookings are ahead."
    again = Button(label="Add it again", url=house.link("slack/install"))
    return Message(
        title=f"{team.name}: Bellhop was removed from {gone.channel.title()}",
        text=f"Work there has stopped, and its keys are deleted. {still}",
        footnote="Added again, it finds team, people, front desk and conversations as they were.",
        buttons=((again,),),
    )

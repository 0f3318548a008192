"""A Telegram bot of a team's own, beside the one that is shared: its token is typed on the set-up page and sealed."""

from collections.abc import Mapping

from handlers.house import House
from handlers.messages import Message
from handlers.moving.held import resume_all
from handlers.telling import tell_owners
from handlers.words import typed
from storage.tables import ChannelAccount, Person, Team
from storage.work import Work

CHANNEL = "telegram"


class NotYours(Exception):
    """The bot cannot be the team's own; the text is a sentence for the owner."""


async def own_bots(house: House) -> Mapping[str, str]:
    """The tokens of all teams' own bots, by account."""
    async with house.database.begin() as work:
        return {row.external_id: work.vault.open(row.sealed_token) for row in await work.people.own_bots()}


async def own_bot_of(work: Work, team: Team) -> ChannelAccount | None:
    """The team's own bot, if it has one."""
    rows = await work.people.accounts_of(team.id)
    return next((row for row in rows if row.channel == CHANNEL and row.sealed_token), None)


async def keep_bot(work: Work, team: Team, owner: Person, *, account: str, handle: str, token: str) -> None:
    """Let a team speak through the bot of that token; a fresh token of the same bot takes the old one's place.

    Raises NotYours.
    """
    before = await own_bot_of(work, team)
    if before is not None and before.external_id != account:
        raise NotYours(f"{team.name} has @{before.handle} already; remove it first.")
    row = await work.people.account(CHANNEL, account)
    if row is not None and (row.team_id != team.id or not (row.sealed_token or row.left_at)):
        raise NotYours("This bot is somebody else's here: make one of your own with @BotFather.")
    if row is None:
        row = ChannelAccount(team_id=team.id, channel=CHANNEL, external_id=account)
        await work.people.add(row)
    row.handle, row.sealed_token, row.left_at = handle, work.vault.seal(token), None
    work.audits.note(team.id, owner.id, "own bot kept", f"@{handle}")
    await resume_all(work, row.id)


async def remove_bot(work: Work, team: Team, owner: Person) -> None:
    """The token is forgotten; what is for people there waits until the bot comes back."""
    row = await own_bot_of(work, team)
    if row is not None:
        row.sealed_token, row.left_at = "", work.now
        work.audits.note(team.id, owner.id, "own bot removed", f"@{row.handle}")


async def token_refused(house: House, account: str) -> None:
    """Telegram does not accept a bot's token any more: it is forgotten, and the owners are told."""
    async with house.database.begin() as work:
        row = await work.people.account(CHANNEL, account)
        if row is None or not row.sealed_token or row.team_id is None:
            return
        row.sealed_token, row.left_at = "", work.now
        team = await work.people.team(row.team_id)
        work.audits.note(team.id, None, "own bot refused", f"@{row.handle}")
        text = (
            f"Telegram does not accept the token of @{row.handle} any more. What is for people there waits. "
            f"Ask @BotFather for a new one (/token) and type it on the set-up page: {typed('slack', 'payments')} in "
            f"Slack, {typed(CHANNEL, 'payments')} on Telegram."
        )
        await tell_owners(work, team, Message(title="Your bot cannot be reached", text=text))


async def learn_handle(house: House, account: str, handle: str) -> None:
    """A bot's name, as Telegram tells it now."""
    async with house.database.begin() as work:
        row = await work.people.account(CHANNEL, account)
        if row is not None and row.handle != handle:
            row.handle = handle

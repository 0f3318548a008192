"""A connected account has left at its gateway's own dashboard: it is gone at once, and the owners hear of it."""

from handlers.effects import Answer, send
from handlers.heard import Origin, Place
from handlers.house import House
from handlers.messages import Message
from handlers.words import gateway_title
from storage.tables import GatewayAccount, RoleKind
from storage.work import Work


async def has_left(house: House, gateway: str, account: str) -> None:
    """Forget the account in every team that had it. A repeat changes nothing."""
    async with house.database.begin(urgent=True) as work:
        for row in await work.accounts.known_as(gateway, account):
            await _forget(house, work, row)


async def _forget(house: House, work: Work, row: GatewayAccount) -> None:
    title = gateway_title(house, row.gateway)
    await work.accounts.forget(row.id)
    work.audits.note(row.team_id, None, "payment account left", f"{title}: {row.name}")
    text = (
        f"“{row.name}” was disconnected in {title}'s dashboard. Nothing can be asked for through it any more, and what "
        f"it took is refunded in {title}'s dashboard alone. /payments (in Slack /bellhop payments) connects one again."
    )
    await tell_owners(work, row.team_id, Message(title=f"{title} disconnected", text=text))


async def tell_owners(work: Work, team_id: int, message: Message) -> None:
    """Say something to each owner of a team, alone, wherever they are known."""
    for role in await work.people.roles_of(team_id):
        if role.kind is not RoleKind.OWNER:
            continue
        for identity in await work.people.identities(role.person_id):
            account = await work.people.account_by_id(identity.account_id)
            if account.team_id in (team_id, None):
                place = Origin(
                    channel=account.channel, account=account.external_id, chat=identity.external_id,
                    place=Place.PRIVATE, user=identity.external_id,
                )  # fmt: skip
                await send(work, Answer(origin=place, message=message))

"""A workspace adds the app: a team of its own with the installer as its owner, or the team it had before."""

from babel.numbers import get_territory_currencies

from booking.zones import zones
from handlers.effects import Answer, send
from handlers.heard import Origin, Place, Sender
from handlers.house import House
from handlers.messages import Button, Message, Plain, Style, pairs
from handlers.moving.bookings_ahead import bookings_ahead
from handlers.moving.founding import new_team
from handlers.moving.held import resume_all
from payments.currencies import in_use
from storage.tables import ChannelAccount, Person, Role, RoleKind, Team
from storage.work import Work

CURRENCY, ZONE = "USD", "UTC"
"""What a team begins with when the installer's profile tells nothing."""
LONGEST_NAME = 80
SET_UP = ((Button(label="Set up", action="setup", style=Style.PRIMARY),),)


class Arrival(Plain):
    """An account that has added the app. `user` and `sender`: who added it, and what their profile tells.

    `hears_threads`: whether the rights that were given let us hear what is written in a case's thread.
    """

    channel: str
    account: str
    name: str
    user: str
    sender: Sender
    hears_threads: bool = True


class Arrived(Plain):
    """The team that works there now: `new`, or `back` after the app was removed, or there all the time.

    `ahead`: its bookings that are not over, in words.
    """

    team: str
    new: bool
    back: bool
    ahead: str = ""


async def arrive(house: House, arrival: Arrival) -> Arrived:
    """Take an account in, or back: whatever was there is found again, and what waited is said now."""
    async with house.database.begin() as work:
        known = await work.people.account(arrival.channel, arrival.account)
        account = known or await _settle(work, arrival)
        back, account.left_at, account.hears_threads = account.left_at is not None, None, arrival.hears_threads
        team = await work.people.team(account.team_id or 0)
        installer = await _installer(work, account, arrival)
        await _owned_by_somebody(work, team, installer)
        work.audits.note(team.id, installer.id, "app added", f"{arrival.channel}:{arrival.account}")
        await resume_all(work, account.id)
        arrived = Arrived(team=team.name, new=known is None, back=back, ahead=await _ahead(work, team))
        await send(work, Answer(origin=_alone_with(arrival), message=_greeting(team, arrived)))
    return arrived


async def _ahead(work: Work, team: Team) -> str:
    many = len(await bookings_ahead(work, team))
    return {0: "no booking", 1: "one booking"}.get(many, f"{many} bookings")


async def connected(house: House, channel: str, external_id: str, *, hears_threads: bool) -> None:
    """The settings' own account works: if it was gone, what waited there is said now."""
    async with house.database.begin() as work:
        account = await work.people.account(channel, external_id)
        if account is None:
            return
        back, account.left_at, account.hears_threads = account.left_at is not None, None, hears_threads
        if back:
            await resume_all(work, account.id)


async def _settle(work: Work, arrival: Arrival) -> ChannelAccount:
    """A team for somebody who was never here."""
    zone = arrival.sender.zone if arrival.sender.zone in zones() else ZONE
    name = arrival.name.strip()[:LONGEST_NAME] or "Team"
    team = await new_team(work, name, currency=currency_of(arrival.sender.language), zone=zone)
    account = ChannelAccount(team_id=team.id, channel=arrival.channel, external_id=arrival.account)
    await work.people.add(account)
    return account


async def _installer(work: Work, account: ChannelAccount, arrival: Arrival) -> Person:
    told = arrival.sender
    known = await work.people.known_as(account.id, arrival.user)
    return known or await work.people.meet(
        account.id, arrival.user, name=told.name, language=told.language, zone=told.zone
    )


async def _owned_by_somebody(work: Work, team: Team, installer: Person) -> None:
    """The installer owns a team that nobody owns. Where somebody does, adding the app again gives no right to it."""
    if any(one.kind is RoleKind.OWNER for one in await work.people.roles_of(team.id)):
        return
    role = await work.people.role(team.id, installer.id)
    if role is None:
        await work.people.add(Role(team_id=team.id, person_id=installer.id, kind=RoleKind.OWNER))
    else:
        role.kind = RoleKind.OWNER


def currency_of(language: str) -> str:
    """The money of the country in a locale such as `de-AT`; dollars when it names none."""
    territory = language.replace("_", "-").rpartition("-")[2].upper()
    found = get_territory_currencies(territory) if len(territory) == 2 and "-" in language.replace("_", "-") else []
    return next((code for code in found if code in in_use()), CURRENCY)


def _alone_with(arrival: Arrival) -> Origin:
    """Nobody but the installer is told; the channel finds their conversation with us."""
    return Origin(
        channel=arrival.channel, account=arrival.account, chat=arrival.user, place=Place.PRIVATE, user=arrival.user
    )


def _greeting(team: Team, arrived: Arrived) -> Message:
    if arrived.back:
        kept = f"Team, people, front desk and conversations are as they were, with {arrived.ahead} ahead."
        again = (
            "Slack has taken me out of your channels: please invite me to the front desk again, with /invite @Bellhop."
        )
        return Message(title=f"{team.name} is back", text=kept, footnote=again)
    if not arrived.new:
        return Message(title=f"{team.name} has me already", text="The permissions given just now count from now on.")
    return Message(
        title=f"Bellhop is ready for {team.name}",
        text="Thank you for adding me. What is left: a channel where your agents meet their cases, what you sell, and "
        "your payment account. My Home tab lists it step by step, and so does /bellhop setup.",
        pairs=pairs(Currency=team.currency, Time_zone=team.zone),
        footnote="Both come from your Slack profile; the settings change them. Nobody else sees this message.",
        buttons=SET_UP,
    )

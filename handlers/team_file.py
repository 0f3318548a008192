"""Applying a team's file: what it declares is made so, and told in sentences; applied again it changes nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from handlers.declared import PRETENDS_LIVE, Agent, Offer, TeamFile, TeamFileError, read_team_file
from handlers.desk.leaving import stop_speaking
from handlers.rights import Right, may
from handlers.team_coupons import apply_coupons
from handlers.words import sum_of
from storage.tables import ChannelAccount, Desk, Hours, Person, Role, Service, Team
from storage.work import Work

__all__ = ["TeamFile", "TeamFileError", "apply_team", "read_team_file"]

LONG = frozenset({"declared", "fulfilment", "about", "legal_address", "tax_rate", "prices_include_tax"})
"""Columns whose values say little in a sentence."""
UNSIGNED = (
    "webhook.secret: is missing, so your system could not tell our events from made-up ones; "
    "make one with: echo whsec_$(openssl rand -base64 32)"
)
Accounts = Mapping[str, tuple[str, str]]
"""For each channel: the platform's id of our account there (bot id, Slack team id), and its handle."""


async def apply_team(work: Work, file: TeamFile, accounts: Accounts, *, live_keys: bool = False) -> list[str]:
    """Make the team as the file says; the changes, a sentence each. Raises TeamFileError, then nothing is changed.

    Desks and identities need their channel's account: what is not known yet is done when it is applied again.
    `live_keys`: keys among the settings move real money.
    """
    done: list[str] = []
    team = await _team(work, file, done)
    if file.pretends and await has_live_keys(work, team, among_settings=live_keys):
        raise TeamFileError(PRETENDS_LIVE)
    known = await _accounts(work, team, accounts, done)
    await _desks(work, team, file, known, done)
    agents = {agent.slug: await _agent(work, team, agent, known, done) for agent in file.agents}
    await _retire_agents(work, team, set(agents), done)
    for offer in file.services:
        await _service(work, team, offer, done)
    await _retire_services(work, team, {offer.slug for offer in file.services}, done)
    return done + await apply_coupons(work, team, file.coupons)


async def has_live_keys(work: Work, team: Team, *, among_settings: bool) -> bool:
    """Whether a team has keys that move real money: its own, or those of the settings if they are its own."""
    own = any(row.live for row in await work.accounts.of(team.id))
    return own or (among_settings and await work.accounts.has_the_settings(team.id))


async def _team(work: Work, file: TeamFile, done: list[str]) -> Team:
    told: dict[str, Any] = {
        "name": file.name,
        "currency": file.currency,
        "zone": file.time_zone,
        "about": file.about,
        "gateway": file.gateway,
        "live": file.live,
        "approve_above_minor": file.approve_above.minor if file.approve_above else None,
        "legal_name": file.legal.name,
        "legal_address": file.legal.address,
        "tax_id": file.legal.tax_id,
        "tax_rate": file.legal.hundredths,
        "prices_include_tax": file.legal.prices_include_tax,
        "keep_days": file.privacy.keep_messages,
        **file.pricing.columns,
        "room_provider": file.room,
        "webhook_url": file.webhook.url if file.webhook else "",
        "declared": True,
    }
    team = await work.people.team_by_slug(file.slug)
    if team is None:
        team = Team(slug=file.slug, made_at=work.now, sealed_webhook_secret=work.vault.seal(""), **told)
        await work.people.add(team)
        done.append(f"team {file.slug}: new")
    done += _set(f"team {team.slug}", team, told)
    _sign_webhooks(work, file, team, done)
    return team


def _sign_webhooks(work: Work, file: TeamFile, team: Team, done: list[str]) -> None:
    """Keep the secret that the team's own system knows us by; one that is kept already need not be told again."""
    kept = work.vault.open(team.sealed_webhook_secret)
    secret = (file.webhook.secret or kept) if file.webhook else ""
    if file.webhook and not secret:
        raise TeamFileError(UNSIGNED)
    if secret != kept:
        team.sealed_webhook_secret = work.vault.seal(secret)
        done.append(f"team {team.slug}: webhook secret changed")


async def _accounts(work: Work, team: Team, accounts: Accounts, done: list[str]) -> dict[str, ChannelAccount]:
    """The team's accounts by channel: the ones given, and those known from before."""
    known = {account.channel: account for account in await work.people.accounts_of(team.id)}
    for channel, (external_id, handle) in accounts.items():
        account = await work.people.account(channel, external_id)
        if account is None:
            account = ChannelAccount(team_id=team.id, channel=channel, external_id=external_id, handle=handle)
            await work.people.add(account)
            done.append(f"{channel}: connected as {handle or external_id}")
        if account.team_id is None:
            if await work.sharing.move_in(account.id, team.id):
                done.append(f"{channel}: shares {handle or external_id}")
        elif account.team_id != team.id:
            other = await work.people.team(account.team_id)
            raise TeamFileError(f"slug: {channel} already belongs to the team “{other.slug}”; keep that slug")
        account.handle = handle or account.handle
        known[channel] = account
    return known


async def _desks(work: Work, team: Team, file: TeamFile, known: Mapping[str, ChannelAccount], done: list[str]) -> None:
    wanted = {(known[name].id, chat): name for name, chat in file.desks if chat and name in known}
    for desk in await work.people.desks_of(team.id):
        # What was connected in the chat is not the file's.
        if wanted.pop((desk.account_id, desk.chat), None) is not None:
            desk.declared = True
        elif desk.declared:
            await work.people.remove(desk)
            done.append(f"desk {desk.chat}: no longer a desk")
    for (account_id, chat), name in wanted.items():
        taken = await work.people.desk_at(account_id, chat)
        if taken is not None:
            raise TeamFileError(f"desks.{name}: {chat} is the desk of another team")
        await work.people.add(Desk(team_id=team.id, account_id=account_id, chat=chat, declared=True))
        done.append(f"desk {chat}: cases come here ({name})")


async def _agent(work: Work, team: Team, agent: Agent, known: Mapping[str, ChannelAccount], done: list[str]) -> Person:
    ids = [(known[name].id, value) for name, value in agent.known_as.items() if name in known]
    person, role = await _find(work, team, agent, ids)
    if person is None:
        person = Person(name=agent.name, zone=agent.time_zone or team.zone)
        await work.people.add(person)
    if role is None:
        role = Role(team_id=team.id, person_id=person.id, kind=agent.role, slug=agent.slug)
        await work.people.add(role)
        done.append(f"agent {agent.slug}: new")
    if may(role.kind, Right.AGENT) and not may(agent.role, Right.AGENT):
        await stop_speaking(work, team, person)
    told = f"agent {agent.slug}"
    done += _set(told, person, {"name": agent.name, "zone": agent.time_zone or team.zone})
    done += _set(told, role, {"kind": agent.role, "slug": agent.slug})
    done += [f"{told}: {line}" for line in await _identify(work, person, ids)]
    done += await _hours(work, team, person, agent)
    return person


async def _find(
    work: Work, team: Team, agent: Agent, ids: Sequence[tuple[int, str]]
) -> tuple[Person | None, Role | None]:
    """Who an agent is: by the word in the file, else by an id they were met under."""
    for role in await work.people.roles_of(team.id):
        if role.slug == agent.slug:
            return await work.people.person(role.person_id), role
    for account_id, external_id in ids:
        if person := await work.people.known_as(account_id, external_id):
            return person, await work.people.role(team.id, person.id)
    return None, None


async def _identify(work: Work, person: Person, ids: Sequence[tuple[int, str]]) -> list[str]:
    """An agent's ids are theirs: new ones are learnt, those of somebody else move, those no longer named go."""
    done = []
    for account_id, external_id in ids:
        holder = await work.people.known_as(account_id, external_id)
        if holder is not None and holder.id == person.id:
            continue
        if holder is not None:
            await _let_go(work, holder, account_id, external_id)
        await work.people.also_known_as(person, account_id, external_id)
        done.append(f"known as {external_id}")
    accounts = {account_id for account_id, _ in ids}
    for one in await work.people.identities(person.id):
        if one.account_id in accounts and (one.account_id, one.external_id) not in ids:
            await work.people.remove(one)
            done.append(f"no longer known as {one.external_id}")
    return done


async def _let_go(work: Work, person: Person, account_id: int, external_id: str) -> None:
    for identity in await work.people.identities(person.id):
        if (identity.account_id, identity.external_id) == (account_id, external_id):
            await work.people.remove(identity)


async def _hours(work: Work, team: Team, person: Person, agent: Agent) -> list[str]:
    there = next((hours for hours in await work.people.hours_of(team.id) if hours.person_id == person.id), None)
    if not agent.hours:
        if there is not None:
            await work.people.remove(there)
        return [f"agent {agent.slug}: not to be booked any more"] if there else []
    told: dict[str, Any] = {
        "zone": agent.time_zone or team.zone,
        "text": agent.hours,
        "closed": ",".join(day.isoformat() for day in sorted(set(agent.closed))),
    }
    if there is None:
        await work.people.add(Hours(team_id=team.id, person_id=person.id, **told))
        return []
    return _set(f"agent {agent.slug}", there, told)


async def _retire_agents(work: Work, team: Team, staying: set[str], done: list[str]) -> None:
    """Who is not in the file any more may nothing; their cases are anybody's again."""
    for role in await work.people.roles_of(team.id):
        # Who came by another way than the file has no word in it, and stays.
        if not role.slug or role.slug in staying:
            continue
        await stop_speaking(work, team, await work.people.person(role.person_id))
        await work.people.remove(role)
        done.append(f"agent {role.slug}: no longer an agent")


async def _service(work: Work, team: Team, offer: Offer, done: list[str]) -> None:
    there = {service.slug: service for service in await work.people.services(team.id, also_retired=True)}
    told = _service_columns(team, offer)
    if offer.slug not in there:
        await work.people.add(Service(team_id=team.id, slug=offer.slug, **told))
        done.append(f"service {offer.slug}: new, {_price_text(told)}")
        return
    service = there[offer.slug]
    before = _price_text(service.model_dump())
    price = {name: told.pop(name) for name in ("price_minor", "currency")}
    if service.retired:
        done.append(f"service {offer.slug}: offered again")
        service.retired = False
    if _set("", service, price):
        done.append(f"service {offer.slug}: price {before} -> {_price_text(price)}")
    done += _set(f"service {offer.slug}", service, told)


def _service_columns(team: Team, offer: Offer) -> dict[str, Any]:
    return {
        "name": offer.name,
        "description": offer.description,
        "minutes": offer.minutes,
        "price_minor": offer.price.minor if offer.price else 0,
        "currency": offer.price.currency if offer.price else team.currency,
        "step_minutes": offer.step,
        "pause_minutes": offer.pause,
        "notice_minutes": offer.notice,
        "horizon_days": offer.horizon,
        "free_cancel_hours": offer.cancel_free_hours,
        "late_fee_percent": offer.late_fee_percent,
        "fulfilment": offer.after_payment.fulfilment().model_dump_json(),
        "retired": False,
        "declared": True,
    }


async def _retire_services(work: Work, team: Team, staying: set[str], done: list[str]) -> None:
    for service in await work.people.services(team.id):
        if service.declared and service.slug not in staying:
            service.retired = True
            done.append(f"service {service.slug}: no longer offered")


def _price_text(columns: Mapping[str, Any]) -> str:
    return sum_of(columns["price_minor"], columns["currency"]) if columns["price_minor"] else "free"


def _set(what: str, row: Any, told: Mapping[str, Any]) -> list[str]:
    """Set the columns that differ; a sentence for each. Long or coded ones are not repeated in it."""
    done = []
    for name, value in told.items():
        before = getattr(row, name)
        if before != value:
            setattr(row, name, value)
            word = name.removesuffix("_minutes").removesuffix("_minor").replace("_", " ")
            shown = " changed" if name in LONG else f" {_shown(row, name, before)} -> {_shown(row, name, value)}"
            done.append(f"{what}: {word}{shown}")
    return done


def _shown(row: Any, name: str, value: Any) -> str:
    return sum_of(value, row.currency) if value and name.endswith("_minor") else str(value or "none")

"""Examines a set-up from end to end: each line is fine, or says what is wrong and which command mends it."""

import os
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta

import httpx2
from sqlalchemy.exc import SQLAlchemyError

from bot import probes
from bot.clock import utc_now
from bot.fitting import is_loopback, moves_money
from bot.keys import keys_of, place_of_key
from bot.probes import Finding, Findings, Visit, fault, warning
from bot.settings import PREFIX, Settings
from handlers.declared import PRETENDS_LIVE
from handlers.team_file import has_live_keys
from payments.pretend import Pretend
from storage.database import Database, async_url
from storage.schema import SchemaFromTheFuture, newest, revision_of
from storage.sealing import require_readable
from storage.tables import ChannelAccount
from storage.vault import WrongKey
from storage.work import Work

SKEW = timedelta(seconds=30)
TIMEOUT = 10.0
LONG_ENOUGH = 20
"""Characters of a key; what `openssl rand -hex 32` makes has 64."""
UPGRADE = "bellhop db upgrade"
APPLY = "name it in team.toml, then: bellhop team apply team.toml"
APPLY_GATEWAY = "name a payment account's gateway in team.toml, then: bellhop team apply team.toml"
CERTIFICATE = "certbot renew, or let Caddy do it"


async def examine(settings: Settings, warnings: list[str]) -> AsyncIterator[Finding]:
    """Every finding, in the order of the table below."""
    for sentence in warnings:
        yield warning("settings", sentence, "correct it in .env")
    yield Finding("settings", f"{', '.join(settings.sections()) or 'no account'} set up")
    async with httpx2.AsyncClient(timeout=TIMEOUT) as http:
        visit = Visit(settings, http)
        for check in CHECKS:
            async for finding in check(visit):
                yield finding


def _strength(settings: Settings) -> Finding:
    """A short key can be found by trying: then the seals in a stolen database hold nothing back."""
    keys = settings.secret_keys
    if len(keys[0].get_secret_value()) >= LONG_ENOUGH:
        return Finding("secret keys", f"{len(keys)} set")
    remedy = f"put a new one before it (openssl rand -hex 32) in {PREFIX}SECRET_KEYS, then bellhop keys rotate"
    return warning("secret keys", f"the newest has less than {LONG_ENOUGH} characters", remedy)


async def _keys(visit: Visit) -> Findings:
    if visit.settings.secret_keys:
        yield _strength(visit.settings)
    elif async_url(visit.settings.database_url).get_backend_name() != "sqlite":
        yield fault("secret keys", "none", f"set {PREFIX}SECRET_KEYS=$(openssl rand -hex 32)")
    else:
        place = place_of_key(visit.settings)
        yield warning("secret keys", f"kept beside the database: {place}", f"set {PREFIX}SECRET_KEYS before going live")


async def _database(visit: Visit) -> Findings:
    url = async_url(visit.settings.database_url)
    shown = url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite" and not os.path.isfile(url.database or ""):  # noqa: ASYNC240  # a look, at once
        yield fault("database", f"there is none yet: {shown}", UPGRADE)
        return
    try:
        database = Database(visit.settings.database_url, keys=keys_of(visit.settings), clock=utc_now)
    except ModuleNotFoundError as error:
        yield fault("database", f"its driver {error.name} is not installed", "pip install 'bellhop[postgres,mysql]'")
        return
    try:
        async for finding in _inside(visit, database):
            yield finding
    except (SQLAlchemyError, OSError) as error:
        cause = " ".join(str(getattr(error, "orig", None) or error).split())
        yield fault("database", f"{shown} does not answer: {cause}", f"correct {PREFIX}DATABASE_URL")
    finally:
        await database.aclose()


async def _inside(visit: Visit, database: Database) -> Findings:
    try:
        there = await revision_of(database)
    except SchemaFromTheFuture as error:
        yield fault("database", str(error), "pip install --upgrade bellhop")
        return
    if there != newest():
        yield fault("database", f"is at {there or 'nothing'}, the program needs {newest()}", UPGRADE)
        return
    yield Finding("database", f"answers, revision {there}")
    async for finding in _teams(visit, database):
        yield finding


async def _teams(visit: Visit, database: Database) -> Findings:
    """Whether there is a team, with somebody in it and a desk that can be reached."""
    try:
        teams = await _who(database, moves_money(visit.settings))
    except WrongKey as error:
        yield fault("secret keys", str(error), f"put the key of before at the end of {PREFIX}SECRET_KEYS")
        return
    if not teams:
        yield fault("team", "there is none", "cp team.example.toml team.toml && bellhop team apply team.toml")
    for team in teams:
        yield Finding(f"team {team.slug}", f"{team.name}, {team.agents} agents")
        if not team.agents or not team.desks:
            yield fault(f"team {team.slug}", f"has no {'front desk' if team.agents else 'agents'}", APPLY)
        if team.pretends and team.live:
            yield fault(f"team {team.slug}", PRETENDS_LIVE, APPLY_GATEWAY)
        elif team.pretends:
            yield warning(f"team {team.slug}", "payments are pretended: no money moves", APPLY_GATEWAY)
        for channel, chat in team.desks:
            if channel:
                yield await probes.DESKS[channel](visit, chat)
    async for finding in probes.own_accounts(visit, database):
        yield finding


@dataclass(frozen=True, slots=True)
class _Staff:
    """A team as far as its set-up matters; `desks` are channels (see `_asked`) and places in them."""

    slug: str
    name: str
    agents: int
    live: bool
    pretends: bool
    desks: tuple[tuple[str, str], ...]


async def _who(database: Database, live_keys: bool) -> list[_Staff]:
    """Every team, read in one go: nobody may wait for the database while a platform is asked."""
    found = []
    await require_readable(database)
    async with database.begin() as work:
        for team in await work.people.teams():
            channels = {account.id: await _asked(work, account) for account in await work.people.accounts_of(team.id)}
            desks = tuple((channels[desk.account_id], desk.chat) for desk in await work.people.desks_of(team.id))
            agents, pretends = len(await work.people.agents(team.id)), Pretend.name in team.gateway.split(",")
            live = team.live or await has_live_keys(work, team, among_settings=live_keys)
            found.append(_Staff(team.slug, team.name, agents, live, pretends, desks))
    return found


async def _asked(work: Work, account: ChannelAccount) -> str:
    """The channel that can be asked about a desk with the settings' own keys; empty where others were given."""
    others = account.left_at or account.sealed_token or await work.installs.newest(account.external_id)
    return "" if others else account.channel


async def _clock(visit: Visit) -> Findings:
    """Signatures and tokens live for minutes: a wrong clock breaks them all."""
    if visit.settings.clock_offset_file is not None:
        yield warning("clock", f"moved by {visit.settings.clock_offset_file}", f"unset {PREFIX}CLOCK_OFFSET_FILE")
    for who, told in visit.dates.items():
        skew = utc_now() - told
        if abs(skew) > SKEW:
            remedy = "timedatectl set-ntp true"
            yield fault("clock", f"differs from {who}'s by {abs(skew).total_seconds():.0f} seconds", remedy)
            return
    if visit.dates:
        yield Finding("clock", f"agrees with {', '.join(visit.dates)}")


async def _public(visit: Visit) -> Findings:
    url = visit.settings.public_url
    if is_loopback(url):
        yield warning("public address", f"{url} is this machine only", f"set {PREFIX}PUBLIC_URL before others join")
        return
    if not url.startswith("https://"):
        yield fault("public address", f"{url} has no https: no camera, no webhook", "put Caddy or nginx in front of it")
        return
    try:
        answer = await visit.http.get(f"{url}/healthz")
    except httpx2.ConnectError as error:
        if _is_tls(error):
            yield fault(
                "public address", f"{url}: the certificate is not accepted", "certbot renew, or let Caddy do it"
            )
        else:
            yield warning("public address", f"{url} does not answer now", "bellhop serve")
    except httpx2.HTTPError as error:
        yield warning("public address", f"{url} does not answer now ({type(error).__name__})", "bellhop serve")
    else:
        good = answer.status_code == httpx2.codes.OK and answer.text.strip() == "ok"
        yield (
            Finding("public address", url)
            if good
            else fault("public address", f"{url} is not Bellhop", "bellhop serve")
        )


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


CHECKS: tuple[Callable[[Visit], Findings], ...] = (
    _keys,
    probes.telegram,
    probes.slack,
    probes.gateways,
    probes.rooms,
    _database,
    _public,
    _clock,
)

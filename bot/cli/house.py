"""The short commands: the database, the team, the examination."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from rich.console import Console
from rich.table import Table

from bot.cli.refusals import Refused
from bot.clock import clock_of
from bot.doctor import TIMEOUT
from bot.doctor import examine as examination
from bot.environment import read_settings
from bot.fitting import moves_money
from bot.keys import keys_of
from bot.probes import Finding, Grade, Visit, faults, slack_call
from bot.settings import Settings, SettingsError
from handlers.team_file import TeamFile, apply_team, read_team_file
from handlers.team_show import as_toml
from storage.database import Database
from storage.schema import require_current, revision_of, upgrade

LOOKS = {Grade.OK: ("OK", "green"), Grade.WARNING: ("CARE", "yellow"), Grade.FAULT: ("FAULT", "red")}


def upgrade_database() -> None:
    """Upgrade, and name the steps."""
    steps = asyncio.run(_upgrade())
    print("\n".join(steps) or "The database is up to date.")


async def _upgrade() -> list[str]:
    async with _opened() as (_, database):
        return await upgrade(database)


def check_database() -> None:
    """Raises SchemaBehind or SchemaFromTheFuture when the database does not fit."""
    print(asyncio.run(_check()))


async def _check() -> str:
    async with _opened() as (_, database):
        await require_current(database)
        return f"The database is up to date, at revision {await revision_of(database)}."


def apply_file(path: Path) -> None:
    """Apply a team's file, and say what changed."""
    file = read_team_file(path.read_text(encoding="utf-8"))
    print("\n".join(asyncio.run(_apply(file))) or "Nothing has changed.")


async def _apply(file: TeamFile) -> list[str]:
    async with _opened() as (settings, database):
        await upgrade(database)
        for line in _left_out(file, settings):
            print(line)
        accounts = await _accounts(settings)
        async with database.begin() as work:
            return await apply_team(work, file, accounts, live_keys=moves_money(settings))


def _left_out(file: TeamFile, settings: Settings) -> list[str]:
    """The messengers that the file names and the settings do not: their desk and agents cannot be kept yet."""
    named = {name for name, chat in file.desks if chat} | {name for agent in file.agents for name in agent.known_as}
    missing = sorted(name for name in named if getattr(settings, name) is None)
    return [
        f"{name.title()} is not set up yet, so its desk and agents are left out: bellhop init, then apply again."
        for name in missing
    ]


async def _accounts(settings: Settings) -> Mapping[str, tuple[str, str]]:
    """Who we are in each channel, as far as it can be learnt now; the rest is learnt when the program starts."""
    known: dict[str, tuple[str, str]] = {}
    if settings.telegram is not None:
        known["telegram"] = (settings.telegram.token.get_secret_value().partition(":")[0], "")
    if settings.slack is not None and settings.slack.bot_token.get_secret_value():
        async with httpx2.AsyncClient(timeout=TIMEOUT) as http:
            told = await slack_call(Visit(settings, http), settings.slack, "auth.test")
        if isinstance(told, Finding):
            print(f"Slack's desk and agents will follow when Bellhop starts ({told.said}).")
        else:
            known["slack"] = (told["team_id"], told["user"])
    return known


def show_teams(slug: str | None) -> None:
    """Print the teams as files would declare them."""
    print("\n".join(asyncio.run(_show(slug))))


async def _show(slug: str | None) -> list[str]:
    async with _opened() as (_, database):
        await require_current(database)
        async with database.begin() as work:
            teams = [team for team in await work.people.teams() if slug in (None, team.slug)]
            if not teams:
                raise Refused(f"there is no team {slug or 'yet; declare one: bellhop team apply team.toml'}")
            return [await as_toml(work, team) for team in teams]


def examine() -> int:
    """Print the examination; the exit status."""
    return asyncio.run(_examine())


async def _examine() -> int:
    console = Console(highlight=False)
    try:
        settings, warnings = read_settings()
    except SettingsError as error:
        found = [Finding("settings", sentence, Grade.FAULT, "correct it in .env") for sentence in error.sentences]
    else:
        with console.status("Examining ..."):
            found = [finding async for finding in examination(settings, warnings)]
    table = Table.grid(padding=(0, 2))
    for finding in found:
        word, color = LOOKS[finding.grade]
        remedy = f"\n→ {finding.remedy}" if finding.remedy else ""
        table.add_row(f"[{color}]{word}[/]", finding.what, f"{_plain(finding.said)}{_plain(remedy)}")
    console.print(table)
    return 1 if faults(found) else 0


def _plain(text: str) -> str:
    # What stands in brackets must not be taken for a colour.
    return text.replace("[", r"\[")


@asynccontextmanager
async def _opened() -> AsyncIterator[tuple[Settings, Database]]:
    settings, _ = read_settings()
    database = Database(settings.database_url, keys=keys_of(settings), clock=clock_of(settings))
    try:
        yield settings, database
    finally:
        await database.aclose()

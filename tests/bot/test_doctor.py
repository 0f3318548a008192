"""A set-up that works is found well; each broken one is named with what mends it."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import text

from bot import probes
from bot.doctor import CHECKS, examine
from bot.environment import read_settings
from bot.probes import Finding, Grade, Visit, faults
from handlers.team_file import apply_team, read_team_file
from payments.gateway import utc_now
from sandbox.app import Cast
from sandbox.environment import TEAM
from sandbox.stripe.merchants import SECOND
from storage.database import Database
from storage.schema import newest
from storage.tables import GatewayAccount
from tests.mould import empty_database

Environ = dict[str, str]
ACCOUNTS = {"slack": ("T0ACME", "bellhop"), "telegram": ("700100200", "bellhop_sandbox_bot")}
FILE = TEAM.read_text(encoding="utf-8")


@pytest_asyncio.fixture
async def database(environ: Environ, tmp_path: Path) -> AsyncIterator[Database]:
    """The set-up's database, with its team applied."""
    empty_database(tmp_path)
    made = Database(environ["BELLHOP_DATABASE_URL"], keys=[environ["BELLHOP_SECRET_KEYS"]], clock=utc_now)
    async with made.begin() as work:
        await apply_team(work, read_team_file(FILE), ACCOUNTS)
    yield made
    await made.aclose()


async def examined(environ: Environ) -> list[Finding]:
    settings, warnings = read_settings(environ, dotenv=None)
    return [finding async for finding in examine(settings, warnings)]


async def the_fault(environ: Environ) -> Finding:
    (found,) = faults(await examined(environ))
    assert found.remedy
    return found


async def test_a_set_up_that_works_has_no_fault(environ: Environ, database: Database) -> None:
    found = await examined(environ)
    assert faults(found) == []
    said = {finding.what: finding.said for finding in found}
    assert said["Telegram"] == "the bot is @bellhop_sandbox_bot"
    assert said["Slack"] == "the app is bellhop in Acme"
    assert said["Stripe"] == "Bright Studio: test mode, no real money"
    assert said["desk C0DESK"] == "#front-desk in Slack"
    assert said["desk -1001000000001"] == "“Front desk” in Telegram"
    assert said["clock"] == "agrees with Telegram, Slack"


async def test_an_app_that_lives_by_installs_alone_has_no_fault(environ: Environ, database: Database) -> None:
    async with database.begin() as work:
        for team in await work.people.teams():
            for account in await work.people.accounts_of(team.id):
                account.left_at = work.now if account.channel == "slack" else None
    found = await examined({**environ, "BELLHOP_SLACK__BOT_TOKEN": ""})
    assert faults(found) == []
    said = {finding.what: finding.said for finding in found}
    assert said["Slack installs"].endswith("/slack/install") and "Slack" not in said and "desk C0DESK" not in said


BROKEN = {
    "TELEGRAM__TOKEN=700100200:wrong": ("Telegram", "the token is not accepted", "BELLHOP_TELEGRAM__TOKEN"),
    "TELEGRAM__API_URL=http://127.0.0.1:9": ("Telegram", "does not answer", "curl -I http://127.0.0.1:9"),
    "SLACK__BOT_TOKEN=xoxb-wrong": ("Slack", "auth.test: invalid_auth", "BELLHOP_SLACK__BOT_TOKEN"),
    "SLACK__SIGNING_SECRET=": ("Slack events", "no signing secret", "BELLHOP_SLACK__SIGNING_SECRET"),
    "SLACK__APP_TOKEN=xapp-wrong": ("Slack", "apps.connections.open: ", "BELLHOP_SLACK__APP_TOKEN"),
    "STRIPE__API_KEY=sk_test_wrong": ("Stripe", "does not accept the API key", "BELLHOP_STRIPE__API_KEY"),
    "PUBLIC_URL=http://bellhop.example": ("public address", "has no https", "Caddy"),
    "SECRET_KEYS=another key": ("secret keys", "a key that SECRET_KEYS does not name", "BELLHOP_SECRET_KEYS"),
}


@pytest.mark.parametrize("change", BROKEN)
async def test_a_broken_set_up_is_named_with_its_remedy(environ: Environ, database: Database, change: str) -> None:
    async with database.begin() as work:
        (team,) = await work.people.teams()
        team.sealed_webhook_secret = work.vault.seal("something")
    name, _, value = change.partition("=")
    what, said, remedy = BROKEN[change]
    found = {finding.what: finding for finding in faults(await examined({**environ, f"BELLHOP_{name}": value}))}
    assert said in found[what].said
    assert remedy in found[what].remedy


async def test_a_key_that_can_be_guessed_is_named(environ: Environ) -> None:
    said = {finding.what: finding for finding in await examined({**environ, "BELLHOP_SECRET_KEYS": "abc"})}
    assert said["secret keys"].grade is Grade.WARNING and "bellhop keys rotate" in said["secret keys"].remedy


async def test_a_missing_database_is_not_made_by_looking(environ: Environ) -> None:
    found = await the_fault(environ)
    assert (found.what, found.remedy) == ("database", "bellhop db upgrade")
    assert (await the_fault(environ)).said == found.said


async def test_a_database_that_is_behind_wants_an_upgrade(environ: Environ, database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text("DELETE FROM alembic_version"))
    found = await the_fault(environ)
    assert (found.said, found.remedy) == (f"is at nothing, the program needs {newest()}", "bellhop db upgrade")


async def test_a_database_of_a_newer_program_is_said_to_be_one(environ: Environ, database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert "made by a newer Bellhop" in (await the_fault(environ)).said


async def test_a_database_server_that_is_away_is_named_without_its_password(environ: Environ) -> None:
    url = "postgresql://bellhop:hunter2@127.0.0.1:9/bellhop"
    found = await the_fault({**environ, "BELLHOP_DATABASE_URL": url})
    assert found.what == "database"
    assert "hunter2" not in f"{found.said}{found.remedy}"


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('slack = "C0DESK"', 'slack = "C0GENERAL"', "the app is not in the channel"),
        ('slack = "C0DESK"', 'slack = "C0NOWHERE"', "channel_not_found"),
        ("telegram = -1001000000001", "telegram = -1009", "chat not found"),
    ],
)
async def test_a_desk_that_cannot_be_reached_is_named(
    environ: Environ, database: Database, was: str, becomes: str, said: str
) -> None:
    async with database.begin() as work:
        await apply_team(work, read_team_file(FILE.replace(was, becomes)), ACCOUNTS)
    found = await the_fault(environ)
    assert found.what.startswith("desk")
    assert said in found.said


async def test_a_team_nobody_works_in_is_named(environ: Environ, database: Database) -> None:
    async with database.begin() as work:
        bare = read_team_file(FILE[: FILE.index("[[agents]]")])
        await apply_team(work, bare, ACCOUNTS)
    assert (await the_fault(environ)).said == "has no agents"


async def test_scopes_that_are_missing_are_named(environ: Environ, database: Database, cast: Cast) -> None:
    acme = cast.slack.core.teams["T0ACME"]
    assert acme.install is not None
    acme.install = replace(acme.install, scopes=acme.install.scopes - {"files:read"})
    found = await the_fault(environ)
    assert (found.what, found.said) == ("Slack scopes", "missing: files:read")
    assert "bellhop manifest slack" in found.remedy


async def test_a_webhook_that_leads_elsewhere_is_seen(environ: Environ, database: Database) -> None:
    hooks = [finding for finding in await examined(environ) if finding.what == "Telegram updates"]
    assert [(hook.grade, hook.remedy) for hook in hooks] == [(Grade.WARNING, "bellhop serve  (it sets the webhook)")]


async def test_an_unknown_setting_is_a_warning(environ: Environ, database: Database) -> None:
    found = await examined({**environ, "BELLHOP_STRIPE__APIKEY": "x"})
    assert found[0].grade is Grade.WARNING
    assert "BELLHOP_STRIPE__API_KEY" in found[0].said


async def test_a_clock_that_is_wrong_is_a_fault(environ: Environ) -> None:
    settings, _ = read_settings(environ, dotenv=None)
    async with httpx2.AsyncClient() as http:
        visit = Visit(settings, http, {"Telegram": utc_now() - timedelta(minutes=3)})
        (found,) = [finding async for finding in CHECKS[-1](visit)]
    assert found.said == "differs from Telegram's by 180 seconds"
    assert found.remedy == "timedatectl set-ntp true"


async def test_a_chat_without_topics_cannot_be_a_desk(environ: Environ, cast: Cast) -> None:
    cast.telegram.people.start(1001)
    settings, _ = read_settings(environ, dotenv=None)
    async with httpx2.AsyncClient() as http:
        found = await probes.desk_in_telegram(Visit(settings, http), "1001")
    assert (found.grade, found.said) == (Grade.FAULT, "the group has no topics")


async def test_a_teams_own_account_is_asked_too(environ: Environ, database: Database, cast: Cast) -> None:
    section = {"api_key": cast.world.secrets.stripe_second_api_key, "api_url": f"{cast.world.public_url}/stripe"}
    async with database.begin() as work:
        (team,) = await work.people.teams()
        own = GatewayAccount(
            team_id=team.id, gateway="stripe", account="own_1", sealed_section=work.vault.seal(json.dumps(section)),
            checked_at=work.now, made_at=work.now,
        )  # fmt: skip
        await work.accounts.add(own)
    said = {finding.what: finding.said for finding in await examined(environ)}
    assert said[f"team {team.slug}, Stripe"] == "Bella Bikes: test mode, no real money"
    cast.stripe.merchants.roll_key(SECOND, "sk_test_rolled")
    found = await the_fault(environ)
    assert found.what == f"team {team.slug}, Stripe"
    assert found.remedy == "an owner of the team changes the keys: /payments"

"""What the shell says of the pretend gateway: offered where there is no account, refused where real money moves."""

import os
from contextlib import chdir
from pathlib import Path

from typer.testing import CliRunner

from bot.cli.commands import app
from bot.cli.refusals import sentence_of
from bot.doctor import examine
from bot.environment import read_settings
from bot.init import GROUPS, REHEARSE
from bot.probes import Finding, Grade
from handlers.declared import TeamFileError
from handlers.team_file import apply_team, read_team_file
from handlers.team_show import as_toml
from payments.gateway import utc_now
from storage.database import Database
from storage.schema import upgrade

FILE = 'name = "A"\nslug = "a"\ncurrency = "USD"\ntime_zone = "UTC"\n'
LIVE = {"BELLHOP_STRIPE__API_KEY": "sk_live_made_up", "BELLHOP_SECRET_KEYS": "k"}
NOTHING = dict.fromkeys(name for name in os.environ if name.startswith("BELLHOP_"))


def test_the_wizard_offers_a_rehearsal_where_nobody_takes_money(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    told = CliRunner().invoke(app, ["init", "--file", str(path)], input="\n" * (len(GROUPS) + 5))
    assert (told.exit_code, REHEARSE in told.output) == (0, True), told.output


def test_applying_a_file_that_pretends_is_refused_beside_live_keys(tmp_path: Path) -> None:
    (tmp_path / "team.toml").write_text(f'{FILE}gateway = "pretend"\n')
    with chdir(tmp_path):
        refused = CliRunner().invoke(app, ["team", "apply", "team.toml"], env={**NOTHING, **LIVE})
        taken = CliRunner().invoke(app, ["team", "apply", "team.toml"], env=NOTHING)
    assert isinstance(refused.exception, TeamFileError)
    assert "moves no money" in str(sentence_of(refused.exception))
    assert (taken.exit_code, "team a: new" in taken.stdout) == (0, True)


async def said_of_a(folder: Path, *, live: bool) -> list[Finding]:
    """What the doctor says of a team that names the pretend gateway."""
    there = {"BELLHOP_DATABASE_URL": f"sqlite:///{folder}/b.db", "BELLHOP_SECRET_KEYS": "k"}
    settings, _ = read_settings(there, dotenv=None)
    database = Database(settings.database_url, keys=["k"], clock=utc_now)
    await upgrade(database)
    async with database.begin() as work:
        await apply_team(work, read_team_file(f'{FILE}gateway = "pretend"\n'), {})
        team = (await work.people.teams())[0]
        team.live = live
        assert ("live = true" in await as_toml(work, team)) is live
    await database.aclose()
    return [finding async for finding in examine(settings, []) if finding.what == "team a"]


async def test_the_doctor_says_that_payments_are_pretended(tmp_path: Path) -> None:
    (found,) = [one for one in await said_of_a(tmp_path, live=False) if "no money moves" in one.said]
    assert found.grade is Grade.WARNING


async def test_the_doctor_finds_fault_with_a_live_team_that_pretends(tmp_path: Path) -> None:
    (found,) = [one for one in await said_of_a(tmp_path, live=True) if "moves no money" in one.said]
    assert (found.grade, "team apply" in found.remedy) == (Grade.FAULT, True)

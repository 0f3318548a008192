"""The wizard, answered by a person at a keyboard: each account is tried at once, and nothing secret is shown."""

import asyncio
from pathlib import Path

from typer.testing import CliRunner, Result

from bot.cli.commands import app
from bot.environment import read_settings, written_in
from bot.init import GROUPS
from sandbox.world import World

Environ = dict[str, str]
LOOPBACK = "BELLHOP_{}__API_URL"
REST = ("",) * len(GROUPS)
"""Enter, at whatever else is asked."""


def stand_ins(environ: Environ) -> str:
    """A `.env` of before, in which somebody named the sandbox as the vendors' address."""
    return "".join(f"{name}={environ[name]}\n" for name in map(LOOPBACK.format, ("TELEGRAM", "SLACK", "STRIPE")))


async def answered(path: Path, *answers: str) -> Result:
    """The wizard's end, after these answers; it runs in a thread, because the sandbox it asks lives in this one."""
    said = "".join(f"{answer}\n" for answer in answers)
    return await asyncio.to_thread(CliRunner().invoke, app, ["init", "--file", str(path)], input=said)


async def test_answers_are_tried_and_written_for_their_owner_alone(
    environ: Environ, world: World, tmp_path: Path
) -> None:
    path, keys = tmp_path / ".env", world.secrets
    path.write_text(stand_ins(environ))
    answers = [
        "https://bellhop.example",
        keys.telegram_token,
        "",
        "",
        "",
        keys.slack_bot_token,
        "",
        keys.slack_signing_secret,
    ]
    told = await answered(path, *answers, keys.stripe_api_key, "", *REST)
    assert told.exit_code == 0, told.output
    for line in ("Telegram: the bot is @bellhop_sandbox_bot", "Slack: the app is bellhop", "Stripe: Bright Studio"):
        assert f"✓ {line}" in told.output
    assert not any(secret in told.output for secret in (keys.telegram_token, keys.slack_bot_token, keys.stripe_api_key))
    assert path.stat().st_mode & 0o777 == 0o600
    settings, warnings = read_settings({}, path)
    assert (settings.accounts, warnings) == (("telegram", "slack", "stripe"), [])
    assert len(settings.secret_keys) == 1


async def test_a_wrong_answer_is_asked_for_again(environ: Environ, world: World, tmp_path: Path) -> None:
    path, token = tmp_path / ".env", world.secrets.telegram_token
    path.write_text(stand_ins(environ))
    told = await answered(
        path, "", "nonsense", "", "", "", "n", "700100200:wrong", "", "", "", "n", token, "", "", *REST
    )
    assert told.exit_code == 0, told.output
    assert "must look like 123456789:AAbb" in told.output
    assert "✗ Telegram: the token is not accepted" in told.output
    assert written_in(path)["BELLHOP_TELEGRAM__TOKEN"] == token


async def test_asked_again_enter_keeps_and_a_dash_takes_away(environ: Environ, world: World, tmp_path: Path) -> None:
    path, keys = tmp_path / ".env", world.secrets
    before = {
        "BELLHOP_PUBLIC_URL": "https://bellhop.example",
        "BELLHOP_TELEGRAM__TOKEN": keys.telegram_token,
        "BELLHOP_STRIPE__API_KEY": keys.stripe_api_key,
        "BELLHOP_SECRET_KEYS": "kept",
        "BELLHOP_TEAM_FILE": "team.toml",
        "BELLHOP_ODD": "somebody's own",
    }
    path.write_text(stand_ins(environ) + "".join(f"{name}={value!r}\n" for name, value in before.items()))
    there = written_in(path)
    told = await answered(path, "", "", "", "", "", "", "-", *REST)
    assert told.exit_code == 0, told.output
    assert keys.telegram_token not in told.output
    del there["BELLHOP_STRIPE__API_KEY"]
    assert written_in(path) == there


async def test_an_interrupted_wizard_leaves_the_file_as_it_was(environ: Environ, tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text(stand_ins(environ))
    told = await answered(path, "https://bellhop.example")
    assert told.exit_code == 1
    assert path.read_text() == stand_ins(environ)

"""Keys change while the program runs, and a start with the wrong ones is refused in one line."""

import shutil
from pathlib import Path

import pytest

from tests.bot.shell import EMPTY, Ended, run

TEAM = """
name = "Bright Studio"
slug = "bright"
currency = "USD"
time_zone = "Europe/Berlin"

[webhook]
url = "https://team.example/hook"
secret = "whsec_bWFkZS11cC1zZWNyZXQtZm9yLXRlc3Rz"
"""


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database in which something is sealed with the key `old`."""
    folder = tmp_path_factory.mktemp("sealed")
    (folder / "team.toml").write_text(TEAM, encoding="utf-8")
    applied = bellhop(folder, "team apply team.toml", keys="old")
    assert "team bright: new" in applied.stdout, applied.stderr
    return folder


@pytest.fixture
def folder(sealed: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(sealed, tmp_path, dirs_exist_ok=True))


def bellhop(folder: Path, command: str, *, keys: str = "") -> Ended:
    return run(tuple(command.split()), folder, {**EMPTY, **({"BELLHOP_SECRET_KEYS": keys} if keys else {})})


def test_everything_is_sealed_anew_once_and_the_old_key_can_go(folder: Path) -> None:
    first = bellhop(folder, "keys rotate", keys="new,old")
    assert first.stdout.startswith("Secrets sealed anew: 1; under the newest key already: 0."), first.stderr
    assert "BELLHOP_SECRET_KEYS may name the first one alone" in first.stdout
    again = bellhop(folder, "keys rotate", keys="new")
    assert again.stdout == "Secrets sealed anew: 0; under the newest key already: 1.\n"
    assert bellhop(folder, "team apply team.toml", keys="new").stdout == "Nothing has changed.\n"


@pytest.mark.parametrize("command", ["worker", "keys rotate"])
def test_a_start_with_the_wrong_key_is_refused_and_changes_nothing(folder: Path, command: str) -> None:
    told = bellhop(folder, command, keys="wrong")
    assert told.returncode == 1
    assert told.stderr.startswith("bellhop: team.sealed_webhook_secret was sealed with a key that SECRET_KEYS does not")
    assert told.stderr.count("\n") == 1
    assert "BELLHOP_SECRET_KEYS: put the key of before at its end" in told.stderr
    assert bellhop(folder, "team apply team.toml", keys="old").stdout == "Nothing has changed.\n"


def test_a_key_lost_beside_its_database_is_named(folder: Path) -> None:
    told = bellhop(folder, "worker")
    assert told.returncode == 1
    assert "put the old bellhop.db.key back, or name its key in BELLHOP_SECRET_KEYS" in told.stderr

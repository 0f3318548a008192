"""The `bellhop` command as a shell meets it: what it prints, and its exit status."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import chdir, suppress
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner, Result

from bot.cli.commands import app
from bot.sandbox_run import free_port
from tests.bot.shell import EMPTY, SOON, Ended, answer_of, run, running

ROOT = Path(__file__).parents[2]

Shell = Callable[..., Ended]
Here = Callable[[str], Result]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Runs the command in an empty folder, with these settings alone."""

    def ended(*arguments: str, **settings: str) -> Ended:
        return run(arguments, tmp_path, {**EMPTY, **{f"BELLHOP_{name}": value for name, value in settings.items()}})

    return ended


@pytest.fixture
def here(tmp_path: Path) -> Here:
    """Runs the command in this process, in an empty folder, without any setting."""
    nothing = dict.fromkeys(name for name in os.environ if name.startswith("BELLHOP_"))

    def run(command: str) -> Result:
        with chdir(tmp_path):
            return CliRunner().invoke(app, command.split(), env=nothing)

    return run


def test_help_imports_nothing_heavy() -> None:
    heavy = ("sqlalchemy", "fastapi", "telegram", "slack_sdk", "stripe", "pydantic", "alembic", "aiohttp")
    code = f"import sys, bot.cli.commands; print([name for name in {heavy} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_help_names_every_command() -> None:
    told = CliRunner().invoke(app, ["--help"])
    assert told.exit_code == 0
    for command in "run serve worker sandbox db init doctor team manifest reconcile drill".split():
        assert re.search(rf"\b{command}\b", told.stdout)


def test_it_says_its_version(shell: Shell) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", shell("--version").stdout)


WRONG = [
    "nonsense",
    "customer erase 1",
    "customer export",
    "serve --port x",
    "serve --port 0",
    "manifest slack",
    "team apply",
]


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_use_ends_with_status_2(wrong: str) -> None:
    assert CliRunner().invoke(app, wrong.split()).exit_code == 2


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"PUBLIC_URL": "nonsense"},
            "bellhop: BELLHOP_PUBLIC_URL must be an address such as https://bellhop.example.com",
        ),
        ({"DATABASE_URL": "sqlite:////nowhere/bellhop.db"}, "bellhop: "),
        ({"DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:9/d", "SECRET_KEYS": "k"}, "bellhop: "),
        ({"DATABASE_URL": "postgresql://u@h/d"}, "bellhop: BELLHOP_SECRET_KEYS is required with a database server"),
    ],
)
def test_what_can_be_foreseen_ends_with_one_line(shell: Shell, settings: dict[str, str], said: str) -> None:
    ended = shell("serve", **settings)
    assert ended.returncode == 1
    assert ended.stderr.startswith(said)
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "hunter2" not in ended.stderr


def test_the_database_is_upgraded_once(here: Here) -> None:
    behind = here("db check")
    assert behind.exit_code == 1
    assert "bellhop db upgrade" in str(behind.exception)
    assert here("db upgrade").stdout.startswith("0001 ")
    assert here("db upgrade").stdout == "The database is up to date.\n"
    assert here("db check").exit_code == 0


def test_a_database_of_a_newer_program_stops_the_start(shell: Shell, here: Here, tmp_path: Path) -> None:
    here("db upgrade")
    engine = create_engine(f"sqlite:///{tmp_path}/bellhop.db")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    ended = shell("serve", "--port", "9")
    said = "bellhop: the database was made by a newer Bellhop; upgrade the program\n"
    assert (ended.returncode, ended.stderr) == (1, said)


def test_a_team_is_applied_and_shown(here: Here, tmp_path: Path) -> None:
    (tmp_path / "team.toml").write_text((ROOT / "team.example.toml").read_text())
    told = here("team apply team.toml").stdout
    assert "team bright-studio: new" in told
    left = "{} is not set up yet, so its desk and agents are left out: bellhop init, then apply again."
    assert told.splitlines()[:2] == [left.format("Slack"), left.format("Telegram")]
    assert here("team apply team.toml").stdout.splitlines()[2:] == ["Nothing has changed."]
    assert 'slug = "bright-studio"' in here("team show").stdout
    assert here("team show other").exit_code == 1


def test_a_team_file_that_is_wrong_says_where(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "team.toml").write_text('name = "Bright"\ncolour = "red"\n')
    ended = shell("team", "apply", "team.toml")
    assert ended.returncode == 1
    assert "colour: there is no such key" in ended.stderr
    assert shell("team", "apply", "nowhere.toml").stderr == "bellhop: No such file or directory: nowhere.toml\n"


def test_the_manifest_is_json(here: Here) -> None:
    told = json.loads(here("manifest slack --url https://bellhop.example").stdout)
    assert told["settings"]["interactivity"]["request_url"] == "https://bellhop.example/slack/events"
    assert json.loads(here("manifest slack --socket-mode").stdout)["settings"]["socket_mode_enabled"] is True


@pytest.mark.parametrize("url", ["bellhop.example", "http://bellhop.example", "https://"])
def test_a_manifest_names_no_address_that_slack_does_not_call(here: Here, url: str) -> None:
    told = here(f"manifest slack --url {url}")
    assert (told.exit_code, told.stdout) == (2, "")
    assert "write the whole address" in " ".join(told.stderr.replace("│", "").split())


def test_the_doctor_finds_an_empty_set_up_wanting(here: Here) -> None:
    told = here("doctor")
    assert told.exit_code == 1
    assert re.search(r"FAULT +database", told.stdout)
    assert "bellhop db upgrade" in told.stdout


def test_the_doctor_names_settings_that_stop_the_start(shell: Shell) -> None:
    told = shell("doctor", TELEGRAM__TOKEN="nonsense")
    assert told.returncode == 1
    assert "BELLHOP_TELEGRAM__TOKEN must look like" in " ".join(told.stdout.split())


def free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


def test_it_serves_until_it_is_asked_to_stop(tmp_path: Path) -> None:
    port, _ = free_ports()
    with running(tmp_path, "serve", "--port", str(port)) as process:
        assert answer_of(f"http://127.0.0.1:{port}/healthz", process) == "ok\n"
    assert process.returncode == 0, (tmp_path / "said").read_text()


def test_a_worker_works_until_it_is_asked_to_stop(tmp_path: Path) -> None:
    with running(tmp_path, "worker") as process:
        deadline = time.monotonic() + SOON
        while "working" not in (tmp_path / "said").read_text() and time.monotonic() < deadline:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
    assert process.returncode == 0, (tmp_path / "said").read_text()


def test_a_port_that_is_taken_is_named(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = shell("serve", "--port", str(port))
    said = f"bellhop: cannot listen on 127.0.0.1 port {port}: it is taken; choose another with --port"
    assert (ended.returncode, ended.stderr.strip().splitlines()[-1]) == (1, said)


def test_several_workers_want_a_database_server(shell: Shell) -> None:
    ended = shell("serve", "--workers", "2")
    assert ended.returncode == 1
    assert "several workers need PostgreSQL or MySQL" in ended.stderr


def test_without_accounts_it_runs_the_sandbox_with_the_product_beside_it(tmp_path: Path) -> None:
    port, sandbox_port = free_ports()
    arguments = ["sandbox", "--port", str(port), "--sandbox-port", str(sandbox_port), "--no-browser"]
    with running(tmp_path, *arguments, PUBLIC_URL="https://not.ours.example") as process:
        assert answer_of(f"http://127.0.0.1:{sandbox_port}/", process)
        assert answer_of(f"http://127.0.0.1:{port}/healthz", process) == "ok\n"
        ready = until_ready(f"http://127.0.0.1:{port}/readyz", process)
        world = json.loads(answer_of(f"http://127.0.0.1:{sandbox_port}/ui/world", process))
        assert (ready["ready"], world["product_url"]) == (True, f"http://127.0.0.1:{port}")
        again = subprocess.run(
            [sys.executable, "-m", "bot.cli", "sandbox"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert (again.returncode, "a sandbox runs already in" in again.stderr) == (1, True)
    assert process.returncode == 0
    said = (tmp_path / "said").read_text()
    assert f"Sandbox   http://127.0.0.1:{sandbox_port}" in said
    for gone in (port, sandbox_port):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", gone), timeout=5)


def until_ready(url: str, process: subprocess.Popen[bytes]) -> dict[str, object]:
    """What `/readyz` says once it answers 200."""
    ready: dict[str, object] = json.loads(answer_of(url, process))
    return ready


def test_the_sandbox_takes_the_next_port_when_its_own_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert free_port(port) > port
    assert free_port(port) == port
    assert free_port(port, port) > port

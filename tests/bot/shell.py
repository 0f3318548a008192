"""The `bellhop` command as a shell runs it, without a second of imports before each: a child of a warm parent."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

WARM = ("bot.app", "bot.cli.commands", "bot.cli.house", "bot.cli.serving", "bot.doctor", "handlers.team_file")
SOON = 45.0
EMPTY = {name: value for name, value in os.environ.items() if not name.startswith("BELLHOP_")}

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([*WARM])


@dataclass(frozen=True)
class Ended:
    """What the command left behind."""

    returncode: int
    stdout: str
    stderr: str


def run(arguments: tuple[str, ...], folder: Path, environ: dict[str, str]) -> Ended:
    """Run the command in a process of its own, in `folder`, with this environment alone."""
    told, wrong = folder / ".stdout", folder / ".stderr"
    child = _context.Process(target=_command, args=(arguments, folder, environ, told, wrong))
    child.start()
    child.join(SOON)
    assert child.exitcode is not None, "it does not end"
    return Ended(child.exitcode, told.read_text(), wrong.read_text())


def _command(arguments: tuple[str, ...], folder: Path, environ: dict[str, str], told: Path, wrong: Path) -> None:
    for number, path in ((1, told), (2, wrong)):
        with path.open("w") as opened:
            os.dup2(opened.fileno(), number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = ["bellhop", *arguments]
    from bot.cli import main

    main()


@contextmanager
def running(folder: Path, *arguments: str, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """The command for as long as the block lasts, then asked to stop."""
    environ = {**EMPTY, **{f"BELLHOP_{name}": value for name, value in settings.items()}}
    command = [sys.executable, "-m", "bot.cli", *arguments]
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(command, cwd=folder, env=environ, stdout=said, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(SOON)


def answer_of(url: str, process: subprocess.Popen[bytes]) -> str:
    """What the address answers, as soon as it does."""
    deadline = time.monotonic() + SOON
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310
            return str(answer.read().decode())
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
    raise AssertionError(f"{url} did not answer")

"""The `bellhop` command as a shell runs it, without a second of imports before each: a child of a warm parent."""

import multiprocessing
import os
import sys
from dataclasses import dataclass
from pathlib import Path

WARM = ("bot.app", "bot.cli.commands", "bot.cli.house", "bot.cli.serving", "bot.doctor", "handlers.team_file")
SOON = 45.0

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

"""What the program costs by itself: memory, starting, answering a shell; and what this machine's disk can do."""

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from bench.figures import Figure, Goal, figure
from bench.programs import ROOT
from bench.stage import Stage

SYNCS = 200
HELPS = 5


def start(stage: Stage) -> list[Figure]:
    """How long the running Bellhop took to answer, and what it holds before anything was asked of it."""
    return [
        figure("warm start until ready", stage.bellhop.started_in, "s", Goal(2, at_most=True)),
        figure("web process, idle", stage.bellhop.resident, "MiB", Goal(150, at_most=True)),
    ]


def after(stage: Stage) -> list[Figure]:
    """What it holds when everything has been asked of it."""
    return [figure("web process, after all this", stage.bellhop.resident, "MiB", Goal(150, at_most=True))]


def help_text() -> list[Figure]:
    """A shell's first question."""
    took = []
    for _ in range(HELPS):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "bot.cli", "--help"], cwd=ROOT, capture_output=True, check=True)
        took.append(time.perf_counter() - began)
    return [figure("bellhop --help", median(took), "s", Goal(0.5, at_most=True), rounds=took)]


def floor(folder: Path, syncs: int = SYNCS) -> float:
    """How many milliseconds the disk takes to keep four kibibytes: nothing durable can be quicker."""
    took = []
    handle = os.open(folder / "floor", os.O_WRONLY | os.O_CREAT)
    for _ in range(syncs):
        os.write(handle, bytes(4096))
        began = time.perf_counter()
        os.fdatasync(handle)
        took.append((time.perf_counter() - began) * 1000)
    os.close(handle)
    return median(took)

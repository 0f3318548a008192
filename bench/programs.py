"""Programs under measurement: each a process of its own, on a free port of this machine."""

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket

import aiohttp

ROOT = Path(__file__).parent.parent
SOON = 30.0
PAUSE = 0.02
LAST_WORDS = 2000


@dataclass(frozen=True, slots=True)
class Program:
    """A running server, and how many seconds it took until it answered."""

    url: str
    process: subprocess.Popen[bytes]
    started_in: float

    @property
    def resident(self) -> float:
        """Mebibytes of memory that are its own."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found
        return int(found[1]) / 1024


def free_port() -> int:
    """A port where nobody listens."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def running(
    *arguments: str, port: int, log: Path, ready: str = "", environ: Mapping[str, str] | None = None,
    python: str = sys.executable,
) -> AsyncIterator[Program]:  # fmt: skip
    """`python -m` these arguments for as long as the block lasts, from the moment it answers below `ready`."""
    url, began = f"http://127.0.0.1:{port}", time.perf_counter()
    process = _spawn((python, "-m", *arguments), log, environ or {})
    try:
        await _answers(f"{url}/{ready}", process, log)
        yield Program(url, process, time.perf_counter() - began)
    finally:
        process.terminate()
        # In a thread, since what it must finish first may need this one.
        await asyncio.to_thread(process.wait, SOON)


def _spawn(command: Sequence[str], log: Path, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    with log.open("ab") as written:
        return subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environ}, stdout=written, stderr=written)


async def _answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.perf_counter() + SOON
    async with aiohttp.ClientSession() as client:
        while time.perf_counter() < deadline and process.poll() is None:
            try:
                async with client.get(url) as answer:
                    if answer.status != 503:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(PAUSE)
    raise RuntimeError(f"{url} does not answer:\n{_last_words(log)}")


def _last_words(log: Path) -> str:
    return log.read_text(errors="replace")[-LAST_WORDS:]

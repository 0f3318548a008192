"""`python -m tests.bot.mortal_engine FOLDER ROUNDS`: an engine that is killed again and again, at any line.

It works on `town.db` in the folder and writes what its channel showed to `shown`, forced to the disk line by line.
"""

import asyncio
import os
import random
import select
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from bot.engine import Engine, inbox_pump, outbox_pump
from bot.jobs import Jobs
from handlers.channel import Sent
from handlers.effects import Mark
from handlers.heard import Origin
from handlers.house import House
from handlers.messages import Attachment, Message
from storage.database import Database
from storage.queues import Claimed
from storage.tables import Seat, Side

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
IDLE = 1.0
"""Seconds without a job after which there is nothing left to be killed in."""
LAST_ROUND = 30.0
"""Seconds in which the last engine, which nobody kills, must be through."""


class OnPaper:
    """A channel that writes down what it shows before it says so."""

    name = "telegram"
    per_second = 1000

    def __init__(self, path: Path) -> None:
        self._paper = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    async def send(self, seat: Seat, account: str, message: Message, *, replaces: str = "") -> Sent:
        await asyncio.sleep(random.random() / 200)
        if not replaces:
            os.write(self._paper, f"{seat.id} {message.text.replace(chr(10), ' ')}\n".encode())
            os.fsync(self._paper)
        return Sent(message_id=replaces or f"m{time.monotonic_ns()}", thread="t" if seat.side is Side.AGENT else "")

    async def answer(self, origin: Origin, message: Message, *, edit: bool = False) -> None:
        """Nobody looks."""

    async def mark(self, origin: Origin, mark: Mark) -> None:
        """Nobody looks."""

    async def download(self, file: Attachment) -> bytes:
        return file.content


Begun = Callable[[], object]


def engine_on(folder: Path, number: int, begun: Begun) -> tuple[House, Engine]:
    """The engine of one round. Rounds lie two minutes apart, so that the leases of the dead have run out."""
    began = time.monotonic()

    def clock() -> datetime:
        return START + timedelta(minutes=2 * number, seconds=time.monotonic() - began)

    database = Database(f"sqlite:///{folder}/town.db", keys=["a key of the tests"], clock=clock)
    house = House(database=database, now=clock, public_url="http://127.0.0.1:9")
    jobs = Jobs(house, {"telegram": OnPaper(folder / "shown")})

    async def take_in(job: Claimed) -> None:
        begun()
        await jobs.take_in(job)

    async def send_out(job: Claimed) -> None:
        begun()
        await jobs.send_out(job)

    inbox = inbox_pump(database, take_in, jobs.not_taken_in)
    outbox = outbox_pump(database, send_out, jobs.not_sent_out)
    return house, Engine(database, pumps=(inbox, outbox), sweeps=())


async def live(folder: Path, number: int, begun: Begun = lambda: None, *, until_done: bool = True) -> None:
    """Work, until killed or until nothing is left to do."""
    house, engine = engine_on(folder, number, begun)
    await engine.start()
    until = time.monotonic() + LAST_ROUND
    while time.monotonic() < until and (not until_done or await _busy(house)):  # noqa: ASYNC110  # no event for that
        await asyncio.sleep(0.02)
    await engine.stop()
    await house.database.aclose()


async def _busy(house: House) -> bool:
    async with house.database.begin() as work:
        return (await work.inbox.next_due() or await work.outbox.next_due()) is not None


def killed(folder: Path, number: int) -> bool:
    """One engine is killed a moment after it began one of its first jobs; False when there was none to begin."""
    begun, tell = os.pipe()
    child = os.fork()
    if child == 0:
        asyncio.run(live(folder, number, lambda: os.write(tell, b"."), until_done=False))
        os._exit(0)
    jobs = 0
    for _ in range(random.randint(1, 12)):
        if select.select([begun], [], [], IDLE)[0]:
            jobs += len(os.read(begun, 1))
    time.sleep(random.uniform(0, 0.01))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(begun)
    os.close(tell)
    return jobs > 0


def main(folder: Path, rounds: int) -> None:
    """Kill up to `rounds` engines while there is work, then let one finish. Prints how many were killed at work."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    at_work = 0
    while at_work < rounds and killed(folder, at_work):
        at_work += 1
    asyncio.run(live(folder, rounds + 1))
    sys.stdout.write(str(at_work))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

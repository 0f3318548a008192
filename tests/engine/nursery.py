"""`python -m tests.engine.nursery`: imports Bellhop once, then forks a server of it for each line that it reads.

A start costs milliseconds instead of seconds, so many can be killed. Each line is an `Order` as JSON; the answer is the
new process's id. When the reader's end is closed, every process that it made ends with it.
"""

import gc
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import aiosqlite  # noqa: F401  # what a URL names is imported at the first connection, and then by every child
import alembic.command
import asyncmy
import asyncpg  # noqa: F401
import stripe  # noqa: F401
import uvicorn
from pydantic import TypeAdapter

from bot.app import build
from bot.cli.reading import read

EVERYTHING = (alembic, asyncmy)


@dataclass(frozen=True, slots=True)
class Order:
    """A server to be made. `folder`: where it runs; `lease`: seconds after which its jobs are another's."""

    environ: dict[str, str]
    folder: str
    log: str
    host: str
    port: int
    lease: float


ORDER = TypeAdapter(Order)


def serve(order: Order) -> None:
    """What `bellhop serve` does, with a shorter lease."""
    os.environ.update(order.environ)
    os.chdir(order.folder)
    app = build(read())
    for pump in app.engine.pumps:
        pump.lease = timedelta(seconds=order.lease)
    config = uvicorn.Config(app.web, order.host, order.port, log_config=None, access_log=False)
    uvicorn.Server(config).run()


def be_born(order: Order) -> None:
    """The life of a child, up to its end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(order.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for stream in (1, 2):
        os.dup2(log, stream)
    # Its parent's line to the test is not its own.
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    serve(order)


def main() -> None:
    """Serve orders until nobody can give any."""
    # The dead need no funeral: whoever made them watches them by himself.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    print("ready", flush=True)
    for line in sys.stdin:
        order = ORDER.validate_json(line)
        child = os.fork()
        if child == 0:
            with suppress(KeyboardInterrupt):
                be_born(order)
            os._exit(0)
        print(child, flush=True)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()

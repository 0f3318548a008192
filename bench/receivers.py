"""Who receives webhooks beside Bellhop: each baseline by its words, in a process of its own."""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bench.databases import Databases
from bench.programs import ROOT, free_port, running

PATH = "/webhooks/stripe"
APART = ROOT / ".venv-djstripe"
DJSTRIPE_PATH = "/stripe/webhook/00000000-0000-4000-8000-000000000001/"

NOTHING = "a route that does nothing"
COMMITS = "one commit each, sqlite3"
TRANSACTIONS = "one transaction each, asyncpg"
TUTORIAL_FILE = "the tutorial's receiver, SQLite"
TUTORIAL_SERVER = "the tutorial's receiver, PostgreSQL"
DJSTRIPE = "dj-stripe, 2 gunicorn workers, PostgreSQL"


@dataclass(frozen=True, slots=True)
class Receiver:
    """A program of `bench.baselines`, and the database it is given."""

    words: str
    module: str
    url: str
    path: str = PATH
    python: str = sys.executable


def baselines(made: Databases) -> Iterator[Receiver]:
    """Those that can run here; says in a line which cannot."""
    yield Receiver(NOTHING, "noop", "")
    yield Receiver(COMMITS, "commits", made.sqlite("commits"))
    yield Receiver(TUTORIAL_FILE, "tutorial", made.sqlite("tutorial"))
    if made.server is None:
        return
    yield Receiver(TRANSACTIONS, "transactions", made.postgres("transactions"))
    yield Receiver(TUTORIAL_SERVER, "tutorial", made.postgres("tutorial"))
    if (APART / ".ready").exists():
        python = str(APART / "bin" / "python")
        yield Receiver(DJSTRIPE, "djstripe", made.postgres("djstripe"), DJSTRIPE_PATH, python)
    else:
        print("dj-stripe is left out: it could not be installed into .venv-djstripe")


@asynccontextmanager
async def serving(made: Databases, secret: str) -> AsyncIterator[dict[Receiver, str]]:
    """All of them at once, each with its address."""
    async with AsyncExitStack() as stack:
        addresses = {}
        for one in baselines(made):
            port = free_port()
            arguments = (f"bench.baselines.{one.module}", str(port), one.url, secret)
            log = made.folder / f"{one.words}.log"
            program = running(*arguments, port=port, log=log, python=one.python)
            addresses[one] = (await stack.enter_async_context(program)).url
        yield addresses

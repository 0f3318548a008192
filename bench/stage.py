"""The stage: the sandbox in this process, Bellhop with a durable database in one of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.programs import ROOT, Program, free_port, running
from sandbox import server
from sandbox.app import Cast
from sandbox.environment import environment
from sandbox.world import World
from storage.database import Database
from tests.stories.people import OnSlack, OnTelegram

KEY = "a made-up key for measuring"
TELEGRAM_SECRET = "made-up-webhook-secret"


@dataclass(frozen=True, slots=True)
class Stage:
    """Who plays, Bellhop, and a door to its database. `words` tells the database from others."""

    words: str
    cast: Cast
    bellhop: Program
    database: Database
    folder: Path

    @property
    def customer(self) -> OnTelegram:
        """A customer on Telegram."""
        return OnTelegram(self.cast, 1001)

    @property
    def agent(self) -> OnSlack:
        """An agent at the Slack desk."""
        return OnSlack(self.cast, "U0ANA", at_desk=True)


@dataclass(frozen=True, slots=True)
class Theatre:
    """Where Bellhop can be started again and again, for the same people and on the same database."""

    words: str
    cast: Cast
    url: str
    folder: Path
    port: int

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Stage]:
        """Bellhop runs for as long as the block lasts."""
        environ = environment(self.cast.world) | {
            "BELLHOP_DATABASE_URL": self.url,
            "BELLHOP_SECRET_KEYS": KEY,
            "BELLHOP_TEAM_FILE": str(ROOT / "tests/stories/team.toml"),
            "BELLHOP_TELEGRAM__WEBHOOK_SECRET": TELEGRAM_SECRET,
            # A few made-up customers write for hundreds.
            "BELLHOP_CUSTOMER_MESSAGES_PER_MINUTE": "1000000",
            "BELLHOP_TEAM_MESSAGES_PER_MINUTE": "1000000",
            "BELLHOP_ADDRESS_REQUESTS_PER_MINUTE": "1000000",
        }
        serve = ("bot.cli", "serve", "--port", str(self.port))
        log = self.folder / f"bellhop {self.words}.log"
        database = Database(self.url, keys=[KEY], clock=now)
        async with running(*serve, port=self.port, log=log, ready="readyz", environ=environ) as bellhop:
            yield Stage(self.words, self.cast, bellhop, database, self.folder)
        await database.aclose()


def now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


@asynccontextmanager
async def theatre(words: str, url: str, folder: Path) -> AsyncIterator[Theatre]:
    """The sandbox plays for as long as the block lasts; Bellhop has been there once and has made its tables."""
    port = free_port()
    world = World(product_url=f"http://127.0.0.1:{port}")
    cast = Cast.of(world)
    async with server.running(world, cast):
        made = Theatre(words, cast, url, folder, port)
        async with made.open():
            pass
        yield made


@asynccontextmanager
async def whole(words: str, url: str, folder: Path) -> AsyncIterator[Stage]:
    """Everything, for as long as the block lasts; a warm start."""
    async with theatre(words, url, folder) as made, made.open() as stage:
        yield stage

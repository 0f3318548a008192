"""The stage: the sandbox in this process, Bellhop with a durable SQLite file in one of its own."""

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
    """Who plays, Bellhop, and a door to its database."""

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


def now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


@asynccontextmanager
async def whole(folder: Path) -> AsyncIterator[Stage]:
    """Everything, for as long as the block lasts. The database is made before, so this is a warm start."""
    port = free_port()
    world = World(product_url=f"http://127.0.0.1:{port}")
    cast = Cast.of(world)
    url = f"sqlite:///{folder}/bellhop.db"
    async with server.running(world, cast):
        environ = environment(world) | {
            "BELLHOP_DATABASE_URL": url,
            "BELLHOP_SECRET_KEYS": KEY,
            "BELLHOP_TEAM_FILE": str(ROOT / "tests/stories/team.toml"),
            "BELLHOP_TELEGRAM__WEBHOOK_SECRET": TELEGRAM_SECRET,
        }
        serve = ("bot.cli", "serve", "--port", str(port))
        told = {"port": port, "log": folder / "bellhop.log", "ready": "readyz", "environ": environ}
        async with running(*serve, **told):  # type: ignore[arg-type]
            pass
        database = Database(url, keys=[KEY], clock=now)
        async with running(*serve, **told) as bellhop:  # type: ignore[arg-type]
            yield Stage(cast, bellhop, database, folder)
        await database.aclose()

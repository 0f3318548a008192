"""An outbox with workers of several processes at it, by a clock that is moved by hand."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta

from storage.database import Database
from storage.queues import Claimed
from tests.handlers.town import HandClock

LEASE = timedelta(seconds=60)


@dataclass
class Post:
    """A database as one process sees it, and its outbox."""

    url: str
    clock: HandClock = field(default_factory=HandClock)
    database: Database = field(init=False)

    def __post_init__(self) -> None:
        self.database = Database(self.url, keys=["k"], clock=self.clock)

    async def add(self, *bodies: str, wait: float = 0) -> None:
        """Each body begins with its lane."""
        async with self.database.begin() as work:
            for body in bodies:
                due_at = work.now + timedelta(seconds=wait)
                await work.outbox.add(lane=body[0], kind="test", body=body, due_at=due_at)

    async def claim(self, limit: int = 16) -> Sequence[Claimed]:
        async with self.database.begin() as work:
            return await work.outbox.claim(limit, LEASE)

    async def done(self, job: Claimed) -> bool:
        async with self.database.begin() as work:
            return await work.outbox.done(job)

    async def retry(self, job: Claimed, wait: float) -> bool:
        async with self.database.begin() as work:
            return await work.outbox.retry(job, due_at=work.now + timedelta(seconds=wait), problem="not now")

    async def bury(self, job: Claimed) -> bool:
        async with self.database.begin() as work:
            return await work.outbox.bury(job, "never")

    async def renew(self, job: Claimed) -> None:
        async with self.database.begin() as work:
            await work.outbox.renew([job], LEASE)

    async def holds(self, job: Claimed) -> bool:
        async with self.database.begin() as work:
            return await work.outbox.holds(job)


class Town(AsyncExitStack):
    """Processes that share one database and one clock."""

    def __init__(self, url: str, processes: int) -> None:
        super().__init__()
        self.clock = HandClock()
        self.posts = [Post(url, self.clock) for _ in range(processes)]
        for post in self.posts:
            self.push_async_callback(post.database.aclose)

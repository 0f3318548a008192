"""The pretend gateway on our side, and on the other the person at its page; its journal is in a real database."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from payments.gateway import Gateway
from payments.money import Money
from payments.pretend import Pretend
from storage.database import Database
from storage.pretended import KeptJournal
from tests.contracts.counter import Counter, Habits, Till, counter
from tests.mould import empty_database

SECRET = "a made-up secret"


@dataclass
class PretendTill:
    """Its page's buttons, and another program at the same journal."""

    gateway: Gateway
    page: Pretend
    elsewhere: Pretend
    counter: Counter
    habits: Habits = field(default_factory=lambda: Habits(too_small=0))

    async def pays(self, checkout_ref: str) -> None:
        """By the first button."""
        notice = await self.page.pay(checkout_ref)
        assert notice is not None
        self.counter.delivered.posts.append((notice.body, notice.headers))

    async def declines(self, checkout_ref: str) -> None:
        """By the second."""
        notice = await self.page.decline(checkout_ref)
        assert notice is not None
        self.counter.delivered.posts.append((notice.body, notice.headers))

    async def refunds_elsewhere(self, checkout_ref: str, amount: Money) -> None:
        """By another worker."""
        await self.elsewhere.refund(f"pay_{checkout_ref}", amount, key="elsewhere", reason="")


@asynccontextmanager
async def pretend_till() -> AsyncIterator[Till]:
    """Over a database of its own."""
    async with counter("pretend") as there:
        with TemporaryDirectory() as folder:
            clock = there.world.clock.now
            database = Database(empty_database(Path(folder)), keys=["a key of the tests"], clock=clock)
            try:
                here, elsewhere = (
                    Pretend(KeptJournal(database.begin), secret=SECRET, url=f"{there.url}/pretend", now=clock)
                    for _ in range(2)
                )
                async with aclosing(here):
                    yield PretendTill(here, here, elsewhere, there)
            finally:
                await database.aclose()

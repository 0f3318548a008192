"""What every proof of the engine needs: platforms, and servers that have all ended when the test is over."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from payments.gateway import utc_now
from storage.database import Database
from tests.engine.fleet import KEY, Fleet, Home, Nursery
from tests.engine.platforms import Platforms, open_platforms
from tests.engine.proof import Proof, at_work, listening

SEED = 20261101
CUSTOMERS = 24
Raise = Callable[[Home], Nursery]
Working = Callable[..., AbstractAsyncContextManager[Proof]]


@pytest_asyncio.fixture
async def platforms() -> AsyncIterator[Platforms]:
    """Telegram and Stripe."""
    with listening() as socket:
        async with open_platforms(socket, SEED) as made:
            yield made


@pytest.fixture
def raised() -> Iterator[Raise]:
    """Makes nurseries, and closes them with everybody in them."""
    with ExitStack() as stack:

        def make(home: Home) -> Nursery:
            nursery = Nursery(home)
            stack.callback(nursery.close)
            return nursery

        yield make


@pytest.fixture
def working(platforms: Platforms, raised: Raise, tmp_path: Path) -> Working:
    """Servers at work on the database of a URL that has its tables. `pytest -rP` shows each run in figures."""

    @asynccontextmanager
    async def work(url: str, *, servers: int = 2, payments: int = 4, **home: Any) -> AsyncIterator[Proof]:
        database = Database(url, keys=[KEY], clock=utc_now)
        fleet = Fleet(raised(Home(url, platforms.url, tmp_path, **home)), servers)
        try:
            async with at_work(database, platforms, fleet, customers=CUSTOMERS, payments=payments, seed=SEED) as proof:
                yield proof
                print(proof.told())
        finally:
            await database.aclose()

    return work

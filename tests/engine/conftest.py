"""What every proof of the engine needs: platforms, and a nursery of servers that is empty again when the test is over."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from payments.gateway import utc_now
from storage.database import Database
from tests.engine.fleet import KEY, Fleet, Home, Nursery
from tests.engine.platforms import Platforms, open_platforms
from tests.engine.proof import listening

SEED = 20261101
Raise = Callable[[Home], Nursery]


@pytest_asyncio.fixture
async def platforms() -> AsyncIterator[Platforms]:
    """Telegram and Stripe."""
    with listening() as socket:
        async with open_platforms(socket, SEED) as made:
            made.url = f"http://127.0.0.1:{socket.getsockname()[1]}"
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

"""A town for each test, with or without money in it, in a copy of one empty database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from storage.tables import RoleKind
from tests.handlers.market import Market
from tests.handlers.stall import stall
from tests.handlers.town import Town, Voice, employ, town
from tests.mould import mould


@pytest.fixture(scope="session")
def template() -> Path:
    """An empty database of ours."""
    return mould()


@pytest_asyncio.fixture
async def made(template: Path) -> AsyncIterator[Town]:
    """A team with its people and a customer."""
    async with town(template) as each:
        yield each


@pytest_asyncio.fixture
async def otto(made: Town) -> Voice:
    """An owner of acme."""
    return await employ(made, "otto", RoleKind.OWNER)


@pytest_asyncio.fixture
async def market(template: Path) -> AsyncIterator[Market]:
    """The same with a till, and a case that Ana holds."""
    async with stall(template) as there:
        yield there

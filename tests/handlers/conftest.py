"""An empty database, made once and copied for each test."""

import asyncio
from pathlib import Path

import pytest

from tests.handlers.town import empty_database


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of ours."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    asyncio.run(empty_database(path))
    return path

"""An empty database, made once and copied for each test."""

from pathlib import Path

import pytest

from tests.mould import mould


@pytest.fixture(scope="session")
def template() -> Path:
    """An empty database of ours."""
    return mould()

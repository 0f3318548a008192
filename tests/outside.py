"""The world outside, for tests that have no Bellhop behind it."""

import pytest

from sandbox.app import Cast
from sandbox.world import World


@pytest.fixture
def world() -> World:
    """Nobody listens at its product address: port 9 of this machine discards."""
    return World(product_url="http://127.0.0.1:9")


@pytest.fixture
def cast(world: World) -> Cast:
    """The twins of `world`, to act in directly."""
    return Cast.of(world)

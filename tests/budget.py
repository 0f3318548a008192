"""How often the tests that walk at random do so: a little at each change, thoroughly each night."""

import os

NIGHTLY = bool(os.environ.get("BELLHOP_NIGHTLY"))
FACTOR = 25
"""How many times as much a night tries as a change."""


def rounds(quick: int) -> int:
    """How many examples, or rounds, a costly test tries; `quick` of them at each change."""
    return quick * FACTOR if NIGHTLY else quick

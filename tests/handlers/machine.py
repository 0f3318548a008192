"""What state machines over a town share: a loop of their own, and a fresh database made from one template."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine

from payments.gateway import Gateway
from tests.budget import NIGHTLY, rounds
from tests.handlers.town import Town, town
from tests.mould import mould

T = TypeVar("T")

MODEST = settings(
    max_examples=rounds(8), stateful_step_count=20, deadline=None, database=None, derandomize=not NIGHTLY,
    phases=[Phase.generate], suppress_health_check=list(HealthCheck),
)  # fmt: skip
"""Enough to walk into every corner we know of, within seconds, and the same walk every time; each night, many others.

A walk of twenty steps is read faster than it is made shorter: each try is a town of its own.
"""


class InTown(RuleBasedStateMachine):
    """A machine that walks around a town of its own."""

    gateways: dict[str, Gateway]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.town: Town = self.run(self.stack.enter_async_context(town(mould(), self.till())))

    def till(self) -> dict[str, Gateway]:
        """The gateways of this town."""
        return {}

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something now."""
        return self.runner.run(work)

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.runner.close()

"""Patience: a platform that asked for a pause is not called again before it is over, whoever wants to speak."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from handlers.channel import TryLater


@dataclass
class Hold:
    """The pauses in force, by the place they are for (a chat). `clock` counts seconds and never jumps."""

    clock: Callable[[], float] = time.monotonic
    _until: dict[str, float] = field(default_factory=dict)

    def check(self, place: str) -> None:
        """Go on when `place` is free. Raises TryLater with the seconds that are left."""
        left = self._until.get(place, 0) - self.clock()
        if left > 0:
            raise TryLater(left)
        self._until.pop(place, None)

    def keep(self, place: str, seconds: float) -> None:
        """Leave `place` alone for `seconds`."""
        self._until[place] = self.clock() + seconds

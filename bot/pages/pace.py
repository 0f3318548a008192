"""How fast one browser may speak."""

import time
from collections.abc import Callable


class Pace:
    """A bucket of `burst` words, refilled with `per_second`."""

    def __init__(self, *, per_second: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` in seconds; only differences count."""
        self._rate, self._burst, self._clock = per_second, burst, clock
        self._left, self._seen = float(burst), clock()

    def allows(self) -> bool:
        """Whether one more word is in time; it is counted when so."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._seen) * self._rate)
        self._seen = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

"""The sandbox's clock: real time plus an offset that a person may move.

The offset is also written to a file, so that a program under rehearsal can be told to read the same clock.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path


@dataclass
class Clock:
    """Aware UTC time that can jump. `path`, when given, holds the offset in seconds as text."""

    path: Path | None = None
    offset: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        """The sandbox's present moment."""
        return datetime.now(UTC) + self.offset

    def jump(self, by: timedelta) -> datetime:
        """Move the clock by `by` (may be negative) and return the new present."""
        self.offset += by
        if self.path is not None:
            # Replace, never truncate: a reader must not see an empty file.
            fresh = self.path.with_suffix(".new")
            fresh.write_text(str(self.offset.total_seconds()), encoding="ascii")
            fresh.replace(self.path)
        return self.now()

"""The program's clock: the system's, or for rehearsals one that a file moves."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.settings import Settings

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def clock_of(settings: Settings) -> Clock:
    """The clock that the settings ask for: the system's, or one that a file moves."""
    return MovedClock(settings.clock_offset_file) if settings.clock_offset_file else utc_now


@dataclass
class MovedClock:
    """The system's clock plus the seconds written in `path`, read again whenever the file changes. No file: none."""

    path: Path
    _stamp: tuple[int, int] = (0, 0)
    _offset: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        """The rehearsed present moment, aware UTC."""
        try:
            seen = self.path.stat()
            if (stamp := (seen.st_ino, seen.st_mtime_ns)) != self._stamp:
                self._offset = timedelta(seconds=float(self.path.read_text(encoding="ascii")))
                self._stamp = stamp
        except (OSError, ValueError):
            # A file that is missing or half written says nothing new.
            pass
        return utc_now() + self._offset

"""How long words are kept, as a team's file says it: `90 days`, or `0`: until the conversation is closed."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

DAYS = 365
"""Where a team says nothing."""
LONGEST = 3650
_DAYS = re.compile(r"\s*(\d{1,4})\s*(?:days?)?\s*", re.IGNORECASE)


def _days(value: Any) -> Any:
    read = _DAYS.fullmatch(value) if isinstance(value, str) else None
    if read is None and type(value) is not int:
        raise ValueError("write a number of days, such as “90 days”; 0 forgets when the conversation is closed")
    return int(read[1]) if read else value


Days = Annotated[int, BeforeValidator(_days), Field(ge=0, le=LONGEST)]


def days_text(days: int) -> str:
    """As the file would say it."""
    return f"{days} day{'' if days == 1 else 's'}"

"""Taking a name out of texts that have to stay: descriptions on papers, lines of the team's log."""

import json
import re
from collections.abc import Mapping
from typing import Any

SHORTEST = 3
"""Letters of a part of a name that is looked for by itself: shorter ones are words of their own too often."""

REFERENCE = re.compile(r"(\b(?:customer|person|case|request) \d+)")


def pseudonym(person_id: int) -> str:
    """Who stands in the books where a customer was erased."""
    return f"Erased customer {person_id}"


def without_name(text: str, name: str, stead: str) -> str:
    """The text with `stead` where the name stood, or a part of it as a word by itself."""
    looked_for = _name_in(name)
    return looked_for.sub(lambda _: stead, text) if looked_for else text


def without_name_in_log(text: str, name: str, stead: str) -> str:
    """The same for a line of the log, whose "customer 7" means a number also when somebody is called Customer."""
    pieces = REFERENCE.split(text)
    return "".join(piece if REFERENCE.fullmatch(piece) else without_name(piece, name, stead) for piece in pieces)


def reworded(body: str, name: str, stead: str, told: Mapping[str, str] | None = None) -> str:
    """A JSON object with the name taken out of all its texts, and the fields that are there set as `told`."""
    read: dict[str, Any] = _everywhere(json.loads(body), name, stead)
    read |= {field: value for field, value in (told or {}).items() if field in read}
    return json.dumps(read, ensure_ascii=False)


def _everywhere(value: Any, name: str, stead: str) -> Any:
    if isinstance(value, dict):
        return {key: _everywhere(inner, name, stead) for key, inner in value.items()}
    if isinstance(value, list):
        return [_everywhere(inner, name, stead) for inner in value]
    return without_name(value, name, stead) if isinstance(value, str) else value


def _name_in(name: str) -> re.Pattern[str] | None:
    whole = " ".join(name.split())
    parts = {whole, *(part for part in re.split(r"\W+", whole) if len(part) >= SHORTEST)} - {""}
    words = "|".join(re.escape(part) for part in sorted(parts, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) if words else None

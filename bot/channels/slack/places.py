"""Which workspace a payload is about, and what kind of place something was said in."""

from collections.abc import Mapping
from typing import Any

from handlers.heard import Place

Json = Mapping[str, Any]

CHANNEL = "slack"


def account_of(body: Json) -> str:
    """The workspace, or the organisation where the app is installed for all of it."""
    allowed = next(iter(body.get("authorizations") or ()), body)
    if str(allowed.get("is_enterprise_install")).lower() == "true":
        return str(allowed.get("enterprise_id") or (body.get("enterprise") or {})["id"])
    team = allowed.get("team_id") or body.get("team_id") or (body.get("team") or {}).get("id")
    return str(team or body["user"]["team_id"])


def place_of(chat: str) -> Place:
    """Direct messages have ids with a D."""
    return Place.PRIVATE if chat.startswith("D") else Place.GROUP

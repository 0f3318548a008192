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


def workspace_of(body: Json) -> str:
    """Which workspace of an organisation it was; empty where the account is that workspace, or Slack names none."""
    told = body.get("team_id") or (body.get("team") or {}).get("id") or (body.get("user") or {}).get("team_id")
    return str(told) if told and account_of(body) != told and not is_organisation(str(told)) else ""


def place_of(chat: str) -> Place:
    """Direct messages have ids with a D."""
    return Place.PRIVATE if chat.startswith("D") else Place.GROUP


def is_organisation(account: str) -> bool:
    """Whether an id is an Enterprise Grid organisation's, which has the app for all of its workspaces."""
    return account.startswith("E")

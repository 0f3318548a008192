"""What Slack tells of our own standing: in a channel, and in a whole workspace. Pure, like `hear`.

docs.slack.dev/reference/events: member_joined_channel, channel_left, group_left, app_uninstalled, tokens_revoked,
team_access_granted, team_access_revoked.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.channels.slack.places import CHANNEL, Json, account_of, is_organisation, workspace_of
from bot.channels.slack.refusals import INVITE
from handlers.heard import AccessChanged, AppRemoved, Origin, Place, Sender, Standing

TAKEN_OUT = f"Bellhop was taken out of the channel. {INVITE}"


def joined(body: Json, _words: Collection[str], _names: Mapping[str, str]) -> Standing | None:
    """Somebody came into a channel; it only matters when it was us."""
    told = body["event"]
    if told.get("user") not in _ourselves(body):
        return None
    return Standing(**_said_by(body, told.get("inviter") or told["user"]))


def left(body: Json, _words: Collection[str], _names: Mapping[str, str]) -> Standing:
    """We are no longer in a channel."""
    told = body["event"]
    who = told.get("actor_id") or next(iter(_ourselves(body)), told["channel"])
    return Standing(**_said_by(body, who), trouble=TAKEN_OUT)


def removed(body: Json, _words: Collection[str], _names: Mapping[str, str]) -> AppRemoved | None:
    """`app_uninstalled`, or `tokens_revoked` with the bot's among them; they come in no promised order."""
    told = body["event"]
    if told["type"] == "tokens_revoked" and not (told.get("tokens") or {}).get("bot"):
        return None
    return AppRemoved(**_said_by(body, "", chat=""))


def access_changed(body: Json, _words: Collection[str], _names: Mapping[str, str]) -> AccessChanged | None:
    """An organisation lets us into some of its workspaces, or takes us out; only it is sure to be named."""
    told = body["event"]
    allowed: Json = next(iter(body.get("authorizations") or ()), {})
    organisation = str(allowed.get("enterprise_id") or body.get("enterprise_id") or "")
    if not is_organisation(organisation):
        return None
    heard = _said_by(body, "", chat="")
    origin = heard["origin"].model_copy(update={"account": organisation, "workspace": ""})
    granted = told["type"] == "team_access_granted"
    return AccessChanged(**heard | {"origin": origin}, workspaces=tuple(told["team_ids"]), granted=granted)


def _said_by(body: Json, user: str, *, chat: str | None = None) -> dict[str, Any]:
    place = body["event"]["channel"] if chat is None else chat
    origin = Origin(
        channel=CHANNEL, account=account_of(body), workspace=workspace_of(body), chat=place, place=Place.GROUP,
        user=user,
    )  # fmt: skip
    at = datetime.fromtimestamp(body["event_time"], UTC)
    return {"event_id": body["event_id"], "origin": origin, "sender": Sender(name=user or "Slack"), "at": at}


def _ourselves(body: Json) -> list[str]:
    return [str(one.get("user_id")) for one in body.get("authorizations", ()) if one.get("is_bot")]

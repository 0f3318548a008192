"""Our objects in Slack's JSON, as its API and its events spell them."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sandbox.slack.model import APP_ID, APP_NAME, Channel, File, Json, Message, Person, View, Workspace

if TYPE_CHECKING:
    from sandbox.slack.core import Core

CHANNEL_TYPES = {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}
LONG_AGO = 1767225600


def person_json(team: Workspace, person: Person) -> Json:
    """A user object as users.info gives it."""
    now = datetime.now(UTC).astimezone(ZoneInfo(person.tz))
    offset = now.utcoffset()
    return {
        "id": person.id,
        "team_id": team.id,
        "name": person.name,
        "deleted": False,
        "real_name": person.real_name,
        "tz": person.tz,
        "tz_label": now.strftime("%Z"),
        "tz_offset": round(offset.total_seconds()) if offset else 0,
        "profile": profile_json(team, person),
        "is_admin": bool(team.install and team.install.installer == person.id),
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": person.role == "bot",
        "is_app_user": False,
        "updated": LONG_AGO,
    }


def profile_json(team: Workspace, person: Person) -> Json:
    """The profile inside a user object."""
    first, _, last = person.real_name.partition(" ")
    return {
        "real_name": person.real_name,
        "display_name": person.name,
        "real_name_normalized": person.real_name,
        "display_name_normalized": person.name,
        "first_name": first,
        "last_name": last,
        "email": f"{person.name}@{team.domain}.example",
        "status_text": "",
        "status_emoji": "",
        "team": team.id,
        **({"api_app_id": APP_ID, "bot_id": person.bot_id} if person.role == "bot" else {}),
    }


def channel_json(team: Workspace, channel: Channel) -> Json:
    """A conversation object as conversations.info gives it to the bot."""
    if channel.kind == "im":
        other = next((user for user in channel.members if user != team.bot.id), team.bot.id)
        return {"id": channel.id, "created": LONG_AGO, "is_im": True, "is_org_shared": False, "user": other,
                "is_archived": False, "is_open": True}  # fmt: skip
    topic = {"value": channel.topic, "creator": "", "last_set": 0}
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_im": False,
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "public",
        "is_archived": False,
        "is_general": channel.name == "general",
        "is_shared": False,
        "is_member": team.bot.id in channel.members,
        "created": LONG_AGO,
        "creator": channel.members[0],
        "context_team_id": team.id,
        "topic": topic,
        "purpose": topic,
        "num_members": len(channel.members),
    }


def message_json(core: "Core", team: Workspace, message: Message) -> Json:
    """A message object, with its thread's totals when it has a thread."""
    out: Json = {"type": "message", "ts": message.ts, "text": message.text, "team": team.id}
    if message.subtype != "bot_message":
        out["user"] = message.user
    out["blocks"] = message.blocks or ([] if message.bot_id else _typed(message.text))
    if message.bot_id:
        out |= {"bot_id": message.bot_id, "app_id": APP_ID, "bot_profile": bot_json(team)}
    if message.username:
        out |= {"username": message.username, "icons": {"emoji": message.icon}}
    if message.edited:
        out["edited"] = {"user": message.user, "ts": message.edited}
    if message.files:
        out |= {"files": [file_json(core, team, core.files[file]) for file in message.files], "upload": False}
    if message.reactions:
        out["reactions"] = reactions_json(message)
    for name in ("subtype", "thread_ts", "metadata"):
        if value := getattr(message, name):
            out[name] = value
    return out | _thread(team.channels[message.channel], message)


def _thread(channel: Channel, message: Message) -> Json:
    if message.is_reply:
        parent = channel.find(message.thread_ts)
        return {"parent_user_id": parent.user} if parent else {}
    replies = channel.replies(message.ts)
    if not replies:
        return {}
    users = list(dict.fromkeys(reply.user for reply in replies))
    return {"thread_ts": message.ts, "reply_count": len(replies), "reply_users": users,
            "reply_users_count": len(users), "latest_reply": replies[-1].ts, "is_locked": False}  # fmt: skip


def _typed(text: str) -> list[Json]:
    """Slack sends what a person typed as rich text too."""
    line = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return [{"type": "rich_text", "block_id": "typed", "elements": [line]}] if text else []


def reactions_json(message: Message) -> list[Json]:
    """The reactions on a message."""
    return [{"name": name, "users": users, "count": len(users)} for name, users in message.reactions.items()]


def bot_json(team: Workspace) -> Json:
    """The profile of the app's bot, as messages carry it."""
    return {"id": team.bot.bot_id, "app_id": APP_ID, "user_id": team.bot.id, "name": APP_NAME, "deleted": False,
            "updated": LONG_AGO, "team_id": team.id, "icons": {}}  # fmt: skip


def file_json(core: "Core", team: Workspace, file: File) -> Json:
    """A file object; its private addresses want the bot's token."""
    kind = file.name.rpartition(".")[2].lower() if "." in file.name else "binary"
    root = f"{core.world.public_url}/slack/files-pri/{team.id}-{file.id}"
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "filetype": kind,
        "pretty_type": kind.upper(),
        "user": file.user,
        "size": len(file.data),
        "mode": "hosted",
        "is_external": False,
        "is_public": False,
        "url_private": f"{root}/{file.name}",
        "url_private_download": f"{root}/download/{file.name}",
        "permalink": f"{core.world.public_url}/slack/files/{file.id}",
    }


def view_json(team: Workspace, view: View) -> Json:
    """A view object as views.open and interactions give it."""
    body = {key: value for key, value in view.body.items() if key != "hash"}
    blank = {"title": None, "submit": None, "close": None, "private_metadata": "", "callback_id": "", "external_id": "",
             "clear_on_close": False, "notify_on_close": False}  # fmt: skip
    return {
        **blank,
        **body,
        "id": view.id,
        "team_id": team.id,
        "state": {"values": view.values},
        "hash": view.hash,
        "previous_view_id": view.previous or None,
        "root_view_id": view.root,
        "app_id": APP_ID,
        "app_installed_team_id": team.id,
        "bot_id": team.bot.bot_id,
    }


def whole(team: Workspace) -> Json:
    """How a payload names an installation: the workspace's own, or the organisation's."""
    if team.org is None:
        return {"enterprise": None, "is_enterprise_install": False}
    return {"enterprise": {"id": team.org.id, "name": team.org.name}, "is_enterprise_install": True}


def authorization(team: Workspace) -> Json:
    """The installation that an event is for; an organisation's names no workspace."""
    org = team.org
    return {"enterprise_id": org.id if org else None, "team_id": None if org else team.id, "user_id": team.bot.id,
            "is_bot": True, "is_enterprise_install": org is not None}  # fmt: skip

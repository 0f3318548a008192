"""conversations.*, users.*, team.info, bots.info, auth.test: who and what is there."""

from sandbox.slack.call import Call, Method
from sandbox.slack.model import APP_ID, Channel, Json, Refused
from sandbox.slack.wire import bot_json, channel_json, person_json, profile_json

TYPES = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}


def auth_test(call: Call) -> Json:
    """auth.test."""
    team = call.team
    url, org = f"https://{team.domain}.slack.com/", team.org
    name, key = (org.name, org.id) if org else (team.name, team.id)
    told = {"url": url, "team": name, "user": team.bot.name, "team_id": key, "user_id": team.bot.id,
            "bot_id": team.bot.bot_id, "is_enterprise_install": org is not None}  # fmt: skip
    return told | ({"enterprise_id": org.id} if org else {})


def team_info(call: Call) -> Json:
    """team.info."""
    team = call.team
    shown = {"id": team.id, "name": team.name, "domain": team.domain, "email_domain": f"{team.domain}.example"}
    return {"team": shown | {"url": f"https://{team.domain}.slack.com/", "icon": {"image_default": True}}}


def bots_info(call: Call) -> Json:
    """bots.info."""
    if call.text("bot") not in ("", call.team.bot.bot_id):
        raise Refused("bot_not_found")
    return {"bot": bot_json(call.team) | {"app_id": APP_ID}}


def users_info(call: Call) -> Json:
    """users.info."""
    person = call.core.person(call.team, call.text("user", "user_not_found"))
    shown = person_json(call.team, person)
    if call.flag("include_locale"):
        shown["locale"] = person.locale
    return {"user": shown}


def users_list(call: Call) -> Json:
    """users.list."""
    people, more = call.page(list(call.team.everyone().values()))
    return {"members": [person_json(call.team, person) for person in people], "cache_ts": 1767225600, **more}


def users_profile_get(call: Call) -> Json:
    """users.profile.get."""
    person = call.core.person(call.team, call.text("user") or call.bot)
    return {"profile": profile_json(call.team, person)}


def conversations_open(call: Call) -> Json:
    """conversations.open, for one person or by the conversation's id."""
    if call.text("channel"):
        channel = call.channel()
    else:
        users = call.names("users")
        if not users:
            raise Refused("users_list_not_supplied")
        channel = _open(call, [call.core.person(call.team, user).id for user in users])
    shown = channel_json(call.team, channel) if call.flag("return_im") else {"id": channel.id}
    return {"channel": shown}


def _open(call: Call, users: list[str]) -> Channel:
    if users == [call.bot]:
        raise Refused("cannot_dm_bot")
    if len(users) == 1:
        return call.team.direct(users[0])
    members = [*users, call.bot]
    for channel in call.team.channels.values():
        if channel.kind == "mpim" and set(channel.members) == set(members):
            return channel
    name = "mpdm-" + "--".join(call.team.everyone()[user].name for user in members) + "-1"
    channel = Channel(call.core.new_id("G"), name, "mpim", members)
    call.team.channels[channel.id] = channel
    call.core.touched()
    return channel


def conversations_info(call: Call) -> Json:
    """conversations.info."""
    return {"channel": channel_json(call.team, call.channel())}


def conversations_members(call: Call) -> Json:
    """conversations.members."""
    members, more = call.page(call.channel().members)
    return {"members": members, **more}


def conversations_join(call: Call) -> Json:
    """conversations.join, for public channels."""
    channel = call.channel()
    if channel.kind != "public":
        raise Refused("method_not_supported_for_channel_type")
    if call.bot in channel.members:
        return {"channel": channel_json(call.team, channel), "warning": "already_in_channel"}
    channel.members.append(call.bot)
    call.core.touched()
    event = {"type": "member_joined_channel", "user": call.bot, "channel": channel.id, "team": call.team.id}
    call.core.tell(call.team, event | {"channel_type": "C"}, channel.id)
    return {"channel": channel_json(call.team, channel)}


def conversations_list(call: Call) -> Json:
    """conversations.list: what the bot may see."""
    return _channels(call, [c for c in call.team.channels.values() if c.kind == "public" or call.bot in c.members])


def users_conversations(call: Call) -> Json:
    """users.conversations: what someone is in and the bot may see."""
    user = call.text("user") or call.bot
    mine = [c for c in call.team.channels.values() if user in c.members]
    return _channels(call, [c for c in mine if c.kind == "public" or call.bot in c.members])


def _channels(call: Call, channels: list[Channel]) -> Json:
    kinds = {TYPES.get(kind.strip()) for kind in call.names("types") or ["public_channel"]}
    if None in kinds:
        raise Refused("invalid_types")
    page, more = call.page([channel for channel in channels if channel.kind in kinds])
    return {"channels": [channel_json(call.team, channel) for channel in page], **more}


def history_is_kept_apart(call: Call) -> Json:
    """conversations.history and .replies: one call a minute for such apps, so nothing may rest on them."""
    raise Refused("ratelimited")


METHODS = {
    "auth.test": Method(auth_test),
    "team.info": Method(team_info, "team:read"),
    "bots.info": Method(bots_info, "users:read"),
    "users.info": Method(users_info, "users:read"),
    "users.list": Method(users_list, "users:read"),
    "users.profile.get": Method(users_profile_get, "users.profile:read"),
    "users.conversations": Method(users_conversations),
    "conversations.open": Method(conversations_open, "im:write"),
    "conversations.info": Method(conversations_info),
    "conversations.members": Method(conversations_members),
    "conversations.join": Method(conversations_join, "channels:join"),
    "conversations.list": Method(conversations_list),
    "conversations.history": Method(history_is_kept_apart),
    "conversations.replies": Method(history_is_kept_apart),
}

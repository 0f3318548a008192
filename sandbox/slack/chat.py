"""chat.* and what else is done to messages: reactions and pins."""

import re
from typing import Any

from sandbox.slack.blocks import accept_message_blocks
from sandbox.slack.call import Call, Method
from sandbox.slack.model import APP_NAME, Channel, Json, Message, Refused
from sandbox.slack.wire import message_json, reactions_json

CUT_AT, UPDATE_LIMIT = 40_000, 4_000
EMOJI = re.compile(r"^[\w+'-]{1,100}(::skin-tone-[2-6])?$")


def post_message(call: Call) -> Json:
    """chat.postMessage."""
    channel = _place(call)
    text, blocks = _content(call)
    message = Message(
        call.core.stamp(),
        channel.id,
        call.bot,
        text[:CUT_AT],
        blocks,
        bot_id=call.team.bot.bot_id,
        thread_ts=thread_in(channel, call.text("thread_ts")),
        broadcast=call.flag("reply_broadcast"),
        metadata=call.structure("metadata", "invalid_metadata_format"),
    )
    _disguise(call, message)
    if message.broadcast and message.thread_ts:
        message.subtype = "thread_broadcast"
    call.core.post(call.team, channel, message)
    return {"channel": channel.id, "ts": message.ts, "message": message_json(call.core, call.team, message)}


def _place(call: Call) -> Channel:
    """Where to post: a channel by id or #name, or a person's id for the direct conversation."""
    target = call.text("channel", "channel_not_found")
    if target in call.team.people:
        return call.team.direct(target)
    by_name = next((c for c in call.team.channels.values() if target.lstrip("#") == c.name and c.name), None)
    channel = call.core.channel_for(call.team, call.bot, by_name.id if by_name else target)
    if call.bot not in channel.members and "chat:write.public" not in call.install.scopes:
        raise Refused("not_in_channel")
    return channel


def _content(call: Call) -> tuple[str, list[Json]]:
    text, given = call.text("text"), call.structure("blocks", "invalid_blocks_format")
    if not text.strip() and not given and not call.args.get("attachments"):
        raise Refused("no_text")
    return text, accept_message_blocks(given) if given else []


def thread_in(channel: Channel, ts: str) -> str:
    """The thread that `ts` belongs to; a reply's own ts leads to its parent, an unknown one is refused."""
    if not ts:
        return ""
    parent = channel.find(ts)
    if parent is None:
        raise Refused("thread_not_found")
    return parent.thread_ts or parent.ts


def _disguise(call: Call, message: Message) -> None:
    username, icon = call.text("username"), call.text("icon_emoji") or call.text("icon_url")
    if not username and not icon:
        return
    if "chat:write.customize" not in call.install.scopes:
        raise Refused("missing_scope", needed="chat:write.customize", provided=",".join(sorted(call.install.scopes)))
    message.username, message.icon, message.subtype = username or APP_NAME, icon, "bot_message"


def update(call: Call) -> Json:
    """chat.update. Text without blocks takes the old blocks away."""
    channel, message = _own(call, "cant_update_message")
    text, blocks = _content(call)
    if len(text) > UPDATE_LIMIT:
        raise Refused("msg_too_long")
    # Blocks alone leave the notification text as it was.
    text = text or message.text
    fresh = call.core.change(call.team, channel, message, text=text, blocks=blocks)
    shown = message_json(call.core, call.team, fresh)
    return {"channel": channel.id, "ts": fresh.ts, "text": fresh.text, "message": shown}


def delete(call: Call) -> Json:
    """chat.delete."""
    channel, message = _own(call, "cant_delete_message")
    call.core.remove(call.team, channel, message)
    return {"channel": channel.id, "ts": message.ts}


def _own(call: Call, error: str) -> tuple[Channel, Message]:
    channel = call.channel()
    message = call.core.message(channel, call.text("ts", "message_not_found"))
    if message.bot_id != call.team.bot.bot_id or message.subtype == "tombstone":
        raise Refused(error)
    return channel, message


def post_ephemeral(call: Call) -> Json:
    """chat.postEphemeral."""
    channel = call.channel()
    user = call.text("user", "user_not_in_channel")
    if user not in channel.members:
        raise Refused("user_not_in_channel")
    if call.bot not in channel.members:
        raise Refused("not_in_channel")
    text, blocks = _content(call)
    thread = thread_in(channel, call.text("thread_ts"))
    bot_id = call.team.bot.bot_id
    message = Message(call.core.stamp(), channel.id, call.bot, text, blocks, bot_id, thread_ts=thread, only_for=user)
    call.core.post(call.team, channel, message)
    return {"message_ts": message.ts}


def get_permalink(call: Call) -> Json:
    """chat.getPermalink."""
    channel = call.channel()
    message = call.core.message(channel, call.text("message_ts", "message_not_found"))
    address = f"{call.core.world.public_url}/slack/archives/{channel.id}/p{message.ts.replace('.', '')}"
    thread = f"?thread_ts={message.thread_ts}&cid={channel.id}" if message.is_reply else ""
    return {"channel": channel.id, "permalink": address + thread}


def add_reaction(call: Call) -> Json:
    """reactions.add."""
    channel, message = _marked(call)
    react(call, channel, message, call.bot)
    return {}


def react(call: Call, channel: Channel, message: Message, user: str) -> None:
    """Put `user`'s reaction on a message and tell the app."""
    name = call.text("name", "no_reaction")
    if not EMOJI.match(name):
        raise Refused("invalid_name")
    if user in message.reactions.get(name, ()):
        raise Refused("already_reacted")
    message.reactions.setdefault(name, []).append(user)
    _tell(call, channel, message, user, "reaction_added", name)


def remove_reaction(call: Call) -> Json:
    """reactions.remove."""
    channel, message = _marked(call)
    unreact(call, channel, message, call.bot)
    return {}


def unreact(call: Call, channel: Channel, message: Message, user: str) -> None:
    """Take `user`'s reaction off a message and tell the app."""
    name = call.text("name", "no_reaction")
    if user not in message.reactions.get(name, ()):
        raise Refused("no_reaction")
    message.reactions[name].remove(user)
    message.reactions = {key: users for key, users in message.reactions.items() if users}
    _tell(call, channel, message, user, "reaction_removed", name)


def _tell(call: Call, channel: Channel, message: Message, user: str, kind: str, name: str) -> None:
    call.core.touched()
    if call.bot in channel.members:
        item = {"type": "message", "channel": channel.id, "ts": message.ts}
        event = {"type": kind, "user": user, "reaction": name, "item": item, "item_user": message.user}
        call.core.tell(call.team, event, channel.id)


def get_reactions(call: Call) -> Json:
    """reactions.get."""
    channel, message = _marked(call)
    shown: dict[str, Any] = message_json(call.core, call.team, message) | {"reactions": reactions_json(message)}
    return {"type": "message", "channel": channel.id, "message": shown}


def _marked(call: Call) -> tuple[Channel, Message]:
    channel = call.channel()
    return channel, call.core.message(channel, call.text("timestamp", "message_not_found"))


def add_pin(call: Call) -> Json:
    """pins.add."""
    channel, message = _marked(call)
    if message.ts in channel.pins:
        raise Refused("already_pinned")
    channel.pins.append(message.ts)
    call.core.touched()
    return {}


def remove_pin(call: Call) -> Json:
    """pins.remove."""
    channel, message = _marked(call)
    if message.ts not in channel.pins:
        raise Refused("no_pin")
    channel.pins.remove(message.ts)
    call.core.touched()
    return {}


METHODS = {
    "chat.postMessage": Method(post_message, "chat:write"),
    "chat.update": Method(update, "chat:write"),
    "chat.delete": Method(delete, "chat:write"),
    "chat.postEphemeral": Method(post_ephemeral, "chat:write"),
    "chat.getPermalink": Method(get_permalink),
    "reactions.add": Method(add_reaction, "reactions:write"),
    "reactions.remove": Method(remove_reaction, "reactions:write"),
    "reactions.get": Method(get_reactions, "reactions:read"),
    "pins.add": Method(add_pin, "pins:write"),
    "pins.remove": Method(remove_pin, "pins:write"),
}

"""What an app sends back to the person who acted: at once in its answer, or later to a response_url."""

from sandbox.slack.blocks import accept_message_blocks
from sandbox.slack.core import Core
from sandbox.slack.model import Channel, Json, Message, Refused, ReplyAddress, Workspace


def use_address(core: Core, key: str, content: Json) -> None:
    """Carry out one POST to a response_url; refuses one that is used up or too old."""
    address = core.addresses.get(key)
    if address is None or core.teams[address.team].install is None:
        raise Refused("invalid_url")
    if core.world.clock.now() >= address.until:
        raise Refused("expired_url")
    if address.uses >= ReplyAddress.USES:
        raise Refused("used_url")
    address.uses += 1
    reply(core, address, content)


def reply(core: Core, address: ReplyAddress, content: Json) -> None:
    """Say, replace or delete, as `content` asks."""
    team = core.teams[address.team]
    channel = team.channels[address.channel]
    original = channel.seen_by(address.user, address.original)
    if original and content.get("delete_original"):
        core.remove(team, channel, original)
    elif original and content.get("replace_original"):
        text, blocks = _content(content)
        core.change(team, channel, original, text=text, blocks=blocks)
    else:
        core.post(team, channel, _message(core, team, channel, address, content))


def _message(core: Core, team: Workspace, channel: Channel, address: ReplyAddress, content: Json) -> Message:
    text, blocks = _content(content)
    only_for = "" if content.get("response_type") == "in_channel" else address.user
    return Message(core.stamp(), channel.id, team.bot.id, text, blocks, team.bot.bot_id,
                   thread_ts=content.get("thread_ts") or "", only_for=only_for)  # fmt: skip


def _content(content: Json) -> tuple[str, list[Json]]:
    text, blocks = content.get("text") or "", content.get("blocks")
    if not text and not blocks:
        raise Refused("no_text")
    return text, accept_message_blocks(blocks) if blocks else []

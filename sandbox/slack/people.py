"""What people do in Slack: talk, edit, upload, react, join. Commands, presses and forms are in `acts`."""

import re

from sandbox.slack.call import Call
from sandbox.slack.chat import react, thread_in, unreact
from sandbox.slack.core import Core
from sandbox.slack.files import new_file
from sandbox.slack.model import Channel, File, Message, Refused, Workspace
from sandbox.slack.mrkdwn import typed
from sandbox.slack.wire import message_json

SLACKBOT = "USLACKBOT"


class Talk:
    """People's words. `channel` is a channel's id, or "bellhop" for the direct conversation with the app."""

    def __init__(self, core: Core) -> None:
        self.core = core

    def place(self, user: str, channel: str) -> tuple[Workspace, Channel]:
        """The workspace of `user` and a channel in which they are."""
        team = self.core.team_of(user)
        if channel == "bellhop":
            return team, team.direct(user)
        found = self.core.channel_for(team, user, channel)
        if user not in found.members:
            raise Refused("not_in_channel")
        return team, found

    async def says(self, user: str, channel: str, text: str, thread_ts: str = "", broadcast: bool = False) -> Message:
        """Write into a channel, or into the thread on `thread_ts`."""
        return self._say(user, channel, text, thread_ts, broadcast, [])

    async def uploads(self, user: str, channel: str, name: str, data: bytes, text: str = "", thread_ts: str = "",
                      mimetype: str = "") -> Message:  # fmt: skip
        """Send a file with a few words."""
        team, _ = self.place(user, channel)
        file = new_file(self.core, name, user, data, mimetype)
        file.shared = True
        self.core.files[file.id] = file
        message = self._say(user, channel, text, thread_ts, False, [file])
        event = {"type": "file_shared", "file_id": file.id, "user_id": user, "file": {"id": file.id}}
        if team.bot.id in team.channels[message.channel].members:
            self.core.tell(team, event | {"channel_id": message.channel}, message.channel)
        return message

    def _say(self, user: str, channel: str, text: str, thread_ts: str, broadcast: bool, files: list[File]) -> Message:
        team, place = self.place(user, channel)
        if not text.strip() and not files:
            raise Refused("no_text")
        message = Message(self.core.stamp(), place.id, user, typed(text, team), thread_ts=thread_in(place, thread_ts),
                          broadcast=broadcast, files=[file.id for file in files])  # fmt: skip
        message.subtype = "file_share" if files else "thread_broadcast" if broadcast and thread_ts else ""
        self.core.post(team, place, message)
        if f"<@{team.bot.id}>" in message.text and team.bot.id in place.members and place.kind != "im":
            self._mention(team, place, message)
        return message

    def _mention(self, team: Workspace, place: Channel, message: Message) -> None:
        shown = message_json(self.core, team, message)
        event = shown | {"type": "app_mention", "channel": place.id, "event_ts": message.ts}
        self.core.tell(team, event, place.id)

    async def edits(self, user: str, channel: str, ts: str, text: str) -> Message:
        """Change one's own message."""
        team, place, message = self._mine(user, channel, ts)
        return self.core.change(team, place, message, text=typed(text, team))

    async def deletes(self, user: str, channel: str, ts: str) -> None:
        """Take one's own message away."""
        team, place, message = self._mine(user, channel, ts)
        self.core.remove(team, place, message)

    def _mine(self, user: str, channel: str, ts: str) -> tuple[Workspace, Channel, Message]:
        team, place = self.place(user, channel)
        message = self.core.message(place, ts)
        if message.user != user:
            raise Refused("cant_update_message")
        return team, place, message

    async def reacts(self, user: str, channel: str, ts: str, name: str) -> None:
        """Put a reaction on a message, or take the same one off again."""
        team, place = self.place(user, channel)
        message = self.core.message(place, ts)
        mine = user in message.reactions.get(name, ())
        (unreact if mine else react)(Call(self.core, team, {"name": name}), place, message, user)

    async def dismisses(self, user: str, channel: str, ts: str) -> None:
        """Put an ephemeral message away."""
        team, place = self.place(user, channel)
        message = place.seen_by(user, ts)
        if message is None or not message.only_for:
            raise Refused("message_not_found")
        self.core.remove(team, place, message)

    async def invites(self, user: str, channel: str) -> None:
        """Bring the app's bot into a channel."""
        team, place = self.place(user, channel)
        if team.bot.id in place.members:
            return
        place.members.append(team.bot.id)
        self.core.touched()
        event = {"type": "member_joined_channel", "user": team.bot.id, "channel": place.id, "team": team.id}
        kind = "G" if place.kind == "private" else "C"
        self.core.tell(team, event | {"channel_type": kind, "inviter": user}, place.id)

    async def removes(self, user: str, channel: str) -> None:
        """Take the app's bot out of a channel."""
        team, place = self.place(user, channel)
        if team.bot.id not in place.members:
            return
        place.members.remove(team.bot.id)
        self.core.touched()
        kind = "group_left" if place.kind == "private" else "channel_left"
        self.core.tell(team, {"type": kind, "channel": place.id, "actor_id": user}, place.id)

    def slackbot(self, user: str, channel: Channel, text: str, thread_ts: str = "") -> None:
        """Slack's own word to one person."""
        team = self.core.team_of(user)
        message = Message(self.core.stamp(), channel.id, SLACKBOT, text, thread_ts=thread_ts, only_for=user)
        self.core.post(team, channel, message)


def split_command(text: str) -> tuple[str, str]:
    """`/pay 49 USD` as its name and the rest."""
    match = re.match(r"(/\S+)\s*(.*)", text, re.S)
    return (match[1], match[2].strip()) if match else ("", text)

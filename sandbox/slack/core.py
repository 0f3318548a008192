"""The state of Slack and the few ways to change it: post, change, remove. The app hears of each as an event."""

import itertools
import secrets
from dataclasses import replace

from sandbox.slack.delivery import Delivery
from sandbox.slack.model import (
    Channel,
    File,
    Json,
    Message,
    Person,
    Refused,
    ReplyAddress,
    Trigger,
    View,
    Workspace,
)
from sandbox.slack.seed import COMMANDS, SHORTCUTS, acme, globex, initech
from sandbox.slack.wire import CHANNEL_TYPES, message_json
from sandbox.world import World


class Core:
    """All workspaces, and what passes between them and the one app."""

    def __init__(self, world: World) -> None:
        self.world = world
        shops = (acme(world.secrets.slack_bot_token), globex(), *initech())
        self.teams: dict[str, Workspace] = {team.id: team for team in shops}
        self.commands = {command.name: command for command in COMMANDS}
        self.shortcuts = {shortcut.callback_id: shortcut for shortcut in SHORTCUTS}
        self.files: dict[str, File] = {}
        self.uploads: dict[str, File] = {}
        self.triggers: dict[str, Trigger] = {}
        self.addresses: dict[str, ReplyAddress] = {}
        self.delivery = Delivery(world)
        self.rotates = False
        """Whether the app's manifest asks for tokens that end."""
        self._numbers = itertools.count(100)

    # Finding

    def team_of(self, user: str) -> Workspace:
        """The workspace in which `user` has an account."""
        for team in self.teams.values():
            if user in team.people or user == team.bot.id:
                return team
        raise Refused("user_not_found")

    def with_install(self, team: Workspace) -> list[Workspace]:
        """The workspaces that have the app by the same installation as this one: an organisation's share theirs."""
        return [one for one in self.teams.values() if one.install is not None and one.install is team.install]

    def of_org(self, team: Workspace) -> list[Workspace]:
        """The workspaces of its organisation; a workspace without one is alone."""
        return [one for one in self.teams.values() if one is team or (team.org is not None and one.org == team.org)]

    def person(self, team: Workspace, user: str) -> Person:
        """An account of the workspace."""
        if user not in team.everyone():
            raise Refused("user_not_found")
        return team.everyone()[user]

    def channel_for(self, team: Workspace, reader: str, channel: str) -> Channel:
        """A channel that `reader` may know of: public, or one of whose members it is."""
        found = team.channels.get(channel)
        if found is None or (found.kind != "public" and reader not in found.members):
            raise Refused("channel_not_found")
        return found

    def message(self, channel: Channel, ts: str) -> Message:
        """A lasting message of a channel."""
        found = channel.find(ts)
        if found is None:
            raise Refused("message_not_found")
        return found

    # Naming

    def stamp(self) -> str:
        """A fresh message id: the sandbox's seconds, then a number that never comes twice."""
        return f"{int(self.world.clock.now().timestamp())}.{next(self._numbers) % 1_000_000:06d}"

    def new_id(self, prefix: str) -> str:
        """A fresh id in Slack's form."""
        return f"{prefix}0{next(self._numbers):08d}"

    def new_trigger(self, team: Workspace, user: str) -> Trigger:
        """A fresh trigger for `user`."""
        trigger = Trigger(f"{next(self._numbers)}.{team.id}.{secrets.token_hex(16)}", team.id, user)
        self.triggers[trigger.id] = trigger
        return trigger

    def spend(self, trigger_id: str) -> Trigger:
        """Use a trigger up; refuses unknown, late and used ones in Slack's words."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        if trigger.expired:
            raise Refused("expired_trigger_id")
        trigger.used = True
        return trigger

    def new_address(self, team: Workspace, user: str, channel: str, original: str = "") -> str:
        """A fresh response_url for `user` in `channel`."""
        until = self.world.clock.now() + ReplyAddress.LIFE
        key = f"{team.id}/{next(self._numbers)}/{secrets.token_urlsafe(18)}"
        self.addresses[key] = ReplyAddress(key, team.id, user, channel, until, original)
        return f"{self.world.public_url}/slack/actions/{key}"

    def new_view(self, user: str, body: Json, below: View | None = None) -> View:
        """A view for `user`, on top of `below` when that is given."""
        key = self.new_id("V")
        return View(key, user, body, self.new_hash(), below.root if below else key, below.id if below else "")

    def new_hash(self) -> str:
        """A fresh version mark for a view."""
        return f"{next(self._numbers)}.{secrets.token_hex(4)}"

    # Changing

    def post(self, team: Workspace, channel: Channel, message: Message) -> Message:
        """Add a message to a channel."""
        channel.messages.append(message)
        self.touched()
        if not message.only_for:
            self.tell_of(team, channel, message_json(self, team, message) | {"event_ts": message.ts})
        return message

    def change(self, team: Workspace, channel: Channel, message: Message, **fields: object) -> Message:
        """Put new content into a message in place."""
        before = message_json(self, team, message)
        fresh = replace(message, edited=self.stamp(), **fields)  # type: ignore[arg-type]
        channel.messages[channel.messages.index(message)] = fresh
        self.touched()
        after = message_json(self, team, fresh)
        if not message.only_for:
            self._tell_hidden(team, channel, "message_changed", message=after, previous_message=before)
        return fresh

    def remove(self, team: Workspace, channel: Channel, message: Message) -> None:
        """Take a message away. One with a thread below it leaves its stone, as in Slack."""
        before = message_json(self, team, message)
        place = channel.messages.index(message)
        if channel.replies(message.ts):
            text = "This message was deleted."
            stone = Message(message.ts, channel.id, message.user, text, subtype="tombstone", thread_ts=message.ts)
            channel.messages[place] = stone
        else:
            del channel.messages[place]
        self.touched()
        if not message.only_for:
            self._tell_hidden(team, channel, "message_deleted", deleted_ts=message.ts, previous_message=before)

    def _tell_hidden(self, team: Workspace, channel: Channel, subtype: str, **content: object) -> None:
        ts = self.stamp()
        event = {"type": "message", "subtype": subtype, "hidden": True, "ts": ts, "event_ts": ts}
        self.tell_of(team, channel, event | content)

    def tell_of(self, team: Workspace, channel: Channel, event: Json) -> None:
        """Tell the app what happened in a channel, if its bot sits there."""
        if team.bot.id in channel.members:
            event = event | {"channel": channel.id, "channel_type": CHANNEL_TYPES[channel.kind]}
            self.tell(team, event, channel.id)

    def tell(self, team: Workspace, event: Json, order: str = "") -> None:
        """Send an event to the app, after those already on their way under the same `order`."""
        event = {"event_ts": self.stamp()} | event
        self.world.spawn(self.delivery.event(team, self.new_id("Ev"), event, order))

    def touched(self) -> None:
        """Something that people can see has changed."""
        self.world.touched("slack")

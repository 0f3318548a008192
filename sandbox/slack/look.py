"""What one person sees in Slack, as data for the page: texts come as pieces, never as markup."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.slack.core import Core
from sandbox.slack.grid import may_let_in
from sandbox.slack.model import Channel, Json, Message, Person, View, Workspace
from sandbox.slack.mrkdwn import EMOJI, pieces
from sandbox.slack.people import SLACKBOT

TEXTS = frozenset({"mrkdwn", "plain_text"})


class Look:
    """One reader's eyes."""

    def __init__(self, core: Core, user: str) -> None:
        self.core = core
        self.team: Workspace = core.team_of(user)
        self.reader: Person = self.team.people[user]

    def everything(self) -> Json:
        """The whole window."""
        team, reader = self.team, self.reader
        mine = [channel for channel in team.channels.values() if reader.id in channel.members]
        stack = team.modals.get(reader.id) or []
        home = team.homes.get(reader.id)
        return {
            "team": _team(team) | {"bot": team.bot.id, "may_let_in": may_let_in(self.core, team)},
            "teams": [_team(one) for one in self.core.teams.values()],
            "me": reader.id,
            "people": [_person(t, person) for t in self.core.teams.values() for person in t.people.values()],
            "channels": [self.channel(channel) for channel in mine],
            "modal": self.view(stack[-1]) | {"depth": len(stack)} if stack else None,
            "home": self.view(home) if home else None,
            "commands": [vars(command) for command in self.core.commands.values()] if team.install else [],
            "shortcuts": [vars(shortcut) for shortcut in self.core.shortcuts.values()] if team.install else [],
            "socket": bool(self.core.delivery.sockets.open),
        }

    def channel(self, channel: Channel) -> Json:
        """A channel with all that the reader may see in it."""
        other = next((user for user in channel.members if user != self.reader.id), "")
        name = channel.name or self.team.everyone().get(other, self.team.bot).real_name
        seen = [message for message in channel.messages if message.only_for in ("", self.reader.id)]
        return {
            "id": channel.id,
            "name": name,
            "kind": channel.kind,
            "topic": channel.topic,
            "app": channel.kind == "im" and self.team.bot.id in channel.members,
            "has_bot": self.team.bot.id in channel.members,
            "members": len(channel.members),
            "messages": [self.message(channel, message) for message in seen],
        }

    def message(self, channel: Channel, message: Message) -> Json:
        """One message."""
        blocks = message.blocks
        return {
            "ts": message.ts,
            "author": self._author(message),
            "mine": message.user == self.reader.id and not message.bot_id,
            "when": self._when(message.ts),
            "pieces": [] if blocks else self.pieces(message.text),
            "raw": message.text,
            "blocks": self.dress(blocks),
            "files": [self._file(file) for file in message.files],
            "reactions": [self._reaction(name, users) for name, users in message.reactions.items()],
            "thread_ts": message.thread_ts,
            "is_reply": message.is_reply,
            "in_channel": not message.is_reply or message.broadcast,
            "replies": len(channel.replies(message.ts)),
            "edited": bool(message.edited),
            "only_me": bool(message.only_for),
            "gone": message.subtype == "tombstone",
            "pinned": message.ts in channel.pins,
        }

    def view(self, view: View) -> Json:
        """A modal or a home tab."""
        body = view.body
        words = {name: (body.get(name) or {}).get("text", "") for name in ("title", "submit", "close")}
        blocks, kind = self.dress(body["blocks"]), body["type"]
        return {"id": view.id, "hash": view.hash, "type": kind, "blocks": blocks, "errors": view.errors, **words}

    def dress(self, node: Any) -> Any:
        """Any Block Kit structure, each text in it with its pieces beside it."""
        if isinstance(node, list):
            return [self.dress(child) for child in node]
        if not isinstance(node, dict):
            return node
        if node.get("type") in TEXTS and isinstance(node.get("text"), str):
            return {**node, "pieces": self.pieces(node["text"], plain=node["type"] == "plain_text")}
        return {key: self.dress(value) for key, value in node.items()}

    def pieces(self, text: str, *, plain: bool = False) -> list[Json]:
        """A text as the reader sees it."""
        return pieces(text, self.team, self.reader, self.core.world.clock.now(), plain=plain)

    def _author(self, message: Message) -> Json:
        if message.user == SLACKBOT:
            return {"id": SLACKBOT, "name": "Slackbot", "role": "bot", "icon": ""}
        person = self.team.everyone().get(message.user, self.team.bot)
        name = message.username or person.real_name
        return {"id": person.id, "name": name, "role": person.role, "icon": EMOJI.get(message.icon.strip(":"), "")}

    def _when(self, ts: str) -> Json:
        moment = datetime.fromtimestamp(int(ts.partition(".")[0]), UTC).astimezone(ZoneInfo(self.reader.tz))
        american = self.reader.locale.endswith(("US", "IN"))
        time = f"{moment:%-I:%M %p}" if american else f"{moment:%H:%M}"
        return {"time": time, "day": f"{moment:%A, %-d %B}", "full": f"{moment:%Y-%m-%d %H:%M %Z}"}

    def _reaction(self, name: str, users: list[str]) -> Json:
        shown = EMOJI.get(name, f":{name}:")
        return {"name": name, "text": shown, "count": len(users), "mine": self.reader.id in users}

    def _file(self, key: str) -> Json:
        file = self.core.files[key]
        picture = file.mimetype in ("image/png", "image/jpeg", "image/gif", "image/webp")
        return {"id": file.id, "name": file.title, "size": len(file.data), "picture": picture}


def _team(team: Workspace) -> Json:
    org = team.org.name if team.org else ""
    return {"id": team.id, "name": team.name, "installed": team.install is not None, "org": org}


def _person(team: Workspace, person: Person) -> Json:
    return {"id": person.id, "name": person.real_name, "first": person.first_name, "role": person.role, "tz": person.tz,
            "team": team.id}  # fmt: skip

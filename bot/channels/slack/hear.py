"""What Slack tells, as what was heard. Pure: payloads come in as dictionaries, `Heard` or None goes out.

Payloads: docs.slack.dev/interactivity and docs.slack.dev/apis/events-api. Things that Bellhop said itself, or another
program said, are never heard: two bots must not talk each other into the ground.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any

import bot.channels.slack.standing as standing
from bot.channels.slack.places import CHANNEL, account_of, place_of, workspace_of
from bot.channels.slack.text import all_mentioned, plain
from handlers.commands import SLASHED
from handlers.heard import (
    Command,
    Edited,
    Heard,
    Mention,
    OpenedHome,
    Origin,
    Place,
    Press,
    Said,
    Sender,
    Submitted,
)
from handlers.messages import Attachment, pressed

Json = Mapping[str, Any]

FRONT = "bellhop"
SLASH = (FRONT, *SLASHED)
"""The slash commands; the first takes all others as its first word."""
SHORTCUTS = {"pay": "Ask for a payment", "video": "Start the video room"}
"""The message shortcuts: the command that each runs, and its name in Slack's menu."""
HOME = "home"
"""Stands as `Origin.thread` for the app's own page."""

SPOKEN = {None, "file_share", "thread_broadcast", "me_message"}
BANG = re.compile(r"!(\w+)(?:\s+(.*))?", re.DOTALL)


def command(body: Json, now: datetime, names: Mapping[str, str] | None = None) -> Command:
    """A slash command; `/bellhop pay 49 USD` is `/pay 49 USD`, and `/bellhop` alone asks for help.

    `names`: of the people it mentions, by id.
    """
    name, args = body["command"].removeprefix("/").lower(), plain(body.get("text", "")).strip()
    if name == FRONT:
        name, args = _first_word(args or "help")
    origin = Origin(
        channel=CHANNEL,
        account=account_of(body),
        workspace=workspace_of(body),
        chat=body["channel_id"],
        place=place_of(body["channel_id"]),
        user=body["user_id"],
        reply_to=body.get("response_url", ""),
        trigger=body["trigger_id"],
    )
    sender = Sender(name=body.get("user_name") or body["user_id"])
    return Command(
        event_id=body["trigger_id"], origin=origin, sender=sender, at=now, name=name, args=args,
        mentions=_mentions(body.get("text", ""), names or {}),
    )  # fmt: skip


def _mentions(text: str, names: Mapping[str, str]) -> tuple[Mention, ...]:
    return tuple(Mention(user=user, name=names.get(user) or label) for user, label in all_mentioned(text))


def _first_word(text: str) -> tuple[str, str]:
    first, *rest = text.split(maxsplit=1)
    return first.lower(), "".join(rest)


def press(body: Json, now: datetime) -> Press | None:
    """A pressed button. One that opens an address has no value: Slack tells of it, nothing is to be done."""
    data = body["actions"][0].get("value")
    if not data:
        return None
    action, value = pressed(data)
    origin = origin_of(body)
    at = _moment(body["actions"][0].get("action_ts", "")) or now
    return Press(event_id=body["trigger_id"], origin=origin, sender=_sender(body), at=at, action=action, value=value)


def shortcut(body: Json, now: datetime) -> Command | None:
    """A shortcut in a message's menu: the command of its name, in that message's thread."""
    if body["type"] != "message_action":
        return None
    name = body["callback_id"]
    return Command(event_id=body["trigger_id"], origin=origin_of(body), sender=_sender(body), at=now, name=name)


def submitted(body: Json, now: datetime) -> Submitted:
    """A modal sent off. It carries where it was asked for, so that the answer finds its way back."""
    view = body["view"]
    carried = json.loads(view["private_metadata"])
    here = {"account": account_of(body), "workspace": workspace_of(body), "user": body["user"]["id"],
            "trigger": body.get("trigger_id", "")}  # fmt: skip
    return Submitted(
        # The same view sent off twice (a double click, a second try of Slack's) has the same hash.
        event_id=f"{view['id']}:{view['hash']}",
        origin=Origin.model_validate(carried["origin"] | here),
        sender=_sender(body),
        at=now,
        form=view["callback_id"],
        value=carried["value"],
        answers={name: _answer(field) for name, field in view["state"]["values"].items()},
    )


def _answer(field: Json) -> str:
    given = next(iter(field.values()))
    chosen = given.get("selected_option")
    return str(chosen["value"] if chosen else given.get("value") or "")


def origin_of(body: Json) -> Origin:
    """Where a button was pressed or a shortcut was used."""
    container, message = body.get("container", {}), body.get("message") or {}
    user = body["user"]["id"]
    chat = (body.get("channel") or {}).get("id") or container.get("channel_id") or user
    ts = container.get("message_ts") or message.get("ts", "")
    hidden = bool(container.get("is_ephemeral"))
    at_home = (body.get("view") or {}).get("type") == "home"
    place = Place.PRIVATE if at_home else place_of(chat)
    thread = container.get("thread_ts") or message.get("thread_ts") or ("" if hidden else ts)
    return Origin(
        channel=CHANNEL,
        account=account_of(body),
        workspace=workspace_of(body),
        chat=chat,
        place=place,
        user=user,
        thread=HOME if at_home else _outside(thread, ts) if place is Place.PRIVATE else thread,
        message_id=ts,
        reply_to=body.get("response_url", ""),
        trigger=body["trigger_id"],
        ephemeral=hidden,
    )


def event(body: Json, words: Collection[str], names: Mapping[str, str] | None = None) -> Heard | None:
    """Something of the Events API. `words` are the commands known after a `!`, `names` are people's by id."""
    return EVENTS[body["event"]["type"]](body, words, names or {}) if body["event"]["type"] in EVENTS else None


def _message(body: Json, words: Collection[str], names: Mapping[str, str]) -> Heard | None:
    told = body["event"]
    if told.get("subtype") == "message_changed":
        return _edited(body, names)
    if told.get("subtype") not in SPOKEN or not _is_person(told, body):
        return None
    heard = _told(body, told)
    text = plain(told.get("text", ""), names, told.get("blocks", ()))
    order = BANG.fullmatch(text.strip())
    if order and order[1].lower() in words:
        named = _mentions(told.get("text", ""), names)
        return Command(**heard, name=order[1].lower(), args=(order[2] or "").strip(), mentions=named)
    files = tuple(_file(file, body) for file in told.get("files", ()) if not _stays(file))
    return Said(**heard, text=text, files=files, cannot_travel=_cannot_travel(told))


def _edited(body: Json, names: Mapping[str, str]) -> Edited | None:
    """Slack also calls it a change when it unfolds a link or counts replies; only a person's new words are one."""
    now, before = body["event"]["message"], body["event"].get("previous_message", {})
    if not now.get("edited") or now.get("text") == before.get("text") or not _is_person(now, body):
        return None
    return Edited(**_told(body, now), text=plain(now.get("text", ""), names, now.get("blocks", ())))


def _home(body: Json, _words: Collection[str], _names: Mapping[str, str]) -> OpenedHome | None:
    """Slack tells of the tab with the messages too."""
    told = body["event"]
    if told.get("tab") != "home":
        return None
    heard = _told(body, {"user": told["user"], "ts": ""})
    return OpenedHome(**heard | {"origin": heard["origin"].model_copy(update={"thread": HOME})})


EVENTS: dict[str, Callable[[Json, Collection[str], Mapping[str, str]], Heard | None]] = {
    "message": _message,
    "app_home_opened": _home,
    "member_joined_channel": standing.joined,
    "channel_left": standing.left,
    "group_left": standing.left,
    "app_uninstalled": standing.removed,
    "tokens_revoked": standing.removed,
    "team_access_granted": standing.access_changed,
    "team_access_revoked": standing.access_changed,
}


def _told(body: Json, message: Json) -> dict[str, Any]:
    """What all events have in common."""
    chat = body["event"]["channel"]
    origin = Origin(
        channel=CHANNEL,
        account=account_of(body),
        workspace=workspace_of(body),
        chat=chat,
        place=place_of(chat),
        user=message["user"],
        thread=_outside(message.get("thread_ts", ""), message["ts"]),
        message_id=message["ts"],
    )
    at = _moment(body["event"].get("event_ts", "")) or datetime.fromtimestamp(body["event_time"], UTC)
    return {"event_id": body["event_id"], "origin": origin, "sender": Sender(name=message["user"]), "at": at}


def _is_person(message: Json, body: Json) -> bool:
    ourselves = {one.get("user_id") for one in body.get("authorizations", ()) if one.get("is_bot")}
    user = message.get("user")
    if not user or message.get("bot_id") or message.get("subtype") not in SPOKEN:
        return False
    return user != "USLACKBOT" and user not in ourselves


def _stays(file: Json) -> bool:
    """A file that only points elsewhere, or that Slack itself no longer shows."""
    return bool(file.get("is_external")) or file.get("mode") in ("external", "tombstone", "hidden_by_limit")


def _file(file: Json, body: Json) -> Attachment:
    """By its id: a file shared from another workspace comes without name and address, files.info has them."""
    return Attachment(
        name=file.get("name") or file.get("title") or "file",
        mime=file.get("mimetype") or "application/octet-stream",
        channel=CHANNEL,
        account=account_of(body),
        file_id=file["id"],
        size=file.get("size", 0),
    )


def _cannot_travel(message: Json) -> str:
    if any(_stays(file) for file in message.get("files", ())):
        return "a file that does not lie in Slack"
    if message.get("attachments") and not message.get("text") and not message.get("files"):
        return "a forwarded message"
    return ""


def _outside(thread: str, ts: str) -> str:
    """A message that began a thread does not stand in it."""
    return "" if thread == ts else thread


def _sender(body: Json) -> Sender:
    user = body["user"]
    return Sender(name=user.get("name") or user.get("username") or user["id"])


def _moment(ts: str) -> datetime | None:
    """Slack's time of an act, to the microsecond, so that what came first can be told."""
    return datetime.fromtimestamp(float(ts), UTC) if ts else None

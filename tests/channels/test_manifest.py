"""The manifest asks for exactly what the code uses."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import bot.channels.slack
from bot.channels.slack.hear import EVENTS, SHORTCUTS, SLASH
from bot.channels.slack.scopes import SCOPES, THREADS, hears_threads
from bot.manifest import BOT_EVENTS, WANTS, manifest
from handlers.commands import CommandInfo
from sandbox.slack.api import METHODS
from tests.channels.slack_stage import COMMANDS

URL = "https://desk.example/"
# Scopes that no method wants: what is heard wants them, or how a message is signed.
BY_EVENT = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    # member_joined_channel comes for the channels that either scope covers.
    "channel_left": "channels:read",
    "group_left": "groups:read",
}
BY_FEATURE = {"commands", "chat:write.customize"}


def source() -> str:
    """The code of the channel."""
    folder = Path(bot.channels.slack.__file__).parent
    return "\n".join(path.read_text() for path in sorted(folder.glob("*.py")))


def methods() -> set[str]:
    """The methods of Slack's Web API that the code calls."""
    called = set(re.findall(r"client\.([a-z]+_[A-Za-z]+)\(", source()))
    return {name.replace("_", ".", 1) for name in called}


def test_every_scope_is_used_and_every_use_has_its_scope() -> None:
    by_method = {METHODS[name].scope for name in methods()} - {""}
    assert by_method >= {"chat:write", "im:write", "reactions:write", "files:write", "files:read", "users:read"}
    by_event = {BY_EVENT[name] for name in told("settings", "event_subscriptions", "bot_events") if name in BY_EVENT}
    assert by_method | by_event | BY_FEATURE == set(SCOPES)
    assert told("oauth_config", "scopes", "bot") == sorted(SCOPES)
    assert all(SCOPES.values())


def test_every_event_that_is_heard_is_asked_for_and_no_other() -> None:
    assert set(BOT_EVENTS) == set(EVENTS)
    asked = {name for names in BOT_EVENTS.values() for name in names}
    assert set(told("settings", "event_subscriptions", "bot_events")) == asked


def test_every_shortcut_runs_a_command() -> None:
    shortcuts = told("features", "shortcuts")
    assert {one["callback_id"] for one in shortcuts} == set(SHORTCUTS) <= {command.name for command in COMMANDS}
    assert {one["type"] for one in shortcuts} == {"message"}


def test_every_slash_command_that_somebody_answers_is_there() -> None:
    commands = told("features", "slash_commands")
    assert [one["command"] for one in commands] == ["/bellhop", "/pay", "/video", "/book", "/agenda"]
    assert all(one["should_escape"] for one in commands)
    pay = commands[1]
    assert (pay["usage_hint"], pay["description"]) == ("49 USD Consultation", "Ask for money")
    everything = [CommandInfo(name, f"About {name}", agent=True) for name in SLASH]
    assert len(manifest(URL, socket_mode=False, commands=everything)["features"]["slash_commands"]) == len(SLASH)


def test_over_http_everything_comes_to_one_address() -> None:
    text = json.dumps(manifest(URL, socket_mode=False, commands=COMMANDS))
    assert set(re.findall(r"https://desk\.example[^\"]*", text)) == {
        "https://desk.example/slack/events",
        "https://desk.example/slack/oauth_redirect",
    }
    assert "redirect_urls" in made_for()["oauth_config"]


def test_the_light_form_hears_no_channel_and_leaves_out_nothing_else() -> None:
    whole, light = made_for(), made_for(light=True)
    asked, asked_light = (set(made["oauth_config"]["scopes"]["bot"]) for made in (whole, light))
    events, events_light = (set(made["settings"]["event_subscriptions"]["bot_events"]) for made in (whole, light))
    assert asked - asked_light == THREADS and asked_light < asked
    assert events - events_light == {"message.channels", "message.groups"}
    assert {WANTS[name] for name in events_light if name in WANTS} <= asked_light
    assert hears_threads(asked) and not hears_threads(asked_light)
    assert light["features"] == whole["features"]


def test_tokens_rotate_only_where_nobody_copies_them() -> None:
    assert made_for()["settings"]["token_rotation_enabled"] is False
    assert made_for(rotation=True)["settings"]["token_rotation_enabled"] is True


def test_socket_mode_wants_no_address() -> None:
    made = manifest("", socket_mode=True, commands=COMMANDS)
    assert "http" not in json.dumps(made)
    assert made["settings"]["socket_mode_enabled"] is True
    assert made["settings"]["interactivity"] == {"is_enabled": True}


@pytest.mark.parametrize("socket_mode", [True, False])
def test_slacks_limits_are_kept(socket_mode: bool) -> None:
    made = manifest(URL, socket_mode=socket_mode, commands=COMMANDS)
    display = made["display_information"]
    assert len(display["name"]) <= 35 and len(display["description"]) <= 140
    assert 174 <= len(display["long_description"]) <= 4000
    assert len(made["features"]["slash_commands"]) <= 50 and len(made["features"]["shortcuts"]) <= 10
    assert all(len(one["name"]) <= 24 and len(one["description"]) <= 150 for one in made["features"]["shortcuts"])


def told(*path: str) -> list[Any]:
    """A part of the manifest."""
    part = made_for()
    for name in path:
        part = part[name]
    return list(part)


def made_for(*, light: bool = False, rotation: bool = False) -> dict[str, Any]:
    """The manifest over HTTP."""
    return manifest(URL, socket_mode=False, commands=COMMANDS, light=light, rotation=rotation)

"""The app's manifest: what Slack learns from it (docs.slack.dev/reference/app-manifest)."""

from dataclasses import replace

from sandbox.slack.core import Core
from sandbox.slack.model import Command, Json, Shortcut


def use_manifest(core: Core, manifest: Json) -> None:
    """Take over commands, message shortcuts, events and the first workspace's scopes."""
    features, settings = manifest.get("features") or {}, manifest.get("settings") or {}
    commands = [_command(one) for one in features.get("slash_commands") or ()]
    core.commands = {command.name: command for command in commands}
    shortcuts = [Shortcut(one["name"], one["callback_id"], one["type"]) for one in features.get("shortcuts") or ()]
    core.shortcuts = {shortcut.callback_id: shortcut for shortcut in shortcuts if shortcut.type == "message"}
    core.delivery.subscribed = frozenset((settings.get("event_subscriptions") or {}).get("bot_events") or ())
    core.rotates = bool(settings.get("token_rotation_enabled"))
    scopes = frozenset(((manifest.get("oauth_config") or {}).get("scopes") or {}).get("bot") or ())
    first = next(iter(core.teams.values()))
    if first.install is not None:
        first.install = replace(first.install, scopes=scopes)
    core.touched()


def _command(one: Json) -> Command:
    words = (one["command"], one.get("usage_hint") or "", one.get("description") or "")
    return Command(*words, should_escape=bool(one.get("should_escape")))

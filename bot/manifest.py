"""The Slack app's manifest, made from the tables that the code itself goes by.

Schema: docs.slack.dev/reference/app-manifest.
"""

from collections.abc import Sequence
from typing import Any

from bot.channels.slack.hear import EVENTS, FRONT, SHORTCUTS, SLASH
from bot.channels.slack.oauth import REDIRECT
from bot.channels.slack.scopes import THREADS, scopes
from handlers.commands import CommandInfo

BOT_EVENTS = {
    "message": ("message.channels", "message.groups", "message.im"),
    "app_home_opened": ("app_home_opened",),
    "member_joined_channel": ("member_joined_channel",),
    "channel_left": ("channel_left",),
    "group_left": ("group_left",),
    "app_uninstalled": ("app_uninstalled",),
    "tokens_revoked": ("tokens_revoked",),
    "team_access_granted": ("team_access_granted",),
    "team_access_revoked": ("team_access_revoked",),
}
"""How the manifest calls the events that are heard."""
WANTS = {"message.channels": "channels:history", "message.groups": "groups:history", "message.im": "im:history"}
"""The scope without which Slack tells nothing of an event; the others want none."""

ABOUT = "Customers book, chat, meet on video and pay in one conversation."
LONG_ABOUT = (
    "Bellhop carries a customer from a chat to a video room, and brings the bill while they talk. Each conversation "
    "has one quiet card in your front-desk channel. What you write in its thread reaches the customer in Telegram or "
    "Slack; /video starts the room, /pay asks for money, and the card says when it was paid. Card data never passes "
    "through Bellhop: customers pay on your payment provider's own page."
)
SHOWN = {
    "name": "Bellhop",
    "description": ABOUT,
    "long_description": LONG_ABOUT,
    "background_color": "#1f2a44",
}


def manifest(
    public_url: str, *, socket_mode: bool, commands: Sequence[CommandInfo], light: bool = False, rotation: bool = False
) -> dict[str, Any]:
    """The manifest for an app that is reached at `public_url`, or through Socket Mode, which needs no address.

    `light`: without the words of channels; agents answer by the card's button. `rotation`: tokens live for twelve
    hours, which suits an app that workspaces add by themselves, and not one whose token somebody copies.
    """
    root = public_url.rstrip("/")
    events = {"bot_events": sorted(name for name in _events() if not (light and WANTS.get(name) in THREADS))}
    request = {} if socket_mode else {"request_url": f"{root}/slack/events"}
    return {
        "_metadata": {"major_version": 2},
        "display_information": SHOWN,
        "features": _features(request, commands),
        "oauth_config": ({"redirect_urls": [f"{root}{REDIRECT}"]} if root else {})
        | {"scopes": {"bot": sorted(scopes(light=light))}},
        "settings": {
            "event_subscriptions": request | events,
            "interactivity": {"is_enabled": True} | request,
            "org_deploy_enabled": True,
            "socket_mode_enabled": socket_mode,
            # Slack does not let it be switched off again.
            "token_rotation_enabled": rotation,
        },
    }


def _features(request: dict[str, str], commands: Sequence[CommandInfo]) -> dict[str, Any]:
    """What people see of the app in Slack."""
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": SHOWN["name"], "always_online": True},
        "slash_commands": [_slash(name, request, commands) for name in _slashes(commands)],
        "shortcuts": [
            {"name": title, "type": "message", "callback_id": name, "description": f"{title} in this thread's case"}
            for name, title in SHORTCUTS.items()
        ],
    }


def _events() -> list[str]:
    return [name for kind in EVENTS for name in BOT_EVENTS[kind]]


def _slashes(commands: Sequence[CommandInfo]) -> list[str]:
    """Those that somebody answers."""
    known = {command.name for command in commands}
    return [name for name in SLASH if name == FRONT or name in known]


def _slash(name: str, request: dict[str, str], commands: Sequence[CommandInfo]) -> dict[str, Any]:
    """One slash command; Slack wants no address in Socket Mode."""
    info = next((command for command in commands if command.name == name), None)
    address = {"url": request["request_url"]} if request else {}
    about = {"description": info.summary if info else ABOUT}
    hint = info.usage if info else " | ".join(command.name for command in commands if command.agent) or "help"
    # Escaped, a mention arrives with the id of who is meant; a bare name could be anybody's.
    return {"command": f"/{name}"} | address | about | ({"usage_hint": hint} if hint else {}) | {"should_escape": True}

"""What differs where a workspace is part of an Enterprise Grid organisation that has the app for several.

docs.slack.dev/enterprise/organization-ready-apps; docs.slack.dev/reference/events/team_access_granted, ..._revoked
"""

from collections.abc import Mapping
from typing import Any

from sandbox.slack.core import Core
from sandbox.slack.model import Refused, Workspace


def meant(core: Core, owners: list[Workspace], args: Mapping[str, Any]) -> Workspace:
    """Which workspace a call is about, for a token that is good in several: by what it names."""
    trigger = core.triggers.get(str(args.get("trigger_id") or ""))
    for team in core.of_org(owners[0]):
        named = {str(args.get(name) or "") for name in ("user", "user_id", "users")} & team.people.keys()
        there = {str(args.get(name) or "") for name in ("channel", "channel_id")} & team.channels.keys()
        if args.get("team_id") == team.id or named or there or (trigger is not None and trigger.team == team.id):
            if team not in owners:
                raise Refused("team_access_not_granted")
            return team
    return owners[0]


def may_let_in(core: Core, team: Workspace) -> bool:
    """Whether the workspace is without the app while another one of its organisation has it."""
    return team.install is None and any(one.install is not None for one in core.of_org(team))


def leave(team: Workspace) -> None:
    """The app is gone from a workspace, and its bot from the channels there."""
    team.install = None
    team.homes.clear()
    team.modals.clear()
    for channel in team.channels.values():
        if channel.kind != "im" and team.bot.id in channel.members:
            channel.members.remove(team.bot.id)


async def change_access(core: Core, team: Workspace, *, granted: bool) -> None:
    """The organisation lets its app into one of its workspaces, or takes it out; the others go on."""
    if granted is (team.install is not None) or not (may_let_in(core, team) or len(core.with_install(team)) > 1):
        raise Refused("app_not_installed")
    event = {"type": f"team_access_{'granted' if granted else 'revoked'}", "team_ids": [team.id]}
    if granted:
        team.install = next(one.install for one in core.of_org(team) if one.install is not None)
        for person in team.people:
            team.direct(person)
    else:
        leave(team)
    core.touched()
    core.world.spawn(core.delivery.last_event(team, core.new_id("Ev"), event | {"event_ts": core.stamp()}))

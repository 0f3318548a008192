"""Who may what: one table for every command, button, form, shortcut and page."""

from collections.abc import Mapping
from enum import Enum, auto

from storage.tables import RoleKind


class Right(Enum):
    """What it takes to come through a door."""

    ANYONE = auto()
    """Whoever can write to the bot; the handler touches only what is theirs."""
    LOOK = auto()
    """People who may see the team's desk; what a press names is checked to be their team's."""
    AGENT = auto()
    """People who speak for the team; what a press names is checked to be their team's."""
    CASE = auto()
    """Agents, about one of their team's cases: the thread's, the one named, or the one they choose."""
    OWNER = auto()
    """People who decide who belongs to the team."""


_VIEWER = frozenset({Right.ANYONE, Right.LOOK})
_AGENT = _VIEWER | {Right.AGENT, Right.CASE}

MAY: Mapping[RoleKind | None, frozenset[Right]] = {
    None: frozenset({Right.ANYONE}),
    RoleKind.VIEWER: _VIEWER,
    RoleKind.AGENT: _AGENT,
    RoleKind.OWNER: _AGENT | {Right.OWNER},
}
"""What each role may. Customers and strangers have none."""


def may(kind: RoleKind | None, right: Right) -> bool:
    """Whether somebody with that role has that right."""
    return right in MAY[kind]


def refusal(kind: RoleKind | None, right: Right, team: str) -> str:
    """Why a door stays shut, for the person before it; `team` is the team's name."""
    if right is Right.OWNER:
        return f"Only an owner of {team} can do this."
    if kind is RoleKind.VIEWER:
        return f"You see the desk of {team} and change nothing there. An owner can make you an agent."
    return f"Only agents of {team} can do this."


SPEAKS = frozenset(kind for kind in RoleKind if may(kind, Right.AGENT))
"""The roles that talk to customers and ask for money."""

"""Each door opens to whom it states and to nobody else: generated from the tables of doors, roles and rights."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.channels.slack.hear import FRONT, SHORTCUTS, SLASH
from handlers.commands import COMMANDS
from handlers.heard import Heard
from handlers.rights import Right, may, refusal
from handlers.routes import COMMAND_DOORS, FORM_DOORS, PRESS_DOORS, Door
from storage.tables import RoleKind
from tests.handlers.doors import ANSWERS, FOR_ANYBODY, FORMS, NAMES, TABLES, values
from tests.handlers.scene import Scene, scene_in
from tests.handlers.town import Voice
from tests.handlers.victim import Victim

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(template: Path) -> AsyncIterator[Scene]:
    async with scene_in(template) as made:
        yield made


def _as_stated(kind: RoleKind | None, right: Right) -> bool:
    """The rights once more, as the product's owner would say them."""
    match right:
        case Right.ANYONE:
            return True
        case Right.LOOK:
            return kind is not None
        case Right.AGENT | Right.CASE:
            return kind in {RoleKind.AGENT, RoleKind.OWNER}
        case Right.OWNER:
            return kind is RoleKind.OWNER


@pytest.mark.parametrize("table", TABLES)
async def test_a_door_that_states_no_right_is_found(table: str) -> None:
    open_doors = {name for name, door in TABLES[table].items() if door.right is Right.ANYONE}
    assert open_doors == set(FOR_ANYBODY[table].split()), "state in FOR_ANYBODY that a stranger may use a new door"


async def test_each_role_may_what_is_stated() -> None:
    kinds: tuple[RoleKind | None, ...] = (None, *RoleKind)
    assert {(kind, right) for kind in kinds for right in Right if may(kind, right)} == {
        (kind, right) for kind in kinds for right in Right if _as_stated(kind, right)
    }


@pytest.mark.parametrize("kind", [None, *RoleKind])
async def test_a_door_opens_to_whom_it_states_and_to_nobody_else(scene: Scene, kind: RoleKind | None) -> None:
    """Every command, button and form, by somebody with each role, about the team's own affairs."""
    who = {
        None: scene.others["a member of the desk's channel without a role"],
        RoleKind.VIEWER: scene.others["a viewer"],
        RoleKind.AGENT: scene.town.ana.at("acme-desk", scene.victim.thread),
        RoleKind.OWNER: scene.owner,
    }[kind]
    async with scene.town.database.begin() as work:
        before = await scene.victim.rows(work)
    for door, heard in _every_door(who, scene.victim):
        opens = _as_stated(kind, door.right)
        told, after = await scene.answers(heard, rows=not opens)
        shut = refusal(kind, door.right, scene.town.team.name)
        if opens:
            assert shut not in told, heard
        else:
            assert told == [shut], heard
            assert before == after, heard


def _every_door(who: Voice, victim: Victim) -> Iterator[tuple[Door, Heard]]:
    """Each door, tried with a value that names something of the team's."""
    for name, door in COMMAND_DOORS.items():
        yield door, who.does(name)
    for name, door in PRESS_DOORS.items():
        yield door, who.presses(name, next(values(victim, NAMES.get(name, ""))))
    for name, door in FORM_DOORS.items():
        yield (
            door,
            who.fills(name, next(values(victim, FORMS.get(name, ""))), **{k: v for a in ANSWERS for k, v in a.items()}),
        )


async def test_help_offers_what_a_door_lets_in() -> None:
    kinds: tuple[RoleKind | None, ...] = (None, *RoleKind)
    offered = [(info.name, kind) for info in COMMANDS for kind in kinds if info.is_for(kind)]
    assert not [(name, kind) for name, kind in offered if not may(kind, COMMAND_DOORS[name].right)]


async def test_every_command_and_shortcut_of_slack_is_a_door() -> None:
    commands = {info.name for info in COMMANDS} | set(SHORTCUTS) | (set(SLASH) - {FRONT})
    assert commands <= set(COMMAND_DOORS)

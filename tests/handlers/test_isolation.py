"""Every door, tried by everyone it is not for, with everything that is not theirs."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from pathlib import Path
from typing import get_args

import pytest
import pytest_asyncio

from handlers.effects import Answer
from handlers.forms import ANSWER, SKIP
from handlers.heard import AccessChanged, AppRemoved, Command, Heard, Moved, Press, Standing, Submitted
from handlers.rights import Right
from handlers.router import WHICH_CASE
from handlers.routes import COMMAND_DOORS, FORM_DOORS, PRESS_DOORS, Door
from tests.budget import NIGHTLY
from tests.handlers.doors import ANSWERS, ARGUMENTS, CHOICES, FORMS, HOSTILE, NAMES, values
from tests.handlers.scene import Scene, scene_in
from tests.handlers.victim import MARK, Victim

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(template: Path) -> AsyncIterator[Scene]:
    async with scene_in(template) as made:
        yield made


OTHERS = (
    "a stranger",
    "another customer",
    "another customer, on a room's page",
    "a member of the desk's channel without a role",
    "an owner of another team",
    "a viewer",
)
AT_ONCE = 60
"""Tries in one transaction: a long one looks through all that came before, again and again."""
SHUT = 1


def _as_many(other: str, door: Door | None) -> int | None:
    """How many values are worth trying: before a shut door every value is the same; None: all of them."""
    is_shut = door is not None and door.right is not Right.ANYONE and other != "an owner of another team"
    return SHUT if is_shut else None


def _some(name: str, tries: Iterable[str]) -> list[str]:
    """The first two, and a third of the others, another third for each name; each night all of them."""
    first, second, *others = [*tries, "", ""]
    return [first, second, *(others if NIGHTLY else others[len(name) % 3 :: 3])]


def _tried_by(other: str, doors: Mapping[str, Door]) -> list[str]:
    """The doors somebody tries, and two that do not exist; what a viewer may see is left out for a viewer."""
    seen = {name for name, door in doors.items() if door.right is Right.LOOK} if other == "a viewer" else set()
    return [name for name in (*doors, "nonsense", "") if name not in seen]


async def test_every_button_and_form_is_tried() -> None:
    assert set(NAMES) == set(PRESS_DOORS), "say in NAMES what a new button's value names"
    assert set(FORMS) == set(FORM_DOORS), "say in FORMS what a new form's value names"


@pytest.mark.long
@pytest.mark.parametrize("other", OTHERS)
async def test_a_command_reaches_nothing_of_anybody_else(scene: Scene, other: str) -> None:
    who = scene.others[other]
    tries = [
        who.does(name, args)
        for name in _tried_by(other, COMMAND_DOORS)
        for args in _some(name, ARGUMENTS)[: _as_many(other, COMMAND_DOORS.get(name))]
    ]
    await _reaches_nothing(scene, tries)


@pytest.mark.long
@pytest.mark.parametrize("other", OTHERS)
async def test_a_button_reaches_nothing_of_anybody_else(scene: Scene, other: str) -> None:
    who = scene.others[other]
    tries = [
        who.presses(action, value)
        for action in _tried_by(other, PRESS_DOORS)
        for value in _some(action, values(scene.victim, NAMES.get(action, "")))[
            : _as_many(other, PRESS_DOORS.get(action))
        ]
    ]
    tries += [who.presses(action, value) for action in (ANSWER, SKIP) for value in HOSTILE]
    await _reaches_nothing(scene, tries)


@pytest.mark.long
@pytest.mark.parametrize("other", OTHERS)
async def test_a_form_reaches_nothing_of_anybody_else(scene: Scene, other: str) -> None:
    who, case = scene.others[other], scene.victim.case
    tries: list[Heard] = []
    for form in _tried_by(other, FORM_DOORS):
        many = _as_many(other, FORM_DOORS.get(form))
        tries += [who.fills(form, str(case), **answers) for answers in ANSWERS[:many]]
        tries += [who.fills(form, value, **ANSWERS[1]) for value in (f"{case}|{MARK}", "²")[:many]]
    for name in _tried_by(other, COMMAND_DOORS):
        cases = (str(case), "²", "", "x")[: _as_many(other, COMMAND_DOORS.get(name))]
        tries += [who.fills(WHICH_CASE, name, case=value) for value in cases]
        tries.append(who.fills(WHICH_CASE, f"{name} 49 USD {MARK}", case=str(case)))
    await _reaches_nothing(scene, tries)


@pytest.mark.long
@pytest.mark.parametrize("other", OTHERS)
async def test_words_reach_nothing_of_anybody_else(scene: Scene, other: str) -> None:
    who = scene.others[other]
    tries: list[Heard] = [who.says(words) for words in ("hello", "// a note", "!pay 49 USD", "\x00")]
    tries += [who.edits(f"heard{number}", "changed") for number in range(1, 40)]
    tries += [who.leaves(), who.returns(), who.shares_place(), who.opens_home()]
    tried = {type(one) for one in tries} | {Command, Press, Submitted}
    assert tried | set(TOLD_BY_PLATFORM) == set(get_args(get_args(Heard)[0])), "say who may tell of something new"
    await _reaches_nothing(scene, tries)


TOLD_BY_PLATFORM = (Standing, Moved, AccessChanged, AppRemoved)
"""No person says it: what a platform tells of our own place, believed by its signature."""


async def _reaches_nothing(scene: Scene, tries: list[Heard]) -> None:
    """Many in one transaction; when it goes wrong, one after the other tells which."""
    for start in range(0, len(tries), AT_ONCE):
        some = tries[start : start + AT_ONCE]
        before, after, leaked = await scene.outcome(*some)
        if before == after and not leaked:
            continue
        for one in some:
            before, after, leaked = await scene.outcome(one)
            assert before == after, one
            assert not leaked, one
        raise AssertionError("several tries together reached something")


@pytest.mark.long
@pytest.mark.parametrize("place", ["at the desk", "on the room page"])
async def test_no_value_is_too_strange_for_the_agents_of_the_team(scene: Scene, place: str) -> None:
    town, victim = scene.town, scene.victim
    ana = {
        "at the desk": town.ana.at("acme-desk", victim.thread),
        "on the room page": town.ana.on_page(victim.ids["room"][0], victim.case),
    }[place]
    strange = {"choice": CHOICES, "move": CHOICES, "": ("", "x", "²")}
    tries: list[Heard] = [
        ana.presses(action, value) for action in NAMES for value in _some(action, strange.get(NAMES[action], HOSTILE))
    ]
    tries += [ana.fills(form, value, **answers) for form in FORMS for value in HOSTILE[:1] for answers in ANSWERS]
    await _moves_no_money(scene, tries, ("checkout", "refund"))
    # What is typed may well be a refund that the agent wants; it is asked about before it counts.
    typed = [ana.does(name, args) for name in COMMAND_DOORS for args in _some(name, ARGUMENTS)]
    await _moves_no_money(scene, typed, ("checkout",))


async def _moves_no_money(scene: Scene, tries: list[Heard], tables: tuple[str, ...]) -> None:
    for start in range(0, len(tries), AT_ONCE):
        some = tries[start : start + AT_ONCE]
        before, after, _ = await scene.outcome(*some)
        assert [after[table] for table in tables] == [before[table] for table in tables], some


RIGHTFUL: dict[str, Callable[[Victim], str]] = {
    "case.claim": lambda of: str(of.case),
    "case.back": lambda of: str(of.case),
    "case.close": lambda of: str(of.case),
    "room.open": lambda of: str(of.case),
    "room.join": lambda of: str(of.ids["room"][0]),
    "pay.form": lambda of: str(of.case),
    "pay.send": lambda of: str(of.ids["request"][0]),
    "pay.drop": lambda of: str(of.ids["request"][0]),
    "pay.withdraw": lambda of: str(of.ids["request"][1]),
    "refund.ask": lambda of: str(of.ids["request"][2]),
    "refund.yes": lambda of: str(of.ids["request"][2]),
    "book.yes": lambda of: str(of.ids["booking"][0]),
    "book.no": lambda of: str(of.ids["booking"][0]),
    "book.move": lambda of: str(of.ids["booking"][1]),
    "book.day": lambda of: f"{of.ids['service'][0]}||0|{of.ids['booking'][1]}",
    "book.time": lambda of: f"{of.ids['service'][0]}|2026-03-04|0|{of.ids['booking'][1]}",
    "book.move.to": lambda of: f"{of.ids['service'][0]}|20260304T0800|0|{of.ids['booking'][1]}",
    "book.moved": lambda of: f"{of.ids['service'][0]}|20260304T0800|0|{of.ids['booking'][1]}",
    "book.cancel": lambda of: str(of.ids["booking"][1]),
    "book.cancelled": lambda of: str(of.ids["booking"][1]),
    "retry": lambda of: str(of.ids["message"][-1]),
    "case.assign": lambda of: str(of.case),
    "case.snooze": lambda of: str(of.case),
    "case.reply": lambda of: str(of.case),
    "reply.change": lambda of: str(of.ids["reply"][0]),
}


@pytest.mark.parametrize("action", RIGHTFUL)
async def test_the_same_buttons_work_for_the_agent_they_are_for(scene: Scene, action: str) -> None:
    ana = scene.town.ana.at("acme-desk", scene.victim.thread)
    effects = await scene.effects(ana.presses(action, RIGHTFUL[action](scene.victim)))
    refusals = ("There is no such", "out of date", "Only agents")
    answers = [one.message.plain for one in effects if isinstance(one, Answer)]
    assert effects
    assert not [plain for plain in answers if plain.startswith(refusals)]

"""Every door, tried by everyone it is not for, with everything that is not theirs."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio

from handlers.effects import Answer, Effect
from handlers.forms import ANSWER, SKIP
from handlers.heard import Heard
from handlers.router import WHICH_CASE, hear
from handlers.routes import COMMAND_DOORS, FORM_DOORS, PRESS_DOORS
from tests.handlers.till import Till
from tests.handlers.town import Town, Voice, effects_since, newest_effect, town
from tests.handlers.victim import MARK, Rows, Victim, victim_in

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAMES = {
    "menu": "", "help": "", "talk": "", "zone": "", "mine": "", "book": "", "book.day": "choice",
    "book.time": "choice", "book.hold": "choice", "book.yes": "booking", "book.no": "booking",
    "book.cancel": "booking", "book.cancelled": "booking", "retry": "message", "case.claim": "case",
    "case.back": "case", "case.close": "case", "case.reopen": "case", "room.open": "case", "room.join": "room",
    "room.relink": "room",
    "pay.form": "case", "pay.send": "request", "pay.drop": "request", "pay.withdraw": "request",
    "pay.approve": "request", "pay.evidence": "request", "refund.ask": "request", "refund.some": "request",
    "refund.yes": "request", "refund.approve": "request", "refund.no": "request",
}  # fmt: skip
"""What each button's value names."""
FORMS = {"pay": "case", "pay.reading": "case", "refund": "request"}
"""What each form's value names."""
ARGUMENTS = ("", "1", "49 USD for that", "²", "9" * 30, "9" * 5000, "٣ USD", "x" * 4000, "-1", "valid 9 d", "\x00")
"""What is typed behind a command."""
HOSTILE = (
    "", "x", "999999", "-1", "0", "9" * 25, "9" * 5000, "1|2", "|", "²", "²|", "٣", "٣|", "1.0", "\x00",
    "1'; DROP TABLE team; --",
)  # fmt: skip
"""What no button of ours ever carries."""
CHOICES = (
    "", "x", "||", "1|T|0", "1||9", "²||0", "1|2026-03-03|" + "9" * 25, "9" * 25 + "|2026-03-03|0", "1|0001-01-01|0",
    "1|9999-12-31|0", "1|99991231T2359|0", "1|00010101T0000|0", "1|20260303T0800|²", "1|20260303T9900|0",
    "1|2026-02-31|0", "-1|2026-03-03|0", "1|20990303T0800|0",
)  # fmt: skip
"""What no button of the way to a booking carries."""
ANSWERS: tuple[dict[str, str], ...] = (
    {}, {"amount": "49", "description": MARK}, {"amount": "²", "description": ""}, {"amount": "9" * 5000},
    {"reading": "4900 USD"}, {"reading": "² USD"}, {"reading": "1 XXQ"}, {"reading": "9" * 5000 + " USD"},
)  # fmt: skip
"""What a form might come back with."""


@dataclass
class Scene:
    """A town with somebody's affairs in it, and the others who try."""

    town: Town
    victim: Victim
    others: dict[str, Voice]

    async def outcome(self, *tries: Heard) -> tuple[Rows, Rows, list[Effect]]:
        """The victim's rows before and after, and what leaked. Everything is rolled back."""
        with suppress(_Undo):
            async with self.town.database.begin() as work:
                before, newest = await self.victim.rows(work), await newest_effect(work)
                for one in tries:
                    await hear(self.town.house, work, one)
                after = await self.victim.rows(work)
                leaked = await self.victim.leaked(work, await effects_since(work, newest))
                raise _Undo
        return before, after, leaked

    async def effects(self, one: Heard) -> list[Effect]:
        """What must happen after one thing was heard; rolled back too."""
        with suppress(_Undo):
            async with self.town.database.begin() as work:
                newest = await newest_effect(work)
                await hear(self.town.house, work, one)
                effects = await effects_since(work, newest)
                raise _Undo
        return effects


class _Undo(Exception):
    """The transaction is not kept."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(template: Path) -> AsyncIterator[Scene]:
    till = Till()
    async with town(template, {"till": till}) as made:
        till.now = made.clock
        victim = await victim_in(made)
        await made.hear(made.noor.says("hello"), made.rita.says("hello"))
        await made.drain()
        others = {
            "a stranger": Voice("acme-bot", "eve", "eve", name="Eve"),
            "another customer": made.noor,
            "another customer, on a room's page": replace(made.noor, person_id=5).on_page(1, 2),
            "a member of the desk's channel without a role": Voice("acme-bot", "eve", "eve").at(
                "acme-desk", victim.thread
            ),
            "an agent of another team": made.rex.at("rival-desk", await made.case_thread(3)),
        }
        yield Scene(made, victim, others)


OTHERS = (
    "a stranger",
    "another customer",
    "another customer, on a room's page",
    "a member of the desk's channel without a role",
    "an agent of another team",
)


def _values(victim: Victim, kind: str) -> Iterator[str]:
    if kind == "choice":
        for when in ("", "2026-03-03", "20260303T0800"):
            yield from (f"{service}|{when}|{case}" for service in victim.ids["service"] for case in (victim.case, 0))
        yield from CHOICES
    elif kind:
        for number in victim.ids[kind]:
            yield from (str(number), f"{number}|")
        yield from HOSTILE
    else:
        yield from ("", "x", "²")


async def test_every_button_and_form_is_tried() -> None:
    assert set(NAMES) == set(PRESS_DOORS), "say in NAMES what a new button's value names"
    assert set(FORMS) == set(FORM_DOORS), "say in FORMS what a new form's value names"


@pytest.mark.parametrize("other", OTHERS)
async def test_a_command_reaches_nothing_of_anybody_else(scene: Scene, other: str) -> None:
    who = scene.others[other]
    tries = [who.does(name, args) for name in (*COMMAND_DOORS, "nonsense", "") for args in ARGUMENTS]
    await _reaches_nothing(scene, tries)


@pytest.mark.parametrize("other", OTHERS)
async def test_a_button_reaches_nothing_of_anybody_else(scene: Scene, other: str) -> None:
    who = scene.others[other]
    tries = [who.presses(action, value) for action in NAMES for value in _values(scene.victim, NAMES[action])]
    tries += [who.presses(action, value) for action in (ANSWER, SKIP, "nonsense") for value in HOSTILE]
    await _reaches_nothing(scene, tries)


@pytest.mark.parametrize("other", OTHERS)
async def test_a_form_reaches_nothing_of_anybody_else(scene: Scene, other: str) -> None:
    who, case = scene.others[other], scene.victim.case
    tries = [
        who.fills(form, value, **answers)
        for form in (*FORMS, "nonsense")
        for value in (str(case), f"{case}|{MARK}", f"{case}|", "²")
        for answers in ANSWERS
    ]
    tries += [who.fills(WHICH_CASE, name, case=value) for name in COMMAND_DOORS for value in (str(case), "²", "", "x")]
    tries += [who.fills(WHICH_CASE, f"{name} 49 USD {MARK}", case=str(case)) for name in COMMAND_DOORS]
    await _reaches_nothing(scene, tries)


@pytest.mark.parametrize("other", OTHERS)
async def test_words_reach_nothing_of_anybody_else(scene: Scene, other: str) -> None:
    who = scene.others[other]
    tries: list[Heard] = [who.says(words) for words in ("hello", "// a note", "!pay 49 USD", "\x00")]
    tries += [who.edits(f"heard{number}", "changed") for number in range(1, 40)]
    tries += [who.leaves(), who.returns()]
    await _reaches_nothing(scene, tries)


async def _reaches_nothing(scene: Scene, tries: list[Heard]) -> None:
    """All in one transaction; when it goes wrong, one after the other tells which."""
    before, after, leaked = await scene.outcome(*tries)
    if before == after and not leaked:
        return
    for one in tries:
        before, after, leaked = await scene.outcome(one)
        assert before == after, one
        assert not leaked, one
    raise AssertionError("several tries together reached something")


@pytest.mark.parametrize("place", ["at the desk", "on the room page"])
async def test_no_value_is_too_strange_for_the_agents_of_the_team(scene: Scene, place: str) -> None:
    town, victim = scene.town, scene.victim
    ana = {
        "at the desk": town.ana.at("acme-desk", victim.thread),
        "on the room page": town.ana.on_page(victim.ids["room"][0], victim.case),
    }[place]
    strange = {"choice": CHOICES, "": ("", "x", "²")}
    tries = [ana.presses(action, value) for action in NAMES for value in strange.get(NAMES[action], HOSTILE)]
    tries += [ana.fills(form, value, **answers) for form in FORMS for value in HOSTILE[:6] for answers in ANSWERS]
    tries += [ana.does(name, args) for name in COMMAND_DOORS for args in ARGUMENTS]
    await scene.outcome(*tries)


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
    "book.cancel": lambda of: str(of.ids["booking"][1]),
    "book.cancelled": lambda of: str(of.ids["booking"][1]),
    "retry": lambda of: str(of.ids["message"][-1]),
}


@pytest.mark.parametrize("action", RIGHTFUL)
async def test_the_same_buttons_work_for_the_agent_they_are_for(scene: Scene, action: str) -> None:
    ana = scene.town.ana.at("acme-desk", scene.victim.thread)
    effects = await scene.effects(ana.presses(action, RIGHTFUL[action](scene.victim)))
    refusals = ("There is no such", "out of date", "Only agents")
    answers = [one.message.plain for one in effects if isinstance(one, Answer)]
    assert effects
    assert not [plain for plain in answers if plain.startswith(refusals)]

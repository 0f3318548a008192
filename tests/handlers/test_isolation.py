"""Every door, tried by everyone it is not for, with everything that is not theirs."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from handlers.effects import Answer, Deliver
from handlers.forms import ANSWER, SKIP
from handlers.heard import Heard
from handlers.router import WHICH_CASE, hear
from handlers.routes import COMMAND_DOORS, FORM_DOORS, PRESS_DOORS
from tests.handlers.till import Till
from tests.handlers.town import Town, Voice, effects_since, newest_effect, town
from tests.handlers.victim import MARK, Victim, victim_in

NAMES = {
    "menu": "", "help": "", "talk": "", "zone": "", "mine": "", "book": "", "book.day": "choice",
    "book.time": "choice", "book.hold": "choice", "book.yes": "booking", "book.no": "booking",
    "book.cancel": "booking", "book.cancelled": "booking", "retry": "message", "case.claim": "case",
    "case.back": "case", "case.close": "case", "case.reopen": "case", "room.open": "case", "room.join": "room",
    "pay.form": "case", "pay.send": "request", "pay.drop": "request", "pay.withdraw": "request",
    "refund.ask": "request", "refund.yes": "request", "refund.no": "request",
}  # fmt: skip
"""What each button's value names."""
FORMS = {"pay": "case", "pay.reading": "case"}
"""What each form's value names."""
ARGUMENTS = ("", "1", "49 USD for that", "²", "9" * 30, "9" * 5000, "٣ USD", "x" * 4000, "-1", "valid 9 d", "\x00")
"""What is typed behind a command."""
HOSTILE = (
    "", " ", "x", "999999", "-1", "0", "9" * 25, "9" * 5000, "1|2", "1|", "|", "||", "²", "²|", "٣", "٣|", "1.0",
    "1||9", "1|2026-03-03|" + "9" * 25, "9" * 25 + "|2026-03-03|0", "1|0001-01-01|0", "1|9999-12-31|0",
    "1|99991231T2359|0", "1|00010101T0000|0", "1|20260303T0800|²", "1|20260303T9900|0", "true", "None", "\x00",
    "1'; DROP TABLE team; --", "1|T|0", "Mars/Olympus", "../etc/passwd",
)  # fmt: skip
"""What no button of ours ever carries."""
ANSWERS = ({"amount": "49", "description": MARK}, {"amount": "²", "description": ""}, {"reading": "4900 USD"},
           {"reading": "² USD"}, {"reading": "1 XXQ"}, {"reading": "9" * 5000 + " USD"}, {}, {"amount": "9" * 5000})  # fmt: skip


@dataclass
class Scene:
    """A town with somebody's affairs in it, and the others who try."""

    town: Town
    victim: Victim
    others: dict[str, Voice]

    async def outcome(self, *tries: Heard) -> tuple[dict[str, list[object]], dict[str, list[object]], list[object]]:
        """The victim's rows before and after, and what leaked. Everything is rolled back."""
        with suppress(_Undo):
            async with self.town.database.begin() as work:
                before, newest = await self.victim.rows(work), await newest_effect(work)
                for one in tries:
                    await hear(self.town.house, work, one)
                after = await self.victim.rows(work)
                leaked = await self.victim.leaked(work, await effects_since(work, newest))
                raise _Undo
        return before, after, list(leaked)


class _Undo(Exception):
    """The transaction is not kept."""


@pytest_asyncio.fixture
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
            "a member of the desk's channel without a role": Voice("acme-bot", "eve", "eve").at(
                "acme-desk", victim.thread
            ),
            "an agent of another team, alone": made.rex,
            "an agent of another team, at their desk": made.rex.at("rival-desk", await made.case_thread(3)),
            "an agent of another team, through this team's bot": Voice("acme-bot", "rex", "rex", name="Rex"),
        }
        yield Scene(made, victim, others)


OTHERS = (
    "a stranger",
    "another customer",
    "a member of the desk's channel without a role",
    "an agent of another team, alone",
    "an agent of another team, at their desk",
    "an agent of another team, through this team's bot",
)


def _values(victim: Victim, kind: str) -> Iterator[str]:
    if kind == "choice":
        for when in ("", "2026-03-03", "20260303T0800"):
            yield from (f"{service}|{when}|{case}" for service in victim.ids["service"] for case in (victim.case, 0))
    elif kind:
        for number in victim.ids[kind]:
            yield from (str(number), f"{number}|", f"{number}|0", f" {number}", f"+{number}")
    yield from HOSTILE


def test_every_button_and_form_is_tried() -> None:
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
        for value in (str(case), f"{case}|{MARK}", f"{case}|", *HOSTILE[:10])
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


@pytest.mark.parametrize("place", ["alone", "at the desk", "on the room page"])
async def test_agents_of_the_team_are_told_about_values_that_no_button_of_ours_carries(
    scene: Scene, place: str
) -> None:
    town, victim = scene.town, scene.victim
    ana = {
        "alone": town.ana,
        "at the desk": town.ana.at("acme-desk", victim.thread),
        "on the room page": town.ana.on_page(victim.ids["room"][0], victim.case),
    }[place]
    tries: list[Heard] = [ana.presses(action, value) for action in NAMES for value in HOSTILE]
    tries += [ana.fills(form, value, **answers) for form in FORMS for value in HOSTILE for answers in ANSWERS[2:]]
    tries += [ana.does(name, args) for name in COMMAND_DOORS for args in ARGUMENTS]
    for one in tries:
        # Each is rolled back, so that one does not stand in another's way.
        await scene.outcome(one)


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
    effects = await scene.town.hear(ana.presses(action, RIGHTFUL[action](scene.victim)))
    assert effects
    refusals = ("There is no such", "out of date", "Only agents")
    answers = [one.message.plain for one in effects if isinstance(one, Answer)]
    assert not [plain for plain in answers if plain.startswith(refusals)]
    assert action != "case.close" or any(isinstance(one, Deliver) for one in effects)

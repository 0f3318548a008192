"""Every route, with another team's codes, secrets and numbers: nothing of a neighbour's is shown or changed."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from storage.tables import RoleKind
from tests.bot.line import words_on
from tests.bot.quarter import Asking, Quarter
from tests.handlers.victim import MARK

pytestmark = pytest.mark.long


@pytest.fixture
def quarter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Quarter]:
    made = Quarter(tmp_path_factory.mktemp("quarter"))
    yield made
    made.close()


def test_with_ones_own_codes_no_route_reaches_a_neighbours_things(quarter: Quarter) -> None:
    before = quarter.run(quarter.rows())
    for one in quarter.tries(quarter.rival):
        status, text = quarter.run(quarter.asks(quarter.rival, one))
        assert status < 500 or status == 503, (one, text[:300])
        assert MARK not in text, one
        assert quarter.run(quarter.rows()) == before, one
        assert not one.signed or status in {400, 401, 404}, (one, "somebody else's secret is no proof")


def test_the_same_routes_show_those_things_to_whom_they_belong(quarter: Quarter) -> None:
    """What the walk looks for is there to be found."""
    shown = {_door(one) for one in quarter.tries(quarter.acme) if _shows(quarter, one)}
    assert shown >= {"GET /room", "GET /room files", "GET /pay", "GET /setup"}


def _shows(quarter: Quarter, one: Asking) -> bool:
    return one.method == "GET" and MARK in quarter.run(quarter.asks(quarter.acme, one))[1]


def _door(one: Asking) -> str:
    parts = one.path.split("/")
    return f"{one.method} /{parts[1]}{' files' if 'files' in parts else ''}"


@pytest.mark.parametrize("left", [RoleKind.AGENT, RoleKind.VIEWER, None])
def test_codes_open_no_more_than_their_holders_role(quarter: Quarter, left: RoleKind | None) -> None:
    """An owner's visit and an agent's link outlive the role, and let nobody in."""
    asks = [one for one in quarter.tries(quarter.acme) if quarter.needs_role(one, left)]
    assert {_door(one) for one in asks} >= {"GET /setup", "POST /setup"}
    quarter.run(quarter.demote(left))
    before = quarter.run(quarter.rows())
    for one in asks:
        status, text = quarter.run(quarter.asks(quarter.acme, one))
        assert status in {403, 404, 410}, one
        assert MARK not in text, one
    assert quarter.run(quarter.rows()) == before


WORDS: tuple[dict[str, Any], ...] = (
    {"type": "admit", "person_id": "person", "let_in": True},
    {"type": "press", "action": "room.join", "value": "room"},
    {"type": "press", "action": "pay.withdraw", "value": "request"},
    {"type": "press", "action": "book.cancelled", "value": "booking"},
    {"type": "press", "action": "case.claim", "value": "case"},
    {"type": "press", "action": "retry", "value": "message"},
    {"type": "command", "name": "cases", "args": ""},
)
"""Each names one of the victim's things."""


@pytest.mark.parametrize("side", ["customer", "agent"])
def test_on_a_room_page_of_ones_own_nothing_of_a_neighbours_is_heard_or_moved(quarter: Quarter, side: str) -> None:
    before = quarter.run(quarter.rows())
    words = [_named(quarter, word, number) for number, word in enumerate(WORDS)]
    heard = quarter.run(words_on(quarter, quarter.rival.codes[side], words))
    assert any(word["type"] == "lobby" for word in heard), "the line was open"
    quarter.run(quarter.take_in())
    assert MARK not in json.dumps(heard)
    assert quarter.run(quarter.rows()) == before
    assert MARK in json.dumps(quarter.run(words_on(quarter, quarter.acme.codes[side], [])))


def _named(quarter: Quarter, word: dict[str, Any], number: int) -> dict[str, Any]:
    if word["type"] == "admit":
        return word | {"person_id": quarter.victim.customer}
    named = {"value": str(quarter.victim.ids[word["value"]][0])} if "value" in word else {}
    return word | named | {"client_id": f"word-{number:04}"}

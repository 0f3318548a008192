"""The drill: its plays are the same for a seed, its verdict sees what is wrong, and the command plays it all."""

import re
from collections.abc import Callable
from contextlib import chdir
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.commands import app
from bot.cli.refusals import Refused
from bot.drill.plays import CURRENCIES, Course, Play, plays
from bot.drill.verdict import Ended, Verdict
from payments.machine import State
from storage.tables import Checkout, PaymentRequest

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PLAY = Play(0, "stripe", "", 4900, 0, Course.PAID, (None, None, None, None))


def ended(play: Play = PLAY, state: State = State.PAID, ours: tuple[int, int] = (4900, 0), *,
          held: tuple[int, int] = (4900, 0), fulfilled: bool = True) -> Ended:  # fmt: skip
    request = PaymentRequest(
        id=1, code="c", team_id=1, conversation_id=1, asked_by_id=1, amount_minor=play.minor, currency="USD",
        description="d", gateway="stripe", state=state, fulfilled_at=NOW if fulfilled else None, expires_at=NOW,
        made_at=NOW,
    )  # fmt: skip
    checkout = Checkout(
        id=1, request_id=1, gateway="stripe", reference="co_1", captured_minor=ours[0], refunded_minor=ours[1],
        expires_at=NOW, made_at=NOW,
    )  # fmt: skip
    return Ended(play, request, [checkout], [held])


WRONG: dict[str, tuple[Callable[[], Ended], str]] = {
    "a payment that we do not know": (lambda: ended(ours=(0, 0)), "stripe says"),
    "a payment that nobody holds": (lambda: ended(held=(0, 0)), "should be $49.00"),
    "money kept twice": (lambda: ended(ours=(9800, 0), held=(9800, 0)), "charged twice"),
    "a refund that was not made": (lambda: ended(replace(PLAY, back=4900, course=Course.REFUNDED)), "should be $0.00"),
    "a card that says nothing": (lambda: ended(state=State.OPENED), "should be “paid”"),
    "paid and nothing happened": (lambda: ended(fulfilled=False), "do not fit"),
}


@pytest.mark.parametrize("wrong", sorted(WRONG))
def test_the_verdict_names_what_is_wrong(wrong: str) -> None:
    make, said = WRONG[wrong]
    verdict = Verdict([make()])
    assert any(said in fault for fault in verdict.faults)
    assert "do not agree" in verdict.sentence


def test_the_verdict_is_content_when_all_agrees() -> None:
    never = replace(PLAY, course=Course.NEVER_PAID)
    good = [ended(), ended(never, State.FAILED, (0, 0), held=(0, 0), fulfilled=False)]
    assert Verdict(good).faults == []
    assert Verdict(good, found_by_asking=1).sentence.endswith("1 payment was found by asking.")


def test_a_seed_plays_the_same_drill_with_every_course_and_gateway() -> None:
    first = plays(tuple(CURRENCIES), 200, 1)
    assert first == plays(tuple(CURRENCIES), 200, 1) != plays(tuple(CURRENCIES), 200, 2)
    assert {play.course for play in first} == set(Course)
    assert {play.gateway for play in first} == set(CURRENCIES)
    assert all(CURRENCIES[play.second] == play.currency for play in first if play.second)


def test_one_gateway_alone_is_never_paid_twice() -> None:
    assert all(play.second == "" for play in plays(("phonepe",), 100, 1))


def test_a_gateway_that_the_sandbox_has_not_is_named() -> None:
    told = CliRunner().invoke(app, ["drill", "--gateway", "nonsense"])
    assert isinstance(told.exception, Refused)
    assert "nonsense" in str(told.exception)


@pytest.mark.long
def test_it_plays_and_the_books_agree(tmp_path: Path) -> None:
    with chdir(tmp_path):
        told = CliRunner().invoke(app, ["drill", "--payments", "4", "--seed", "3"])
    assert told.exit_code == 0, told.output
    assert "The books agree: of 4 requests nothing is lost" in told.output
    for gateway in CURRENCIES:
        assert re.search(rf"^{gateway} +1 ", told.output, re.MULTILINE), told.output
    assert list(tmp_path.iterdir()) == []

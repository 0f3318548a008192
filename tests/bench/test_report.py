"""What was measured is kept in one shape, and the manual shows that and nothing else."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from bench.figures import Figure, Goal, against, figure, percentile, spread
from bench.picture import PICTURE
from bench.report import PAGE, latest, shown
from tests.test_docs import between

GOAL = re.compile(r"(?P<way>[<>]=) (?P<bound>[\d.]+)(?P<ratio> x)?")
STEM = re.compile(r"^\| \*\*(.+?)\*\* \|", re.MULTILINE)
PNG = b"\x89PNG\r\n\x1a\n"
HEAVIEST = 300_000


def kept() -> Iterator[dict[str, Any]]:
    for run in latest().values():
        yield from run["figures"]


def test_each_run_says_when_and_where_and_what_the_disk_took() -> None:
    runs = latest()
    assert "usual" in runs and set(runs) <= {"usual", "growth", "teams"}
    for run in runs.values():
        assert re.match(r"\d{4}-\d\d-\d\dT.*\+00:00$", run["at"])
        assert run["seconds"] > 0 and run["floor"] > 0
        assert set(run["machine"]) == {"cores", "system", "python", "load"}


def test_each_figure_has_the_same_fields() -> None:
    fields = set(Figure.__slots__)
    assert {"name", "value", "unit", "baseline", "ratio", "goal", "met"} <= fields
    for one in kept():
        assert set(one) == fields, one["name"]
        assert one["name"] and one["unit"] and one["value"] > 0
        assert (one["ratio"] is None) == (one["baseline"] == "")


def test_what_a_figure_is_held_against_is_a_figure_of_the_same_run() -> None:
    for run in latest().values():
        values = {one["name"]: one["value"] for one in run["figures"]}
        for one in run["figures"]:
            if one["baseline"]:
                assert one["ratio"] == pytest.approx(one["value"] / values[one["baseline"]]), one["name"]


def test_a_goal_is_met_when_its_own_words_say_so() -> None:
    judged = [one for one in kept() if one["goal"]]
    assert len(judged) > 10
    for one in kept():
        assert (one["met"] is None) == (one["goal"] == ""), one["name"]
    for one in judged:
        told = GOAL.fullmatch(one["goal"])
        assert told, one["goal"]
        held, bound = one["ratio"] if told["ratio"] else one["value"], float(told["bound"])
        assert one["met"] is (held <= bound if told["way"] == "<=" else held >= bound), one["name"]


def test_the_manual_shows_the_last_runs() -> None:
    assert between(PAGE, "figures") == shown(latest())


def test_the_manual_explains_each_figure_and_no_other() -> None:
    stems = STEM.findall(PAGE.read_text())
    names = {one["name"] for one in kept()}
    assert [name for name in names if not name.startswith(tuple(stems))] == []
    if "growth" in latest():
        assert [stem for stem in stems if not any(name.startswith(stem) for name in names)] == []


def test_the_manual_shows_the_picture() -> None:
    assert PICTURE.read_bytes()[:8] == PNG
    assert PICTURE.stat().st_size < HEAVIEST
    assert "](../bench/results/latest.png)" in PAGE.read_text()


@pytest.mark.parametrize(
    ("goal", "value", "ratio", "met"),
    [
        (Goal(3), 3.0, None, True),
        (Goal(3), 2.9, 5.0, False),
        (Goal(60, at_most=True), 60.0, None, True),
        (Goal(60, at_most=True), 60.1, None, False),
        (Goal(0.6, of_baseline=True), 0.1, 0.6, True),
        (Goal(0.6, of_baseline=True), 100.0, 0.59, False),
        (Goal(0.6, of_baseline=True), 100.0, None, False),
    ],
    ids=str,
)
def test_a_goal_bounds_the_value_or_the_ratio(goal: Goal, value: float, ratio: float | None, met: bool) -> None:
    assert goal.met(value, ratio) is met


def test_rounds_are_held_against_another_figure_by_their_median() -> None:
    other = figure("other", 10.0, "/s")
    one = against("one", [1.0, 30.0, 20.0], "/s", other, Goal(2, of_baseline=True))
    assert (one.value, one.ratio, one.baseline, one.met) == (20.0, 2.0, "other", True)
    assert one.spread == spread([1.0, 30.0, 20.0]) == pytest.approx(29 / 2 / 20)


def test_a_percentile_is_the_value_that_so_many_stay_at_or_below() -> None:
    assert [percentile(range(1, 101), percent) for percent in (50, 99, 100)] == [50, 99, 100]
    assert percentile([7.0], 99) == 7.0
    assert percentile([3.0, 1.0, 2.0], 50) == 2.0

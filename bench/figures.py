"""Figures: what was measured, beside its baseline and its goal; as a table for people."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound on a figure, or (`of_baseline`) on its ratio to the baseline."""

    bound: float
    at_most: bool = False
    of_baseline: bool = False

    def met(self, value: float, ratio: float | None) -> bool:
        """Whether the figure keeps it."""
        held = ratio if self.of_baseline else value
        return held is not None and (held <= self.bound if self.at_most else held >= self.bound)

    def __str__(self) -> str:
        return f"{'<=' if self.at_most else '>='} {self.bound:g}{' x' if self.of_baseline else ''}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured.

    `spread` is half the distance between the best and the worst round, over the median. `floor`, beside what waits for
    the disk, is how many milliseconds the disk took for one fdatasync in the same minute.
    """

    name: str
    value: float
    unit: str
    baseline: str = ""
    ratio: float | None = None
    goal: str = ""
    met: bool | None = None
    spread: float | None = None
    floor: float | None = None


def figure(name: str, value: float, unit: str, goal: Goal | None = None, *, rounds: Sequence[float] = ()) -> Figure:
    """A figure by itself."""
    met = goal.met(value, None) if goal else None
    return Figure(name, value, unit, goal=str(goal or ""), met=met, spread=spread(rounds))


def against(name: str, rounds: Sequence[float], unit: str, other: Figure, goal: Goal | None = None) -> Figure:
    """The median of the rounds, held against another figure of the same run."""
    value = statistics.median(rounds)
    ratio = value / other.value
    met = goal.met(value, ratio) if goal else None
    return Figure(name, value, unit, other.name, ratio, str(goal or ""), met, spread(rounds))


def durable(figures: Iterable[Figure], floor: float) -> list[Figure]:
    """These figures, beside what the disk can do."""
    return [replace(one, floor=floor) for one in figures]


def spread(rounds: Sequence[float]) -> float | None:
    """How far the rounds lie apart."""
    return (max(rounds) - min(rounds)) / 2 / statistics.median(rounds) if len(rounds) > 1 else None


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that so many percent stay at or below."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, -(-len(ordered) * percent // 100) - 1)]


def table(figures: Sequence[Figure]) -> str:
    """One line for each."""
    marks = {True: "yes", False: "NO", None: ""}
    rows = [("what", "value", "", "spread", "against", "ratio", "goal", "met", "fdatasync")]
    for one in figures:
        apart = "" if one.spread is None else f"±{one.spread:.0%}"
        ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
        floor = "" if one.floor is None else f"{one.floor:.2g} ms"
        rows.append(
            (one.name, f"{one.value:,.4g}", one.unit, apart, one.baseline, ratio, one.goal, marks[one.met], floor)
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)

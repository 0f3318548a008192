"""What the last runs found: kept in `bench/results/latest.json`, shown as a table in `docs/bench.md`."""

import json
import os
import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from bench.figures import Figure
from bench.programs import ROOT

LATEST = ROOT / "bench" / "results" / "latest.json"
PAGE = ROOT / "docs" / "bench.md"
SHOWN = re.compile(r"(<!-- figures -->\n).*?(<!-- /figures -->)", re.DOTALL)
USUAL, GROWTH, TEAMS = "usual", "growth", "teams"
TITLES = {USUAL: "Side by side", GROWTH: "Growth", TEAMS: "One team and a thousand"}
Run = Mapping[str, Any]


def keep(kind: str, figures: Sequence[Figure], seconds: float) -> None:
    """Keep a run in place of the last one of its kind, and show it."""
    LATEST.parent.mkdir(exist_ok=True)
    LATEST.write_text(json.dumps({**latest(), kind: _told(figures, seconds)}, indent=2) + "\n")
    PAGE.write_text(SHOWN.sub(lambda found: f"{found[1]}{shown(latest())}{found[2]}", PAGE.read_text()))


def latest() -> Mapping[str, Run]:
    """The last run of each kind."""
    told: Mapping[str, Run] = json.loads(LATEST.read_text()) if LATEST.exists() else {}
    return told


def _told(figures: Sequence[Figure], seconds: float) -> Run:
    machine = {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()}
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds),
        "machine": machine | {"load": round(os.getloadavg()[0], 2)},
        "floor": next((one.floor for one in figures if one.floor is not None), None),
        "figures": [asdict(one) for one in figures],
    }


def shown(runs: Mapping[str, Run]) -> str:
    """The runs as the manual shows them."""
    return "\n".join(line for kind in TITLES if kind in runs for line in _table(TITLES[kind], runs[kind]))


def _table(title: str, run: Run) -> Iterator[str]:
    machine = run["machine"]
    met = [one["met"] for one in run["figures"] if one["met"] is not None]
    yield f"### {title}"
    yield ""
    yield (
        f"{run['at'][:10]}, {run['seconds']} seconds, {machine['cores']} cores, Python {machine['python']}, load "
        f"{machine['load']:g} at the end, fdatasync {run['floor']:.2g} ms: {sum(met)} of {len(met)} goals met."
    )
    yield ""
    yield "| Figure | Value | Spread | Against | Ratio | Goal | Met |"
    yield "|---|---|---|---|---|---|---|"
    for one in run["figures"]:
        yield f"| {' | '.join(_cells(one))} |"
    yield ""


def _cells(one: Mapping[str, Any]) -> tuple[str, ...]:
    apart = "" if one["spread"] is None else f"±{one['spread']:.0%}"
    ratio = "" if one["ratio"] is None else f"{one['ratio']:.2f}"
    met = {True: "yes", False: "**no**", None: ""}[one["met"]]
    return one["name"], f"{_short(one['value'])} {one['unit']}", apart, one["baseline"], ratio, one["goal"], met


def _short(value: float) -> str:
    """Three digits that mean something, and no powers of ten."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"

"""The picture of the last runs: who takes how many webhooks, and what becomes slower with the years."""

from collections.abc import Iterable, Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Sheet

from bench.growth import SIZES
from bench.report import GROWTH, LATEST, USUAL, latest

PICTURE = LATEST.with_suffix(".png")
OURS, THEIRS = "#1f6f5c", "#b9b4a6"
INCH = (10.0, 7.5)
Told = Mapping[str, Any]


def draw() -> None:
    """Make the picture from what was kept."""
    runs = latest()
    panels = [(kind, paint) for kind, paint in ((USUAL, _webhooks), (GROWTH, _growth)) if kind in runs]
    sheet = Sheet(figsize=INCH, layout="constrained")
    axes = sheet.subplots(len(panels), squeeze=False)
    for (kind, paint), axis in zip(panels, axes.flat, strict=True):
        paint(axis, runs[kind]["figures"])
        axis.spines[["top", "right"]].set_visible(False)
    # Without the program's name and version the same figures give the same bytes.
    sheet.savefig(PICTURE, dpi=110, metadata={"Software": None})


def _webhooks(axis: Axes, figures: Iterable[Told]) -> None:
    rates = {one["name"]: one["value"] for one in figures if one["name"].startswith("webhooks") and one["unit"] == "/s"}
    names = sorted(rates, key=rates.__getitem__)
    colours = [OURS if "Bellhop" in name else THEIRS for name in names]
    bars = axis.barh([_words(name) for name in names], [rates[name] for name in names], color=colours)
    axis.bar_label(bars, fmt="{:,.0f}", padding=3)
    axis.set_xscale("log")
    axis.xaxis.set_major_formatter("{x:,.0f}")
    axis.set_xlim(left=10, right=max(rates.values()) * 2)
    axis.set_title("Webhooks a second, 32 connections")


def _words(name: str) -> str:
    """`webhooks applied: Bellhop, SQLite` becomes `Bellhop, SQLite: applied`."""
    kind, _, who = name.partition(": ")
    return f"{who}: {kind.removeprefix('webhooks ')}" if "Bellhop" in who else who


def _growth(axis: Axes, figures: Iterable[Told]) -> None:
    """How many times as long each takes as in the smallest house; a rate counts the other way round."""
    lines: dict[str, list[float]] = {}
    for one in figures:
        name, _, _ = one["name"].rpartition(", ")
        if not name.endswith("p99"):
            ratio = one["ratio"] or 1.0
            lines.setdefault(name, []).append(ratio if one["unit"] == "ms" else 1 / ratio)
    for number, (name, ratios) in enumerate(lines.items()):
        # The colours begin again after ten.
        marker, line = (("o", "solid"), ("s", "dashed"))[number // 10 % 2]
        axis.plot(
            list(SIZES.values())[: len(ratios)], ratios, marker=marker, linestyle=line, label=name.removesuffix(", p50")
        )
    axis.axhline(2, color="black", linewidth=0.8, linestyle="dotted")
    axis.set_yscale("log")
    axis.yaxis.set_major_formatter("{x:g}")
    axis.set_title("Times as long as with ten thousand payments, bookings and messages")
    axis.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, fontsize="small")

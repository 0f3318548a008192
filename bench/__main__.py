"""`python -m bench [--growth | --teams]`: measure everything once, print it, keep it; growth when it is asked for."""

import argparse
import asyncio
import time
from contextlib import AsyncExitStack

from bench import chats, delivery, growth, picture, process, slots, teams, webhooks
from bench.databases import Databases, databases
from bench.figures import Figure, figure, table
from bench.report import GROWTH, LATEST, TEAMS, USUAL, keep
from bench.stage import whole


async def measured(made: Databases) -> list[Figure]:
    """Every figure; quiet ones first, so that nothing disturbs them."""
    figures = [figure("floor of everything durable", process.floor(made.folder), "ms fdatasync")]
    figures += process.help_text()
    figures += await slots.measure(made.folder)
    figures += await delivery.measure(made)
    async with AsyncExitStack() as stack:
        stages = [await stack.enter_async_context(whole(webhooks.SQLITE, made.sqlite("bellhop"), made.folder))]
        figures += process.start(stages[0])
        if made.server is not None:
            url = made.postgres("bellhop")
            stages.append(await stack.enter_async_context(whole(webhooks.POSTGRES, url, made.folder)))
        for stage in stages:
            figures += await chats.confirmed(stage)
        figures += await webhooks.measure(stages, made)
        figures += await chats.acknowledgements(stages[0])
        figures += process.after(stages[0])
    return figures


PARTS = {USUAL: measured, TEAMS: teams.measure, GROWTH: growth.measure}
"""What is measured, by the name under which it is kept."""


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Bellhop, measured beside its baselines.")
    parser.add_argument("--growth", action="store_true", help="with 10 thousand, 100 thousand and a million of all")
    parser.add_argument("--teams", action="store_true", help="with one team, and with a thousand in one database")
    asked = parser.parse_args()
    for kind in _parts(growth=asked.growth, teams=asked.teams):
        began = time.perf_counter()
        with databases() as made:
            figures = asyncio.run(PARTS[kind](made))
        seconds = time.perf_counter() - began
        keep(kind, figures, seconds)
        print(table(figures))
        print(f"\n{seconds:.0f} s; kept in {LATEST.relative_to(LATEST.parents[2])}\n")
    picture.draw()


def _parts(*, growth: bool, teams: bool) -> tuple[str, ...]:
    """Growth fills a database with a million of everything first, so it comes only when it is asked for."""
    if growth or teams:
        return (GROWTH,) * growth + (TEAMS,) * teams
    return USUAL, TEAMS


if __name__ == "__main__":
    main()

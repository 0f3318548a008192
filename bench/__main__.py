"""`python -m bench [--growth]`: measure everything once, print it, keep it."""

import argparse
import asyncio
import time
from contextlib import AsyncExitStack

from bench import chats, delivery, growth, picture, process, slots, webhooks
from bench.databases import Databases, databases
from bench.figures import Figure, figure, table
from bench.report import LATEST, keep
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


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Bellhop, measured beside its baselines.")
    parser.add_argument("--growth", action="store_true", help="with 10 thousand, 100 thousand and a million of all")
    asked = parser.parse_args()
    began = time.perf_counter()
    with databases() as made:
        figures = asyncio.run(growth.measure(made) if asked.growth else measured(made))
    seconds = time.perf_counter() - began
    keep("growth" if asked.growth else "usual", figures, seconds)
    picture.draw()
    print(table(figures))
    print(f"\n{seconds:.0f} s; kept in {LATEST.relative_to(LATEST.parents[2])}")


if __name__ == "__main__":
    main()

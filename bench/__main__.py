"""`python -m bench`: measure everything once, within about a minute, and print it."""

import asyncio
import tempfile
import time
from pathlib import Path

from bench import chats, delivery, process, slots, webhooks
from bench.figures import Figure, table, write
from bench.stage import whole


async def measured(folder: Path) -> list[Figure]:
    """Every figure; quiet ones first, so that nothing disturbs them."""
    figures = [*process.floor(folder), *process.help_text()]
    figures += await slots.measure(folder)
    figures += await delivery.measure(folder)
    async with whole(folder) as stage:
        figures += process.start(stage)
        figures += await chats.confirmations(stage)
        figures += await webhooks.measure(stage)
        figures += await chats.acknowledgements(stage)
        figures += process.after(stage)
    return figures


def main() -> None:
    """Measure, print, keep."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="bellhop-bench-") as folder:
        figures = asyncio.run(measured(Path(folder)))
    seconds = time.perf_counter() - began
    write(figures, seconds)
    print(table(figures))
    print(f"\n{seconds:.0f} s; kept in bench/results/latest.json")


if __name__ == "__main__":
    main()

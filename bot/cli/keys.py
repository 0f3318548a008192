"""The command about keys: `bellhop keys rotate`."""

import asyncio

from rich.console import Console
from rich.progress import Progress

from bot.clock import utc_now
from bot.keys import keys_of, require_keys
from bot.settings import PREFIX, Settings
from storage.database import Database
from storage.schema import require_current
from storage.sealing import Batch, count_rows, seal_anew


def rotate_keys(settings: Settings) -> None:
    """Seal everything with the newest key while the program runs, and say how much there was."""
    done = asyncio.run(_rotate(settings))
    print(f"Secrets sealed anew: {done.renewed}; under the newest key already: {done.seen - done.renewed}.")
    if len(settings.secret_keys) > 1:
        print(f"Nothing needs the older keys any more: {PREFIX}SECRET_KEYS may name the first one alone.")


async def _rotate(settings: Settings) -> Batch:
    database = Database(settings.database_url, keys=keys_of(settings), clock=utc_now)
    done = Batch()
    try:
        await require_current(database)
        await require_keys(settings, database)
        console = Console(stderr=True)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("Sealing anew", total=await count_rows(database))
            async for batch in seal_anew(database):
                done += batch
                bar.advance(task, batch.rows)
    finally:
        await database.aclose()
    return done

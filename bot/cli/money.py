"""The commands about money: `bellhop reconcile`."""

import asyncio
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import track

from bot.app import build
from bot.settings import Settings
from handlers.checkout.reconciling import Drift, reconcile, to_reconcile
from storage.schema import require_current


def reconcile_all(settings: Settings, since: datetime) -> int:
    """Ask the gateways about every checkout since a day (UTC), print what we did not know; the exit status."""
    asked, drifts = asyncio.run(reconciled(settings, since.replace(tzinfo=UTC)))
    for drift in drifts:
        print(drift.sentence)
    unasked = sum(drift.unasked for drift in drifts)
    print(f"{asked} checkouts, {len(drifts) - unasked} put right, {unasked} could not be asked about.")
    return 1 if unasked else 0


async def reconciled(settings: Settings, since: datetime) -> tuple[int, list[Drift]]:
    """How many checkouts were asked about, and where the books differed."""
    house = build(settings).house
    try:
        await require_current(house.database)
        checkouts = await to_reconcile(house, since)
        bar = track(checkouts, "Asking the gateways", console=Console(stderr=True), transient=True)
        found = [await reconcile(house, checkout) for checkout in bar]
        return len(checkouts), [drift for drift in found if drift is not None]
    finally:
        await house.close_gateways()
        await house.database.aclose()

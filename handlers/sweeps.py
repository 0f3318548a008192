"""What falls due by itself: holds that lapse, finished work that is forgotten. Safe to run twice."""

from datetime import timedelta

from handlers.house import House

KEEP_FINISHED = timedelta(days=7)


async def sweep_holds(house: House) -> None:
    """Slots that were held and not confirmed are free again."""
    async with house.database.begin() as work:
        await work.bookings.let_lapse()


async def sweep_finished(house: House) -> None:
    """Forget finished jobs; the inbox keeps its event ids long enough for every platform's repeats."""
    async with house.database.begin() as work:
        await work.inbox.clean(work.now - KEEP_FINISHED)
        await work.outbox.clean(work.now - KEEP_FINISHED)

"""What waits while a desk or a whole workspace cannot be reached, and goes on when it can."""

from handlers.effects import Deliver, send
from storage.tables import ChannelAccount, Seat, Side
from storage.work import Work


async def is_held(work: Work, account: ChannelAccount, seat: Seat) -> bool:
    """Whether what is for this seat waits: the app is gone from there, or its desk is in trouble."""
    if account.left_at is not None:
        return True
    if seat.side is not Side.AGENT:
        return False
    desk = await work.people.desk_at(account.id, seat.chat)
    return desk is not None and bool(desk.trouble)


async def resume(work: Work, account_id: int, chat: str) -> None:
    """Bring what has waited, in the order in which it was said."""
    for delivery in await work.talk.waiting_at(account_id, chat):
        await send(work, Deliver(message_id=delivery.message_id, seat_id=delivery.seat_id))


async def resume_all(work: Work, account_id: int) -> None:
    """The same for every seat in an account."""
    for delivery in await work.talk.waiting_in(account_id):
        await send(work, Deliver(message_id=delivery.message_id, seat_id=delivery.seat_id))

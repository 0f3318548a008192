"""What waits while a desk or a whole workspace cannot be reached, and goes on when it can."""

from handlers.effects import Deliver, send
from storage.tables import ChannelAccount, Desk, Seat, Side
from storage.work import Work


def is_held(account: ChannelAccount, seat: Seat, desk: Desk | None) -> bool:
    """Whether what is for this seat waits: the app is gone from there, or the desk at its address is in trouble."""
    in_trouble = seat.side is Side.AGENT and desk is not None and bool(desk.trouble)
    return account.left_at is not None or in_trouble


async def resume(work: Work, account_id: int, chat: str) -> None:
    """Bring what has waited, in the order in which it was said."""
    for delivery in await work.talk.waiting_at(account_id, chat):
        await send(work, Deliver(message_id=delivery.message_id, seat_id=delivery.seat_id))


async def resume_all(work: Work, account_id: int) -> None:
    """The same for every seat in an account."""
    for delivery in await work.talk.waiting_in(account_id):
        await send(work, Deliver(message_id=delivery.message_id, seat_id=delivery.seat_id))

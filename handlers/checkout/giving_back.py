"""Money that goes back: written down first, sent once, found again by its key."""

from handlers.effects import SendRefund, send
from payments.gateway import refund_key
from storage.tables import Checkout, PaymentRequest, Refund
from storage.work import Work


async def prepare(work: Work, request: PaymentRequest, paid: Checkout, minor: int, *, reason: str,
                  asked_by_id: int | None = None) -> Refund:  # fmt: skip
    """A refund that nobody has said yes to yet. Its key counts the checkout's refunds, so a repeat moves money once."""
    number = await work.payments.count_refunds(paid) + 1
    row = Refund(
        request_id=request.id,
        reference=refund_key(paid.reference, number),
        gateway=paid.gateway,
        payment_ref=paid.payment_ref,
        amount_minor=minor,
        reason=reason[:255],
        asked_by_id=asked_by_id,
        made_at=work.now,
    )
    await work.payments.add(row)
    return row


async def let_go(work: Work, row: Refund) -> None:
    """The yes: the gateway is asked after the commit."""
    row.confirmed_at = work.now
    await send(work, SendRefund(refund_id=row.id))


async def refund(work: Work, request: PaymentRequest, paid: Checkout, minor: int, *, reason: str) -> None:
    """Bellhop itself sends money back that must not stay."""
    await let_go(work, await prepare(work, request, paid, minor, reason=reason))

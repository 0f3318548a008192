"""Money that goes back: written down first, sent once, found again by its key."""

import secrets

from handlers.checkout.second_yes import Question
from handlers.effects import SendRefund, send
from handlers.messages import pairs
from payments.gateway import refund_key
from storage.tables import Checkout, PaymentRequest, Refund
from storage.work import Work


async def prepare(work: Work, request: PaymentRequest, paid: Checkout, minor: int, *, reason: str,
                  asked_by_id: int | None = None) -> Refund:  # fmt: skip
    """A refund that nobody has said yes to yet; it may never be sent."""
    row = Refund(
        request_id=request.id,
        reference=f"prepared_{secrets.token_hex(12)}",
        gateway=paid.gateway,
        payment_ref=paid.payment_ref,
        amount_minor=minor,
        reason=reason[:255],
        asked_by_id=asked_by_id,
        made_at=work.now,
    )
    await work.payments.add(row)
    return row


def second_about(row: Refund) -> Question:
    """What a second person is asked about a refund above the team's limit."""
    return Question("refund", row.amount_minor, f"{row.request_id}|{row.id}", pairs(Reason=row.reason))


async def let_go(work: Work, paid: Checkout, row: Refund) -> None:
    """The yes: the gateway is asked after the commit.

    The key counts the refunds of the checkout that were sent, without gaps: some gateways tell of a refund by its key
    alone, and are asked for one number after the other. The request must be locked.
    """
    row.reference = refund_key(paid.reference, await work.payments.count_refunds(paid) + 1)
    row.confirmed_at = work.now
    await send(work, SendRefund(refund_id=row.id))


async def refund(work: Work, request: PaymentRequest, paid: Checkout, minor: int, *, reason: str) -> None:
    """Bellhop itself sends money back that must not stay."""
    await let_go(work, paid, await prepare(work, request, paid, minor, reason=reason))

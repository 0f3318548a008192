"""Questions about money: requests, checkouts, what gateways said, refunds."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from payments.machine import State
from storage import statements
from storage.accounts import of_account
from storage.known import known_one
from storage.tables import Checkout, GatewayFact, PaymentRequest, Refund

UNPAID = (State.REQUESTED, State.OPENED, State.FAILED)


class Payments:
    """The ledger of what was asked and what arrived."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        """Part of one `Work`."""
        self._db = session
        self._now = now

    async def add(self, row: PaymentRequest | Checkout | Refund) -> None:
        """Keep a new row and give it its id."""
        self._db.add(row)
        await self._db.flush()

    async def keep_fact(self, fact: GatewayFact) -> bool:
        """Keep what a gateway said; False when it said so before."""
        try:
            async with self._db.begin_nested():
                self._db.add(fact)
                await self._db.flush()
        except IntegrityError:
            return False
        return True

    async def fact(self, fact_id: int) -> GatewayFact | None:
        """One thing that a gateway said."""
        return await self._db.get(GatewayFact, fact_id)

    async def facts_of(self, checkout_id: int) -> Sequence[GatewayFact]:
        """What fits a checkout of all that was said about it, oldest first."""
        return (await self._db.execute(statements.facts(), {"of": checkout_id})).scalars().all()

    async def request(self, request_id: int) -> PaymentRequest | None:
        """One payment request, locked until the commit; read anew, for what was read before the lock may be old."""
        await self._db.flush()
        found = await self._db.get(PaymentRequest, request_id, with_for_update=True, populate_existing=True)
        for row in self._db:
            if isinstance(row, Checkout) and row.request_id == request_id:
                await self._db.refresh(row)
        return found

    async def known_request(self, request_id: int) -> PaymentRequest:
        """One payment request as it reads; it must exist."""
        return await known_one(self._db, PaymentRequest, request_id)

    async def request_by_code(self, code: str) -> PaymentRequest | None:
        """The payment request whose pay link carries that code."""
        return (
            await self._db.execute(select(PaymentRequest).where(col(PaymentRequest.code) == code))
        ).scalar_one_or_none()

    async def of_conversation(self, conversation_id: int) -> Sequence[PaymentRequest]:
        """A conversation's payment requests, newest first."""
        return (await self._db.execute(statements.requests(), {"of": conversation_id})).scalars().all()

    async def checkout(self, checkout_id: int) -> Checkout | None:
        """One checkout."""
        return await self._db.get(Checkout, checkout_id)

    async def checkouts_of(self, request_id: int) -> Sequence[Checkout]:
        """A request's checkouts, newest first."""
        return (await self._db.execute(statements.checkouts(), {"of": request_id})).scalars().all()

    async def checkout_for(
        self, gateway: str, *, checkout_ref: str, reference: str, payment_ref: str, account: str = ""
    ) -> Checkout | None:
        """The checkout a gateway speaks of on that account: by its id, our reference, or the payment it led to."""
        for asked in (
            select(Checkout).where(col(Checkout.checkout_ref) == checkout_ref) if checkout_ref else None,
            select(Checkout).where(col(Checkout.reference) == reference) if reference else None,
            select(Checkout).where(col(Checkout.payment_ref) == payment_ref) if payment_ref else None,
        ):
            if asked is None:
                continue
            rows = await self._db.execute(asked.where(col(Checkout.gateway) == gateway, of_account(account)))
            found: Checkout | None = rows.scalars().first()
            if found is not None:
                return found
        return None

    async def expired(self) -> Sequence[PaymentRequest]:
        """Unpaid requests whose time is over."""
        asked = select(PaymentRequest).where(
            col(PaymentRequest.state).in_(UNPAID), col(PaymentRequest.expires_at) <= self._now
        )
        return (await self._db.execute(asked.limit(100))).scalars().all()

    async def to_poll(self) -> Sequence[Checkout]:
        """Checkouts whose gateway should be asked now."""
        asked = select(Checkout).where(col(Checkout.poll_at) <= self._now)
        return (await self._db.execute(asked.limit(100))).scalars().all()

    async def checkouts_since(self, moment: datetime) -> Sequence[Checkout]:
        """Checkouts made since then that their gateway knows of, oldest first."""
        asked = select(Checkout).where(col(Checkout.made_at) >= moment, col(Checkout.checkout_ref).is_not(None))
        return (await self._db.execute(asked.order_by(col(Checkout.id)))).scalars().all()

    async def refund(self, refund_id: int) -> Refund | None:
        """One refund."""
        return await self._db.get(Refund, refund_id)

    async def count_refunds(self, checkout: Checkout) -> int:
        """How many refunds of a checkout's payment were said yes to, however they ended."""
        asked = select(func.count()).where(
            col(Refund.request_id) == checkout.request_id,
            col(Refund.gateway) == checkout.gateway,
            col(Refund.payment_ref) == checkout.payment_ref,
            col(Refund.confirmed_at).is_not(None),
        )
        count: int = (await self._db.execute(asked)).scalar_one()
        return count

    async def refunds_of(self, request_id: int) -> Sequence[Refund]:
        """A request's refunds, oldest first."""
        asked = select(Refund).where(col(Refund.request_id) == request_id).order_by(col(Refund.id))
        return (await self._db.execute(asked)).scalars().all()

    async def refund_under_way(self, request_id: int) -> bool:
        """Whether a refund of a request was said yes to and has neither been made nor failed."""
        rows = await self.refunds_of(request_id)
        return any(row.confirmed_at and not row.done_at and not row.problem for row in rows)

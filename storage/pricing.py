"""Questions about what a request is made of: its lines, coupons and their uses, deposits and their rests."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from storage import statements
from storage.tables import Coupon, CouponUse, PaymentRequest, RequestLine


class Pricing:
    """Lines, coupons, deposits."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        """Part of one `Work`."""
        self._db = session
        self._now = now
        # Both cards and the receipt of one payment ask for them.
        self._lines: dict[int, Sequence[RequestLine]] = {}

    async def lines_of(self, request_id: int) -> Sequence[RequestLine]:
        """A request's lines in their order; none for a request of one sum."""
        if request_id not in self._lines:
            found = await self._db.execute(statements.lines(), {"of": request_id})
            self._lines[request_id] = found.scalars().all()
        return self._lines[request_id]

    async def set_lines(self, request_id: int, lines: Sequence[RequestLine]) -> None:
        """From now on the request has these lines and no others."""
        await self._db.execute(delete(RequestLine).where(col(RequestLine.request_id) == request_id))
        self._db.add_all(lines)
        await self._db.flush()
        self._lines.pop(request_id, None)

    async def coupons(self, team_id: int, *, also_retired: bool = False) -> Sequence[Coupon]:
        """A team's coupons, by their codes."""
        mine = [] if also_retired else [col(Coupon.retired).is_(False)]
        asked = select(Coupon).where(col(Coupon.team_id) == team_id, *mine).order_by(col(Coupon.code))
        return (await self._db.execute(asked)).scalars().all()

    async def coupon(self, team_id: int, code: str) -> Coupon | None:
        """A team's coupon with that code, unless it is retired."""
        asked = select(Coupon).where(
            col(Coupon.team_id) == team_id, col(Coupon.code) == code, col(Coupon.retired).is_(False)
        )
        return (await self._db.execute(asked)).scalar_one_or_none()

    async def coupon_by_id(self, coupon_id: int) -> Coupon:
        """One coupon; it must exist."""
        return await self._db.get_one(Coupon, coupon_id)

    async def add(self, row: Coupon) -> None:
        """Keep a new coupon and give it its id."""
        self._db.add(row)
        await self._db.flush()

    async def use(self, coupon_id: int, request_id: int) -> bool:
        """Count a coupon for a request, in place of another; False when it is used up. The database counts alone."""
        left = or_(col(Coupon.most_uses).is_(None), col(Coupon.used) < col(Coupon.most_uses))
        # Taken before the other is let go, so that a coupon that is used up leaves everything as it was.
        if not await self._count(coupon_id, 1, left):
            return False
        await self.free(request_id)
        await self._keep_use(coupon_id, request_id)
        return True

    async def use_after_all(self, coupon_id: int, request_id: int) -> None:
        """A request that had ended was paid: its coupon counts again, even when it is used up by now."""
        if await self._use_of(request_id) is None:
            await self._count(coupon_id, 1)
            await self._keep_use(coupon_id, request_id)

    async def free(self, request_id: int) -> None:
        """A request ends unpaid, or does without: its coupon may be used by another."""
        use = await self._use_of(request_id)
        if use is not None:
            await self._db.delete(use)
            await self._db.flush()
            await self._count(use.coupon_id, -1)

    async def rests_of(self, request_id: int) -> Sequence[PaymentRequest]:
        """The requests for the rest of what a deposit was paid for, newest first."""
        asked = select(PaymentRequest).where(col(PaymentRequest.rest_of_id) == request_id)
        return (await self._db.execute(asked.order_by(col(PaymentRequest.id).desc()))).scalars().all()

    async def rests_due(self) -> Sequence[int]:
        """The ids of requests whose rest is to be asked for now."""
        asked = select(col(PaymentRequest.id)).where(col(PaymentRequest.rest_due_at) <= self._now)
        return (await self._db.execute(asked.limit(100))).scalars().all()

    async def _use_of(self, request_id: int) -> CouponUse | None:
        asked = select(CouponUse).where(col(CouponUse.request_id) == request_id)
        return (await self._db.execute(asked)).scalar_one_or_none()

    async def _keep_use(self, coupon_id: int, request_id: int) -> None:
        self._db.add(CouponUse(coupon_id=coupon_id, request_id=request_id, used_at=self._now))
        await self._db.flush()

    async def _count(self, coupon_id: int, step: int, *only: Any) -> bool:
        # The database adds: of two who read 4 and write 5, one would not be counted.
        counted = update(Coupon).where(col(Coupon.id) == coupon_id, *only).values(used=col(Coupon.used) + step)
        result = await self._db.execute(counted.execution_options(synchronize_session=False))
        return cast("CursorResult[Any]", result).rowcount == 1

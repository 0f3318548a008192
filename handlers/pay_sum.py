"""How the sum on the pay page comes about, and what its customer may change of it: a tip, a coupon."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from handlers.checkout.bills import arithmetic, bill_of
from handlers.checkout.changing import (
    CannotChange,
    UnknownCoupon,
    drop_coupon,
    enter_coupon,
    may_use_coupon,
    set_tip,
)
from handlers.checkout.opening import must_agree
from handlers.checkout.polling import end
from handlers.checkout.tip_buttons import may_tip, tips_of
from handlers.effects import EndCheckout
from handlers.house import House
from handlers.messages import Pair
from handlers.words import sum_of
from payments.machine import ENDED
from payments.money import Money, as_decimal
from payments.pricing import share
from storage.tables import PaymentRequest
from storage.work import Work

Change = Callable[[House, Work, PaymentRequest], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Tip:
    """A tip to choose: `value` is what the page sends, such as `10` for ten percent."""

    value: str
    label: str
    amount: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class PaySum:
    """`rows`: the arithmetic; of one plain sum the tax in it alone. `own_tip`: a tip that is none of `tips`.

    `coupon`: the code in use; `takes_coupon`: whether one may be entered. `agree_to`: the sum in minor units that the
    customer has to agree to before going on; 0 when no yes is needed.
    """

    rows: tuple[Pair, ...] = ()
    tips: tuple[Tip, ...] = ()
    own_tip: str = ""
    coupon: str = ""
    takes_coupon: bool = False
    agree_to: int = 0


async def pay_sum(work: Work, request: PaymentRequest, *, can_pay: bool) -> PaySum:
    """The arithmetic of a request; what may be changed of it only while it can be paid."""
    asked, team = await bill_of(work, request), await work.people.team(request.team_id)
    rows = arithmetic(asked)
    if not can_pay:
        return PaySum(rows)
    offered = [(percent, share(asked.bill.total, percent * 100)) for percent in (0, *tips_of(team))]
    tips = tuple(
        Tip(str(percent), f"{percent} %" if percent else "None", sum_of(minor, request.currency) if minor else "",
            minor == request.tip_minor)
        for percent, minor in offered
    )  # fmt: skip
    own = "" if any(tip.chosen for tip in tips) else str(as_decimal(Money(request.tip_minor, request.currency)))
    return PaySum(
        rows, tips if may_tip(team, asked) else (), own, asked.coupon if request.coupon_id else "",
        await may_use_coupon(work, request), request.amount_minor if await must_agree(work, request) else 0,
    )  # fmt: skip


async def choose_tip(house: House, code: str, wanted: str) -> None:
    """A tip was chosen on the page. Raises CannotChange, or PaymentError when an open page cannot be ended."""
    await _change(house, code, lambda house, work, request: set_tip(house, work, request, wanted))


async def use_coupon(house: House, code: str, written: str) -> None:
    """A coupon was entered on the page. Raises CannotChange, or PaymentError when an open page cannot be ended."""
    try:
        await _change(house, code, lambda house, work, request: enter_coupon(house, work, request, written))
    except UnknownCoupon:
        await _count_try(house, code)
        raise


async def use_no_coupon(house: House, code: str) -> None:
    """The coupon was taken off on the page. Raises CannotChange, or PaymentError when an open page cannot be ended."""
    await _change(house, code, drop_coupon)


async def _change(house: House, code: str, change: Change) -> None:
    """First the pages that are open for the old sum are ended: one that was just paid is found out, and stands."""
    async with house.database.begin() as work:
        request = await work.payments.request_by_code(code)
        checkouts = await work.payments.checkouts_of(request.id) if request else ()
    for checkout in checkouts:
        if checkout.state not in ENDED and checkout.checkout_ref:
            await end(house, EndCheckout(checkout_id=checkout.id))
    async with house.database.begin() as work:
        locked = await work.payments.request(request.id) if request else None
        if locked is None:
            raise CannotChange("There is no such payment request.")
        await change(house, work, locked)


async def _count_try(house: House, code: str) -> None:
    async with house.database.begin() as work:
        known = await work.payments.request_by_code(code)
        request = await work.payments.request(known.id) if known else None
        if request is not None:
            request.coupon_tries += 1

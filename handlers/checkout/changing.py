"""The customer's own part of a sum: a tip, and a coupon. Both may change it until it is paid.

A checkout keeps the sum it was opened for. When the sum changes, those open for another one are ended; money that comes
to one of them all the same goes back at once (`handlers.checkout.ledger`).
"""

import re
from datetime import date
from zoneinfo import ZoneInfo

from handlers.checkout.bills import Asked, bill_of, deposit_in, first_of, items_of
from handlers.checkout.cards import PAYABLE, show_request
from handlers.checkout.opening import sentence
from handlers.checkout.sums import fits
from handlers.checkout.tip_buttons import may_tip
from handlers.checkout.ways import channels_of, refusal, ways
from handlers.effects import EndCheckout, send
from handlers.house import House
from handlers.words import sum_of
from payments.amounts import AmbiguousAmount, UnreadableAmount, parse_amount
from payments.machine import ENDED
from payments.money import Money
from payments.pricing import Discount, share, work_out
from storage.tables import Coupon, PaymentRequest, Team
from storage.work import Work

_CODE = re.compile(r"[A-Z0-9-]{3,32}")
MOST_TRIES = 20
"""Codes that may be tried on one request: enough for every typing mistake, too few to guess one."""


class CannotChange(Exception):
    """The sum stays as it is; the text is a sentence for the customer."""


class UnknownCoupon(CannotChange):
    """That code makes nothing cheaper; the try counts."""


async def may_use_coupon(work: Work, request: PaymentRequest) -> bool:
    """Whether there is any coupon to enter. What is the rest of a deposit was made cheaper with it, or was not."""
    return request.rest_of_id is None and bool(await work.pricing.coupons(request.team_id))


async def set_tip(house: House, work: Work, request: PaymentRequest, wanted: str) -> None:
    """`10` is so many percent, `own 5.50` a sum, `0` none. The request must be locked. Raises CannotChange."""
    team = await _changeable(work, request)
    asked = await bill_of(work, request)
    if not may_tip(team, asked):
        raise CannotChange("No tip can be given with this payment.")
    tip = _tip(wanted, asked)
    await _must_be_payable(house, work, request, asked.now - asked.tip + tip)
    request.amount_minor, request.tip_minor = asked.now - asked.tip + tip, tip
    await _changed(house, work, request)


def _tip(wanted: str, asked: Asked) -> int:
    kind, _, own = wanted.partition(" ")
    if kind == "own":
        tip = _own_sum(own, asked.currency)
    else:
        tip = share(asked.bill.total, int(kind) * 100) if kind.isascii() and kind.isdigit() and len(kind) < 4 else 0
    if tip > asked.bill.total:
        raise CannotChange(f"A tip can be as much as the sum itself, {sum_of(asked.bill.total, asked.currency)}.")
    return tip


def _own_sum(text: str, currency: str) -> int:
    try:
        read = parse_amount(text, currency)
    except UnreadableAmount as error:
        raise CannotChange(error.sentence) from error
    except AmbiguousAmount as error:
        raise CannotChange(f"{error} Please write it with two decimals.") from error
    if read.amount.currency != currency or read.description:
        raise CannotChange(f"Write the tip as a sum in {currency} alone.")
    return read.amount.minor


async def enter_coupon(house: House, work: Work, request: PaymentRequest, code: str) -> None:
    """Make it cheaper by a coupon, in place of the one before. The request must be locked. Raises CannotChange."""
    team = await _changeable(work, request)
    if not await may_use_coupon(work, request):
        raise CannotChange("No coupon can be used for this payment.")
    if request.coupon_tries >= MOST_TRIES:
        raise CannotChange("Too many codes were tried here. Please ask in the chat.")
    written = code.strip().upper()
    coupon = await work.pricing.coupon(team.id, written) if _CODE.fullmatch(written) else None
    today = work.now.astimezone(ZoneInfo(team.zone)).date()
    if coupon is None or not _holds(coupon, request, today):
        raise UnknownCoupon(_why_not(coupon, request, today))
    if coupon.id == request.coupon_id:
        return
    await _use(house, work, request, coupon)


def _holds(coupon: Coupon, request: PaymentRequest, today: date) -> bool:
    began = not coupon.starts_on or date.fromisoformat(coupon.starts_on) <= today
    over = bool(coupon.ends_on) and date.fromisoformat(coupon.ends_on) < today
    return began and not over and coupon.currency in {"", request.currency}


def _why_not(coupon: Coupon | None, request: PaymentRequest, today: date) -> str:
    if coupon is None:
        return "There is no such coupon. Check how it is written."
    if coupon.starts_on and date.fromisoformat(coupon.starts_on) > today:
        return f"This coupon is for later: it begins on {coupon.starts_on}."
    if coupon.currency not in {"", request.currency}:
        return f"This coupon is for payments in {coupon.currency}."
    return f"This coupon ended on {coupon.ends_on}."


async def _use(house: House, work: Work, request: PaymentRequest, coupon: Coupon) -> None:
    bill = work_out(await items_of(work, request), Discount(coupon.percent, coupon.sum_minor or 0))
    asked = first_of(bill.total, deposit_in(request)) + request.tip_minor
    await _must_be_payable(house, work, request, asked)
    if not await work.pricing.use(coupon.id, request.id):
        raise CannotChange("This coupon has been used up.")
    request.coupon_id, request.discount_minor, request.amount_minor = coupon.id, bill.off, asked
    await _changed(house, work, request)


async def drop_coupon(house: House, work: Work, request: PaymentRequest) -> None:
    """Do without the coupon. The request must be locked. Raises CannotChange."""
    await _changeable(work, request)
    if request.coupon_id is None:
        return
    bill = work_out(await items_of(work, request))
    asked = first_of(bill.total, deposit_in(request)) + request.tip_minor
    await _must_be_payable(house, work, request, asked)
    await work.pricing.free(request.id)
    request.coupon_id, request.discount_minor, request.amount_minor = None, 0, asked
    await _changed(house, work, request)


async def _changeable(work: Work, request: PaymentRequest) -> Team:
    if request.sent_at is None or request.state not in PAYABLE or request.expires_at <= work.now:
        raise CannotChange(sentence(request, work.now))
    return await work.people.team(request.team_id)


async def _must_be_payable(house: House, work: Work, request: PaymentRequest, minor: int) -> None:
    """Some gateway has to take the new sum."""
    team = await work.people.team(request.team_id)
    amount, channels = Money(minor, request.currency), await channels_of(work, request.conversation_id)
    if await ways(house, work, team, amount, channels=channels, live=request.live):
        return
    why = [refusal(gateway, amount, channels) for gateway in await house.gateways_of(work, team)]
    raise CannotChange(f"Then {sum_of(minor, request.currency)} would be left to pay. {' '.join(why)}".strip())


async def _changed(house: House, work: Work, request: PaymentRequest) -> None:
    """Both cards show the new sum, and pages that are open for another one take no more money."""
    for checkout in await work.payments.checkouts_of(request.id):
        if checkout.state not in ENDED and not fits(checkout, request):
            await send(work, EndCheckout(checkout_id=checkout.id))
    await show_request(house, work, request)

"""A team's coupons, made as its file says, and told as a file would declare them."""

from collections.abc import Iterable, Sequence

from handlers.declared_prices import OFF, CouponOffer
from payments.money import Money, as_decimal
from payments.tax import percent
from storage.tables import Coupon, Team
from storage.work import Work


async def apply_coupons(work: Work, team: Team, offers: Sequence[CouponOffer]) -> list[str]:
    """Make the coupons as they are declared; the changes, a sentence each. How often each was used stays."""
    done = []
    there = {coupon.code: coupon for coupon in await work.pricing.coupons(team.id, also_retired=True)}
    for offer in offers:
        code = offer.code.upper()
        if code not in there:
            await work.pricing.add(Coupon(team_id=team.id, code=code, **offer.columns))
            done.append(f"coupon {code}: new")
        elif _differs(there[code], offer):
            done.append(f"coupon {code}: changed")
    declared = {offer.code.upper() for offer in offers}
    for code, coupon in there.items():
        if code not in declared and not coupon.retired:
            coupon.retired = True
            done.append(f"coupon {code}: no longer taken")
    return done


def _differs(coupon: Coupon, offer: CouponOffer) -> bool:
    """Set what differs; whether anything did."""
    changed = {name: value for name, value in offer.columns.items() if getattr(coupon, name) != value}
    for name, value in changed.items():
        setattr(coupon, name, value)
    return bool(changed)


def pricing_toml(team: Team) -> list[str]:
    """The part `[pricing]`."""
    lines = [f"tips = [{team.tips.replace(',', ', ')}]"] if team.tips else []
    if team.deposit_percent is not None:
        lines.append(f"deposit = {percent(team.deposit_percent)}")
    if team.overtime_minor is not None:
        told = str(as_decimal(Money(team.overtime_minor, team.currency))) if team.overtime_minor else OFF
        lines.append(f'overtime = "{told}"')
    if team.overtime_after != 5:
        lines.append(f"overtime_after = {team.overtime_after}")
    return ["", "[pricing]", *lines] if lines else []


def coupon_toml(coupon: Coupon) -> Iterable[str]:
    """One of `[[coupons]]`."""
    yield from ("", "[[coupons]]", f'code = "{coupon.code}"')
    if coupon.percent is not None:
        yield f"percent = {percent(coupon.percent)}"
    if coupon.sum_minor is not None:
        yield f'off = "{as_decimal(Money(coupon.sum_minor, coupon.currency))} {coupon.currency}"'
    if coupon.most_uses is not None:
        yield f"uses = {coupon.most_uses}"
    if coupon.starts_on:
        yield f"from = {coupon.starts_on}"
    if coupon.ends_on:
        yield f"until = {coupon.ends_on}"

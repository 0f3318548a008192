"""Answers to the forms about tips, deposits, minutes beyond and coupons, read by the rules of a team's file."""

from collections.abc import Mapping

from handlers.declared_prices import OFF, CouponOffer, Pricing
from handlers.heard import Submitted
from handlers.moving.setup.asked import checked

NONE = "none"
"""What is typed to take a value away: where questions come one by one, nothing cannot be sent."""


def prices_in(submitted: Submitted, currency: str) -> Pricing:
    """Tips, deposit and overtime in a form. Raises ValidationError."""
    told = {name: _said(submitted, name) for name in ("tips", "deposit", "overtime", "overtime_after")}
    tips = [part.strip(" %") for part in told["tips"].split(",") if part.strip(" %")]
    plain = {"tips": tips, "deposit": told["deposit"].strip(" %") or None, "overtime": told["overtime"] or None}
    return Pricing.model_validate(plain | {"overtime_after": told["overtime_after"]}, context={"currency": currency})


def coupon_in(submitted: Submitted, currency: str) -> CouponOffer:
    """The coupon in a form; without a code of its own it is one that is there. Raises ValidationError."""
    off = _said(submitted, "off")
    worth = {"percent": off.strip(" %")} if off.endswith("%") else {"off": off}
    days = {"from": _said(submitted, "since") or None, "until": _said(submitted, "until") or None}
    plain = {"code": submitted.answers.get("code", "THERE").strip(), "uses": _said(submitted, "uses") or None}
    return CouponOffer.model_validate(plain | worth | days, context={"currency": currency})


def check_prices(submitted: Submitted) -> Mapping[str, str]:
    """What is wrong with the form; its value carries the team's currency."""
    return checked(lambda: prices_in(submitted, _currency(submitted)))


def check_coupon(submitted: Submitted) -> Mapping[str, str]:
    """What is wrong with a coupon's form; its value carries the team's currency."""
    if _said(submitted, "off").lower() in {"", "0", "free"}:
        return {"off": "Say a part, such as 10 %, or a sum, such as 5 EUR."}
    found = dict(checked(lambda: coupon_in(submitted, _currency(submitted))))
    return found | ({"until": "It would end before it begins."} if found.pop("", "") else {})


def _said(submitted: Submitted, name: str) -> str:
    said = submitted.answers.get(name, "").strip()
    return "" if said.lower() == NONE else OFF if name == "overtime" and said == "0" else said


def _currency(submitted: Submitted) -> str:
    return submitted.value.partition("|")[2]

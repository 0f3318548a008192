"""The part of a team's file about what is asked for beside prices: tips, deposits, minutes beyond, coupons."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator

from handlers.declared_parts import Part, read_limit, read_price
from payments.money import Money

OFF = "off"


def _overtime(value: Any, info: ValidationInfo) -> Any:
    return OFF if value in {OFF, False, "0"} else read_limit(value, info)


def _rising(tips: tuple[int, ...]) -> tuple[int, ...]:
    if list(tips) != sorted(set(tips)):
        raise ValueError("write each tip once, the smallest first, as in [5, 10, 15]")
    return tips


Percent = Annotated[Decimal, Field(gt=0, lt=100, decimal_places=2)]


class Pricing(Part):
    """`tips` and `deposit` in percent. `overtime` is for a minute beyond the booked ones, left alone up to `after`."""

    tips: Annotated[tuple[Annotated[int, Field(ge=1, le=100)], ...], Field(max_length=5), AfterValidator(_rising)] = ()
    deposit: Percent | None = None
    overtime: Annotated[Money | str | None, BeforeValidator(_overtime)] = None
    overtime_after: Annotated[int, Field(ge=0, le=24 * 60)] = 5

    @property
    def columns(self) -> dict[str, Any]:
        """As it is kept with the team."""
        own = self.overtime.minor if isinstance(self.overtime, Money) else None
        return {
            "tips": ",".join(map(str, self.tips)),
            "deposit_percent": None if self.deposit is None else int(self.deposit * 100),
            "overtime_minor": 0 if self.overtime == OFF else own,
            "overtime_after": self.overtime_after,
        }


class CouponOffer(Part):
    """A coupon: `percent` off, or the sum `off`; how often in all, and from which day until which."""

    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{2,31}$")]
    percent: Annotated[Decimal, Field(gt=0, le=100, decimal_places=2)] | None = None
    off: Annotated[Money | None, BeforeValidator(read_price)] = None
    uses: Annotated[int, Field(ge=1)] | None = None
    since: Annotated[date | None, Field(alias="from")] = None
    until: date | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> "CouponOffer":
        if (self.percent is None) == (self.off is None):
            raise ValueError(f"coupon {self.code} needs either percent or off")
        if self.since and self.until and self.until < self.since:
            raise ValueError(f"coupon {self.code} ends before it begins")
        return self

    @property
    def columns(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "percent": None if self.percent is None else int(self.percent * 100),
            "sum_minor": self.off.minor if self.off else None,
            "currency": self.off.currency if self.off else "",
            "most_uses": self.uses,
            "starts_on": self.since.isoformat() if self.since else "",
            "ends_on": self.until.isoformat() if self.until else "",
            "retired": False,
        }

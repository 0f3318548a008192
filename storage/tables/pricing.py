"""What a request is made of: its lines, and the coupons that make it cheaper. Sums are integers in minor units."""

from datetime import datetime

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import UtcDateTime


class RequestLine(SQLModel, table=True):
    """One line of a request. A request without any is one line: what it is for, and its sum."""

    __table_args__ = (UniqueConstraint("request_id", "place"),)

    id: int = Field(default=None, primary_key=True)
    request_id: int = Field(foreign_key="paymentrequest.id")
    place: int
    """From 1 on, as the agent wrote them."""
    text: str = Field(max_length=255)
    quantity: int
    """In hundredths: 150 is one and a half."""
    unit_minor: int = Field(sa_type=BigInteger)
    """The price of one, without its tax where `on_top`."""
    tax_rate: int | None = None
    """In hundredths of a percent; None: nothing is said about tax."""
    on_top: bool = False


class Coupon(SQLModel, table=True):
    """A code that makes a request cheaper: by a part, or by a sum. `used` is counted where it cannot be outrun."""

    __table_args__ = (UniqueConstraint("team_id", "code"),)

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    code: str = Field(max_length=32)
    """In capitals."""
    percent: int | None = None
    """In hundredths of a percent."""
    sum_minor: int | None = Field(default=None, sa_type=BigInteger)
    currency: str = Field(default="", max_length=3)
    most_uses: int | None = None
    """None: any number."""
    used: int = 0
    starts_on: str = Field(default="", max_length=10)
    """The first day by the team's calendar, as 2026-03-01; empty: since ever."""
    ends_on: str = Field(default="", max_length=10)
    """The last day; empty: for ever."""
    retired: bool = False


class CouponUse(SQLModel, table=True):
    """A coupon counted for a request. It goes when the request ends unpaid."""

    id: int = Field(default=None, primary_key=True)
    coupon_id: int = Field(foreign_key="coupon.id", index=True)
    request_id: int = Field(foreign_key="paymentrequest.id", unique=True)
    used_at: datetime = Field(sa_type=UtcDateTime)

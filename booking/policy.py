"""When a booking may be cancelled, what comes back, and how long an unpaid one is held."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class CancelPolicy:
    """Free until `free_until` before the start, then `fee_percent` of the price is kept (100: nothing comes back)."""

    free_until: timedelta = timedelta(hours=24)
    fee_percent: int = 100

    def __post_init__(self) -> None:
        """Refuses a fee that is no percentage."""
        if not 0 <= self.fee_percent <= 100 or self.free_until < timedelta():
            raise ValueError("a fee is 0 to 100 percent, and free_until is not negative")


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Whether it may be cancelled now, how much of what was paid comes back, and the sentence that says so."""

    allowed: bool
    refund_percent: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Moving:
    """Whether its customer may move it now, and the sentence that says so."""

    allowed: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class HoldLengths:
    """How long a slot is kept: while someone decides, and once a checkout is open (Stripe's shortest is 30 minutes)."""

    deciding: timedelta = timedelta(minutes=10)
    paying: timedelta = timedelta(minutes=35)


def cancellation(policy: CancelPolicy, starts_at: datetime, now: datetime) -> Cancellation:
    """What cancelling at `now` means for a booking that starts at `starts_at`."""
    if now >= starts_at:
        return Cancellation(False, 0, "This has already started and can no longer be cancelled.")
    back = 100 if starts_at - now >= policy.free_until else 100 - policy.fee_percent
    if back == 100:
        return Cancellation(True, 100, f"You can cancel free of charge {_free_limit(policy)}{_later(policy)}.")
    late = f"It is less than {_length(policy.free_until)} before the start"
    if back == 0:
        return Cancellation(True, 0, f"{late}: you can cancel, but nothing is refunded.")
    return Cancellation(True, back, f"{late}: you can cancel, and {back}% is refunded.")


def moving(policy: CancelPolicy, starts_at: datetime, now: datetime) -> Moving:
    """Whether a customer may move a booking at `now`: as long as cancelling it would cost nothing."""
    if now >= starts_at:
        return Moving(False, "This has already started and can no longer be moved.")
    if cancellation(policy, starts_at, now).refund_percent == 100:
        return Moving(True, f"You can move it free of charge {_free_limit(policy)}.")
    late = f"It is less than {_length(policy.free_until)} before the start"
    return Moving(False, f"{late}: you can no longer move it yourself, but the team can move it for you.")


def hold_until(length: timedelta, *, now: datetime, starts_at: datetime) -> datetime:
    """When a hold made at `now` ends: never later than the start itself."""
    return min(now + length, starts_at)


def _later(policy: CancelPolicy) -> str:
    """What cancelling costs afterwards, where it costs anything."""
    if not (policy.fee_percent and policy.free_until):
        return ""
    back = 100 - policy.fee_percent
    return f"; later, {back}% is refunded" if back else "; later, nothing is refunded"


def _free_limit(policy: CancelPolicy) -> str:
    """How long it costs nothing."""
    ends = policy.fee_percent and policy.free_until
    return f"until {_length(policy.free_until)} before the start" if ends else "until the start"


def _length(span: timedelta) -> str:
    """A length in the largest unit that fits it exactly."""
    minutes = span // timedelta(minutes=1)
    units = ((1440, "day"), (60, "hour"), (1, "minute"))
    size, word = next(
        (size, word)
        for size, word in units
        if minutes % size == 0 and (minutes >= 2 * size or size == 1 or minutes == 60)
    )
    count = minutes // size
    return f"{count} {word}{'' if count == 1 else 's'}"

"""What is played: who pays what, where, how it goes, and which trouble its webhooks meet. The seed decides it all."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

CURRENCIES = {"stripe": "USD", "paypal": "USD", "razorpay": "INR", "phonepe": "INR"}
"""The sandbox's gateways, each with a currency that it takes."""


class Course(StrEnum):
    """How a request goes."""

    PAID = "paid"
    DECLINED_FIRST = "declined first"
    PAID_TWICE = "paid twice"
    REFUNDED = "refunded"
    PARTLY_REFUNDED = "partly refunded"
    NEVER_PAID = "never paid"


class Trouble(StrEnum):
    """What becomes of webhooks; the sandbox's own words."""

    LOST = "lost"
    DOUBLED = "doubled"
    LATE = "late"
    REORDERED = "reordered"


WEIGHTS = {
    Course.PAID: 8,
    Course.DECLINED_FIRST: 3,
    Course.PAID_TWICE: 3,
    Course.REFUNDED: 3,
    Course.PARTLY_REFUNDED: 2,
    Course.NEVER_PAID: 1,
}


@dataclass(frozen=True, slots=True)
class Play:
    """One request. `second` is where it is paid once more, "" nowhere; `back`: minor units that are refunded."""

    number: int
    gateway: str
    second: str
    minor: int
    back: int
    course: Course
    troubles: tuple[Trouble | None, ...]

    @property
    def currency(self) -> str:
        """Of all its sums."""
        return CURRENCIES[self.gateway]

    @property
    def kept(self) -> int:
        """What the team must hold in the end, in minor units."""
        return 0 if self.course is Course.NEVER_PAID else self.minor - self.back


def plays(gateways: Sequence[str], payments: int, seed: int) -> list[Play]:
    """So many requests, at the gateways in turn; the same ones for the same seed."""
    dice = random.Random(seed)  # noqa: S311  # a rehearsal, not a secret
    return [_play(number, gateways[number % len(gateways)], gateways, dice) for number in range(payments)]


def _play(number: int, gateway: str, gateways: Sequence[str], dice: random.Random) -> Play:
    neighbours = [name for name in gateways if name != gateway and CURRENCIES[name] == CURRENCIES[gateway]]
    course = dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    if course is Course.PAID_TWICE and not neighbours:
        course = Course.PAID
    minor = dice.randrange(1000, 50_000, 10)
    back = {Course.REFUNDED: minor, Course.PARTLY_REFUNDED: minor // 20 * 10}.get(course, 0)
    second = dice.choice(neighbours) if course is Course.PAID_TWICE else ""
    troubles = tuple(dice.choice([None, *Trouble]) for _ in range(4))
    return Play(number, gateway, second, minor, back, course, troubles)

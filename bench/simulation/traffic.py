"""What arrives in a day of many teams. The same seed is the same day; times are seconds since midnight."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import takewhile
from typing import NamedTuple

DAY = 86_400.0
HOURS = (1, 1, 1, 1, 1, 2, 4, 8, 12, 14, 14, 12, 10, 12, 13, 13, 12, 11, 10, 9, 8, 6, 4, 2)
"""How the cases of a day fall on its hours, for all teams alike: the hardest case, a world in one time zone."""
ADVERT = 600.0
"""Seconds in which a team that advertises gets all its cases of the day."""


class Kind(IntEnum):
    """What can arrive."""

    BEGUN = 0
    CLAIMED = 1
    SAID = 2
    ANSWERED = 3
    ASKED = 4
    PAID = 5
    CLOSED = 6
    REMINDED = 7


class Side(IntEnum):
    """Whose chat it is."""

    CUSTOMER = 0
    DESK = 1


class Say(NamedTuple):
    """One row of the outbox; `card` is 0 for a line, else the card that is shown anew."""

    side: Side
    card: int = 0


CASE, BILL = 1, 2
LINE, DESK_LINE, DESK_CASE = Say(Side.CUSTOMER), Say(Side.DESK), Say(Side.DESK, CASE)
BILLS = (Say(Side.CUSTOMER, BILL), Say(Side.DESK, BILL))
EFFECTS: dict[Kind, tuple[Say, ...]] = {
    Kind.BEGUN: (LINE, DESK_CASE),
    Kind.CLAIMED: (DESK_CASE, LINE),
    Kind.SAID: (DESK_LINE,),
    Kind.ANSWERED: (LINE,),
    Kind.ASKED: BILLS,
    Kind.PAID: (*BILLS, DESK_CASE, DESK_LINE, LINE),
    Kind.CLOSED: (DESK_CASE, LINE),
    Kind.REMINDED: (LINE,),
}


SOURCES = {kind: 1 for kind in Kind} | {Kind.BEGUN: 0, Kind.SAID: 0, Kind.PAID: 2, Kind.REMINDED: 2}
"""Who says it, each in a lane of their own: the customer, the agent, or nobody in the chat: a gateway, the clock."""


@dataclass(frozen=True)
class Traffic:
    """What the teams and their customers do in a day. Means are for each team, or for each case."""

    teams: int = 10_000
    cases: float = 4.0
    messages: float = 10.0
    gap: float = 40.0
    """Seconds between two messages of a case."""
    paid: float = 0.5
    booked: float = 0.4
    """Share of the cases with a booking; its reminder comes at the full hour, with everybody else's."""
    telegram_customers: float = 0.7
    telegram_desks: float = 0.3
    adverts: float = 0.01
    """Share of the teams that get all their cases of the day within `ADVERT`."""
    seed: int = 1


class Case(NamedTuple):
    """One customer with one team, for the length of one matter."""

    team: int
    telegram: bool
    telegram_desk: bool


class Arrival(NamedTuple):
    """Something to take in."""

    time: float
    case: int
    kind: Kind


def day(traffic: Traffic) -> tuple[list[Case], list[Arrival]]:
    """The cases, and what arrives in the order of its time."""
    rng = random.Random(traffic.seed)
    cases: list[Case] = []
    arrivals: list[Arrival] = []
    for team in range(traffic.teams):
        telegram_desk = rng.random() < traffic.telegram_desks
        for start in _starts(rng, traffic):
            story = _story(rng, traffic, len(cases), start)
            arrivals += takewhile(lambda arrival: arrival.time < DAY, story)
            cases.append(Case(team, rng.random() < traffic.telegram_customers, telegram_desk))
    arrivals.sort()
    return cases, arrivals


def _starts(rng: random.Random, traffic: Traffic) -> list[float]:
    """When a team's cases begin. Few teams are large and many small: Pareto with the shape 1.5, whose mean is 3."""
    count = int(rng.paretovariate(1.5) * traffic.cases / 3 + rng.random())
    if rng.random() < traffic.adverts:
        begin = _moment(rng)
        return [begin + rng.random() * ADVERT for _ in range(count)]
    return [_moment(rng) for _ in range(count)]


def _moment(rng: random.Random) -> float:
    return (rng.choices(range(24), HOURS)[0] + rng.random()) * 3600


def _story(rng: random.Random, traffic: Traffic, case: int, time: float) -> Iterator[Arrival]:
    """One case from the first word to its end, with the bill in the second half."""
    length = 1 + int(rng.expovariate(1 / traffic.messages))
    asked = length - length // 3 if rng.random() < traffic.paid else 0
    if rng.random() < traffic.booked:
        yield Arrival(time - time % 3600, case, Kind.REMINDED)
    yield Arrival(time, case, Kind.BEGUN)
    yield Arrival(time := time + rng.expovariate(1 / traffic.gap), case, Kind.CLAIMED)
    for number in range(1, length + 1):
        time += rng.expovariate(1 / traffic.gap)
        yield Arrival(time, case, Kind.SAID if rng.random() < 0.5 else Kind.ANSWERED)
        if number == asked:
            yield Arrival(time := time + rng.expovariate(1 / traffic.gap), case, Kind.ASKED)
            yield Arrival(time := time + 20 + rng.expovariate(1 / traffic.gap), case, Kind.PAID)
    yield Arrival(time + rng.expovariate(1 / traffic.gap), case, Kind.CLOSED)

"""The verdict: what the gateways hold beside what our books say, and beside what was really done."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.drill.plays import Play
from handlers.words import sum_of
from payments.facts import Source
from payments.machine import State
from storage.tables import Checkout, PaymentRequest


@dataclass(frozen=True, slots=True)
class Ended:
    """How one play ended. `held`: captured and refunded in minor units at each checkout, as its gateway says."""

    play: Play
    request: PaymentRequest
    checkouts: Sequence[Checkout]
    held: Sequence[tuple[int, int]]

    @property
    def kept(self) -> int:
        """What the gateways hold for the team."""
        return sum(captured - refunded for captured, refunded in self.held)

    @property
    def booked(self) -> int:
        """What our books say that they hold."""
        return sum(checkout.captured_minor - checkout.refunded_minor for checkout in self.checkouts)

    def faults(self) -> Iterable[str]:
        """A sentence for each thing that is not as it must be."""
        name = f"Request {self.request.id} ({self.play.course.value}, {self.play.gateway})"
        for checkout, held in zip(self.checkouts, self.held, strict=True):
            ours = (checkout.captured_minor, checkout.refunded_minor)
            if ours != held:
                yield f"{name}: {checkout.gateway} says {self._spelled(held)}, our books say {self._spelled(ours)}."
        if self.kept > self.request.amount_minor:
            yield f"{name}: it was charged twice, and both payments were kept."
        if self.kept != self.play.kept:
            yield f"{name}: {self._sum(self.kept)} is held, and it should be {self._sum(self.play.kept)}."
        if self.request.state not in self.expected:
            should = " or ".join(f"“{state.value}”" for state in self.expected)
            yield f"{name}: it is “{self.request.state.value}” and should be {should}."
        if (self.request.fulfilled_at is not None) is not (self.play.kept + self.play.back > 0):
            yield f"{name}: what was bought and what was paid do not fit."

    @property
    def expected(self) -> tuple[State, ...]:
        """The states in which the play may end; not every gateway tells of a declined try."""
        if self.play.back:
            return (State.PART_REFUNDED if self.play.kept else State.REFUNDED,)
        return (State.PAID,) if self.play.kept else (State.OPENED, State.FAILED)

    def _spelled(self, sums: tuple[int, int]) -> str:
        return f"{self._sum(sums[0])} in and {self._sum(sums[1])} back"

    def _sum(self, minor: int) -> str:
        return sum_of(minor, self.request.currency)


@dataclass(frozen=True, slots=True)
class Verdict:
    """All of it. `fates` counts webhooks by gateway and what became of them ("" arrived at once)."""

    ends: Sequence[Ended]
    fates: Counter[tuple[str, str]] = field(default_factory=Counter)
    found_by_asking: int = 0

    @property
    def faults(self) -> list[str]:
        """Everything that is wrong; nothing, when the books agree."""
        return [fault for end in self.ends for fault in end.faults()]

    @property
    def sentence(self) -> str:
        """The verdict in a sentence."""
        if self.faults:
            many = len(self.faults)
            return f"The books do not agree: {many} {'thing is' if many == 1 else 'things are'} wrong."
        return (
            f"The books agree: of {len(self.ends)} requests nothing is lost, nothing was charged twice and kept, and "
            f"{self.found_by_asking} {'payment was' if self.found_by_asking == 1 else 'payments were'} found by asking."
        )

    def rows(self) -> list[tuple[str, ...]]:
        """For each gateway: its name, requests, webhooks by fate, how we knew first, both sums."""
        return [self._row(name) for name in dict.fromkeys(end.play.gateway for end in self.ends)]

    def _row(self, gateway: str) -> tuple[str, ...]:
        mine = [end for end in self.ends if end.play.gateway == gateway]
        fates = [str(self.fates[gateway, fate]) for fate in ("", "lost", "doubled", "late", "reordered")]
        told = sum(end.request.known_by is Source.WEBHOOK for end in mine)
        currency = mine[0].request.currency
        held, booked = sum(end.kept for end in mine), sum(end.booked for end in mine)
        return (gateway, str(len(mine)), *fates, f"{told} of {len(mine)}",
                sum_of(held, currency), sum_of(booked, currency))  # fmt: skip


HEADS = ("Gateway", "Asked", "In time", "Lost", "Doubled", "Late", "Mixed", "By webhook", "It holds", "We say")
"""What stands above the columns of `Verdict.rows`."""

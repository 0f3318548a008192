"""The way of a payment in: verified webhooks for checkouts that are each paid once, beside other receivers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from bench import process, receivers
from bench.checkouts import Paid, lay_out, pay, post
from bench.databases import Databases
from bench.figures import Figure, Goal, against, durable, figure, percentile
from bench.load import flood
from bench.stage import Stage

ROUNDS = 3
EACH = 150
"""Payments of Bellhop's in a round."""
MOST, WITHIN = 2500, 0.6
"""What a baseline is sent in a round: so many at most, for so many seconds."""
APART = 1_000_000
SQLITE, POSTGRES = "SQLite", "PostgreSQL"
ACK = {SQLITE: Goal(60, at_most=True), POSTGRES: Goal(150, at_most=True)}


@dataclass(frozen=True, slots=True)
class Rounds:
    """What the rounds gave: rates of the baselines, and Bellhop's by the words of their databases."""

    others: dict[str, list[float]] = field(default_factory=dict)
    bellhop: dict[str, list[Paid]] = field(default_factory=dict)
    floors: list[float] = field(default_factory=list)


async def measure(stages: Sequence[Stage], made: Databases) -> list[Figure]:
    """Interleaved rounds, so that a slow moment of the machine hits all alike."""
    laid_out = {stage.words: await lay_out(stage.database, range(ROUNDS * EACH)) for stage in stages}
    rounds = Rounds()
    async with receivers.serving(made, _secret(stages[0])) as addresses:
        for number in range(ROUNDS):
            rounds.floors.append(process.floor(made.folder))
            await _baselines(rounds, addresses, number, _secret(stages[0]))
            for stage in stages:
                mine = range(number * EACH, (number + 1) * EACH)
                posts = [post(order, _secret(stage)) for order in mine]
                paid = await pay(stage, posts, laid_out[stage.words][mine.start : mine.stop])
                rounds.bellhop.setdefault(stage.words, []).append(paid)
    return durable(_figures(rounds), median(rounds.floors))


def _secret(stage: Stage) -> str:
    return stage.cast.world.secrets.stripe_webhook_secret


async def _baselines(rounds: Rounds, addresses: Mapping[receivers.Receiver, str], number: int, secret: str) -> None:
    first = APART + number * MOST
    for one, url in addresses.items():
        posts = [post(order, secret, one.path) for order in range(first, first + MOST)]
        rounds.others.setdefault(one.words, []).append((await flood(url, posts, within=WITHIN)).rate)


def _figures(rounds: Rounds) -> Iterator[Figure]:
    others = {
        words: figure(f"webhooks: {words}", median(rates), "/s", rounds=rates) for words, rates in rounds.others.items()
    }
    yield from others.values()
    for words, paid in rounds.bellhop.items():
        answered = [each.answers.rate for each in paid]
        applied = [each.rate for each in paid]
        for name, rates in (("answered", answered), ("applied", applied)):
            for other, goal in _held_against(words):
                if other in others:
                    yield against(f"webhooks {name}: Bellhop, {words}", rates, "/s", others[other], goal)
        worst = [percentile(each.answers.latencies, 99) * 1000 for each in paid]
        yield figure(f"webhook ack p99, 32 connections, {words}", median(worst), "ms", ACK[words], rounds=worst)


def _held_against(words: str) -> Sequence[tuple[str, Goal | None]]:
    three, most = Goal(3, of_baseline=True), Goal(0.6, of_baseline=True)
    if words == SQLITE:
        return (receivers.COMMITS, most), (receivers.TUTORIAL_FILE, three), (receivers.NOTHING, None)
    return (receivers.TRANSACTIONS, most), (receivers.TUTORIAL_SERVER, three), (receivers.DJSTRIPE, None)

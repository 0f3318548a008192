"""`python -m bench.simulation [--teams N] [--cases N] [--workers N ...] [--seed N]`: prints where rows waited."""

import argparse
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from operator import itemgetter

from bench.simulation.limits import BOT
from bench.simulation.plant import Plant, Seen, live_through
from bench.simulation.traffic import DAY, Traffic

STAGES = {
    "inbox": "inbox", "lane": "behind its lane", "place": "chat or group", "bot": "bot", "worker": "worker",
    "whole": "commit to said",
}  # fmt: skip


def table(seen: Mapping[Plant, Seen]) -> Iterator[str]:
    """What was seen, a line for each plant: half of the rows, 99 in 100, the last."""
    yield f"| Workers | Bots | {' | '.join(STAGES.values())} |"
    yield f"|---|---|{'---|' * len(STAGES)}"
    for plant, found in seen.items():
        cells = [" / ".join(map(span, found.quantiles(stage))) for stage in STAGES]
        yield f"| {plant.workers} | {'own' if plant.own_bots else 'shared'} | {' | '.join(cells)} |"


def span(seconds: float) -> str:
    """`0`, `12 ms`, `3.4 s`, `2 min`."""
    if seconds < 0.0005:
        return "0"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def summary(plant: Plant, seen: Seen) -> Iterator[str]:
    """Totals, the database's part, the busiest bot and the slowest desks."""
    waiting = seen.planned - seen.collapsed - seen.sent
    yield f"workers {plant.workers}, bots {'own' if plant.own_bots else 'shared'}"
    yield f"{seen.came_in:,} came in; {seen.planned:,} to say, {seen.collapsed:,} collapsed, {waiting:,} left over"
    yield f"row writes a second: {sum(seen.rows) / DAY:.0f} in the mean, {max(seen.rows) / 60:.0f} in the top minute"
    (bot, minute), most = max(seen.bots.items(), key=itemgetter(1), default=((0, 0), 0))
    whose = f"of team {bot - 1}" if plant.own_bots else "shared by all"
    clock = f"{minute // 60:02}:{minute % 60:02}"
    yield f"busiest bot: {whose}, {most:,} messages at {clock}, of {BOT.most * 60:,} a minute"
    slowest = sorted(seen.desks.items(), key=itemgetter(1), reverse=True)[:3]
    yield "longest waits for a desk: " + ", ".join(f"team {team} {span(wait)}" for team, wait in slowest)


def main() -> None:
    """Print the table, and what lies behind it."""
    parser = argparse.ArgumentParser(prog="python -m bench.simulation", description="Where do rows wait?")
    parser.add_argument("--teams", type=int, default=Traffic.teams)
    parser.add_argument("--cases", type=float, default=Traffic.cases, help="of a team in a day, in the mean")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--seed", type=int, default=Traffic.seed)
    asked = parser.parse_args()
    traffic = Traffic(teams=asked.teams, cases=asked.cases, seed=asked.seed)
    plants = [Plant(workers=workers, own_bots=own) for own in (False, True) for workers in asked.workers]
    with ProcessPoolExecutor() as processes:
        seen = dict(zip(plants, processes.map(partial(live_through, traffic), plants), strict=True))
    print(*table(seen), sep="\n")
    for plant in (plants[0], plants[-1]):
        print("", *summary(plant, seen[plant]), sep="\n")


if __name__ == "__main__":
    main()

"""`bellhop drill`: a sandbox and a Bellhop of their own, on data that is thrown away."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

import httpx2
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bot.app import build
from bot.cli.refusals import Refused
from bot.drill.course import drill, steps
from bot.drill.hands import Hands
from bot.drill.plays import CURRENCIES, Play, plays
from bot.drill.shop import Shop
from bot.drill.verdict import HEADS, Verdict
from bot.environment import read_settings
from bot.sandbox_run import DidNotStart, Plan, Stop, environment_of, on_free_ports, require_alive, running

PATIENCE = 300.0
"""Seconds that a whole drill may take, with its start."""
SHOWN = 10
"""So many faults are named one by one."""


def run_drill(gateways: Sequence[str], payments: int, seed: int) -> int:
    """Play it, print the table and the verdict; the exit status."""
    chosen = tuple(dict.fromkeys(gateways)) or tuple(CURRENCIES)
    if unknown := [name for name in chosen if name not in CURRENCIES]:
        raise Refused(f"the sandbox has no gateway {unknown[0]}; it has {', '.join(CURRENCIES)}")
    with tempfile.TemporaryDirectory(prefix="bellhop-drill-") as folder:
        plan = on_free_ports(Plan(port=18000, sandbox_port=18001, browser=False, place=Path(folder)))
        try:
            verdict = _on_stage(plan, plays(chosen, payments, seed), seed)
        except DidNotStart as error:
            raise Refused(str(error)) from error
    _show(verdict, seed)
    return 1 if verdict.faults else 0


def _on_stage(plan: Plan, wanted: Sequence[Play], seed: int) -> Verdict:
    """Both processes for as long as it takes."""
    told = environment_of(plan)
    with running(plan, Stop(), told) as both:
        settings, _ = read_settings(told, dotenv=None)
        house = build(settings).house
        return asyncio.run(_played(plan, Shop(house, lambda: require_alive(both)), wanted, seed))


async def _played(plan: Plan, shop: Shop, wanted: Sequence[Play], seed: int) -> Verdict:
    try:
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("Paying, with webhooks astray", total=steps(wanted))
            async with asyncio.timeout(PATIENCE), httpx2.AsyncClient(timeout=30) as http:
                await shop.open()
                hands = Hands(plan.sandbox_url, http)
                return await drill(shop, hands, wanted, seed=seed, tick=lambda: bar.advance(task))
    except TimeoutError as error:
        raise Refused(f"the drill was not over after {PATIENCE:.0f} seconds; try with fewer --payments") from error
    finally:
        await shop.house.close_gateways()
        await shop.house.database.aclose()


def _show(verdict: Verdict, seed: int) -> None:
    console = Console(highlight=False)
    console.print(f"Drill with seed {seed}. What became of the webhooks, and of the money:\n")
    table = Table(box=None, padding=(0, 1, 0, 0))
    for place, head in enumerate(HEADS):
        table.add_column(head, justify="right" if place else "left", no_wrap=True)
    for row in verdict.rows():
        table.add_row(*row)
    console.print(table)
    console.print()
    for fault in verdict.faults[:SHOWN]:
        console.print(f"  {fault}", markup=False, soft_wrap=True)
    console.print(verdict.sentence, style="red" if verdict.faults else "green", soft_wrap=True)

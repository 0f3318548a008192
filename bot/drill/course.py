"""The course of a drill: everybody pays, the webhooks go astray, the books are held side by side."""

import random
from collections.abc import Callable, Sequence

from bot.drill.hands import Hands
from bot.drill.plays import Course, Play
from bot.drill.shop import Shop
from bot.drill.verdict import Ended, Verdict

Tick = Callable[[], None]


async def drill(shop: Shop, hands: Hands, plays: Sequence[Play], *, seed: int, tick: Tick) -> Verdict:
    """Play them all; `tick` is called after each of the `steps`."""
    dice = random.Random(seed)  # noqa: S311  # a rehearsal, not a secret
    ids = await shop.ask(plays)
    for play, request_id in zip(plays, ids, strict=True):
        await _paid(shop, hands, play, request_id)
        if not dice.randrange(4):
            await hands.release()
        tick()
    await _quiet(shop, hands)
    found = await shop.reconcile()
    await _quiet(shop, hands)
    for play, request_id in zip(plays, ids, strict=True):
        await _given_back(shop, hands, play, request_id)
        tick()
    await _quiet(shop, hands)
    found += await shop.reconcile()
    await _quiet(shop, hands)
    ends = [await _ended(shop, play, request_id) for play, request_id in zip(plays, ids, strict=True)]
    return Verdict(ends, hands.fates, found)


def steps(plays: Sequence[Play]) -> int:
    """How often a drill ticks."""
    return 2 * len(plays)


async def _paid(shop: Shop, hands: Hands, play: Play, request_id: int) -> None:
    """The customer's part, at one page or at two."""
    page = await shop.begin(request_id, play.gateway)
    other = await shop.begin(request_id, play.second) if play.second else None
    ref = page.checkout_ref or ""
    if play.course in {Course.DECLINED_FIRST, Course.NEVER_PAID}:
        await hands.act(play.gateway, ref, "decline", play.troubles[0])
    if play.course is not Course.NEVER_PAID:
        await hands.act(play.gateway, ref, "pay", play.troubles[1])
    if other is not None:
        await hands.act(play.second, other.checkout_ref or "", "pay", play.troubles[2], may_be_closed=True)


async def _given_back(shop: Shop, hands: Hands, play: Play, request_id: int) -> None:
    """The team's part: what is to go back goes back, and its webhooks go astray too."""
    if play.back:
        async with hands.astray(play.gateway, play.troubles[3]):
            await shop.give_back(request_id, play.back)
            await shop.settled()


async def _quiet(shop: Shop, hands: Hands) -> None:
    """Whatever was held back has come, and is worked off."""
    await hands.release()
    await shop.settled()
    await hands.read_the_wire()


async def _ended(shop: Shop, play: Play, request_id: int) -> Ended:
    request, checkouts = await shop.stands(request_id)
    return Ended(play, request, checkouts, [await shop.held(request, checkout) for checkout in checkouts])

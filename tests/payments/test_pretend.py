"""The pretend gateway's arithmetic, over a journal in memory: whatever is pressed in whatever order."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.errors import AmountRefused, BadSignature, NotConfigured
from payments.facts import FactKind, Source
from payments.gateway import CheckoutOrder
from payments.machine import State, settle
from payments.money import Money
from payments.pretend import Pretend
from payments.pretend.journal import Entry
from payments.pretend.signatures import HEADER

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PRICE = Money(4900, "USD")


@dataclass
class Lines:
    """A journal that is forgotten with the test."""

    kept: dict[str, list[Entry]] = field(default_factory=dict)

    async def read(self, checkout_ref: str) -> Sequence[Entry]:
        return tuple(self.kept.get(checkout_ref, ()))

    async def add(self, checkout_ref: str, number: int, entry: Entry) -> bool:
        # Whoever else writes, writes now.
        await asyncio.sleep(0)
        lines = self.kept.setdefault(checkout_ref, [])
        if number != len(lines):
            return False
        lines.append(entry)
        return True


@dataclass
class Watch:
    now: datetime = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def order(**other: object) -> CheckoutOrder:
    given: dict[str, object] = {
        "reference": "co_1", "amount": PRICE, "description": "Consultation", "payee": "Acme",
        "return_url": "http://127.0.0.1/back", "cancel_url": "http://127.0.0.1/away",
        "expires_at": NOON + timedelta(hours=1), "key": "co_1",
    }  # fmt: skip
    return CheckoutOrder(**(given | other))  # type: ignore[arg-type]


def till(lines: Lines | None = None, watch: Watch | None = None) -> Pretend:
    return Pretend(lines or Lines(), secret="made up", url="http://127.0.0.1/pretend", now=watch or Watch())


DEEDS = st.lists(st.tuples(st.sampled_from(["pay", "decline", "end", "back"]), st.integers(1, 6000)), max_size=12)


@given(DEEDS)
async def test_whatever_is_done_no_more_goes_back_than_came(deeds: list[tuple[str, int]]) -> None:
    gateway = till()
    ref = (await gateway.open_checkout(order())).checkout_ref
    paid = ended = False
    back = 0
    for number, (deed, minor) in enumerate(deeds):
        if deed == "back":
            with suppress(AmountRefused):
                await gateway.refund(f"pay_{ref}", Money(minor, "USD"), key=f"key {number}", reason="")
                back += minor
        else:
            await {"pay": gateway.pay, "decline": gateway.decline, "end": gateway.expire}[deed](ref)
            paid, ended = paid or (deed == "pay" and not ended), ended or (deed == "end" and not paid)
    settled = settle(await gateway.look_up(ref), PRICE)
    assert (settled.captured.minor, settled.refunded.minor) == (4900 if paid else 0, back)
    assert back <= settled.captured.minor
    assert (settled.state in {State.PAID, State.PART_REFUNDED, State.REFUNDED}) is paid


async def test_of_two_clicks_at_one_moment_one_counts() -> None:
    gateway = till()
    ref = (await gateway.open_checkout(order())).checkout_ref
    await asyncio.gather(gateway.pay(ref), gateway.pay(ref), gateway.expire(ref))
    kinds = [fact.kind for fact in await gateway.look_up(ref)]
    assert kinds in ([FactKind.CAPTURED], [FactKind.EXPIRED])


async def test_a_restart_forgets_nothing() -> None:
    lines = Lines()
    link = await till(lines).open_checkout(order())
    await till(lines).pay(link.checkout_ref)
    again = till(lines)
    assert await again.open_checkout(order()) == link
    assert settle(await again.look_up(link.checkout_ref), PRICE).state is State.PAID


async def test_one_key_is_one_order() -> None:
    gateway = till()
    await gateway.open_checkout(order())
    with pytest.raises(NotConfigured):
        await gateway.open_checkout(order(amount=Money(100, "USD")))


async def test_a_page_whose_time_is_over_takes_nothing_and_says_so() -> None:
    watch = Watch()
    gateway = till(watch=watch)
    ref = (await gateway.open_checkout(order())).checkout_ref
    watch.now = NOON + timedelta(hours=2)
    assert await gateway.pay(ref) is None
    (fact,) = await gateway.look_up(ref)
    assert (fact.kind, fact.at, fact.source) == (FactKind.EXPIRED, NOON + timedelta(hours=1), Source.POLL)


@pytest.mark.parametrize("shown", ["", "t=1,v1=", "t=x,v1=00", f"t=1,v1={'é' * 64}", f"t=99,v1={'0' * 64}"])
async def test_a_notice_that_is_not_ours_is_refused(shown: str) -> None:
    with pytest.raises(BadSignature):
        await till().read_webhook(b"{}", {HEADER: shown}, now=NOON)

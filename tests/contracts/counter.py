"""A gateway's counter: the real adapter on our side, its twin in the sandbox on the other, HTTP between them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

import stamina
from aiohttp import web
from aiohttp.test_utils import TestServer

from payments.facts import Fact
from payments.gateway import CheckoutLink, CheckoutOrder, Gateway
from payments.money import Money
from sandbox.app import Cast
from sandbox.faults import Fault, Rule
from sandbox.server import running
from sandbox.world import World


@dataclass
class Delivered:
    """The webhooks that arrived, as they came."""

    posts: list[tuple[bytes, Mapping[str, str]]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        """The route of the program under test."""
        self.posts.append((await request.read(), dict(request.headers)))
        return web.Response()


@dataclass(frozen=True)
class Habits:
    """How a gateway differs from the others by its own documents, so that the contract asks each for what it promises.

    `currency`: one it takes. `signs_body`: a changed byte shows. `signs_time`: an old webhook shows.
    `tells_declines`: it reports a try that failed while the page stays open. `too_small`: minor units it refuses.
    `repeats_links`: asked for the same order again, it says again where to pay. `lists_refunds`: it can be asked for
    refunds that were made elsewhere, and not only for those whose keys are known. `asks_sums`: where the body is not
    signed, the sum is asked for. `fresh_links`: asked again it makes another link, which leads to the same payment.
    `knows_checkouts`: it can tell an unknown checkout from one that nobody has paid. `foreign`: a currency it does not
    take.
    """

    currency: str = "USD"
    signs_body: bool = True
    signs_time: bool = True
    tells_declines: bool = True
    too_small: int = 1
    repeats_links: bool = True
    lists_refunds: bool = True
    asks_sums: bool = True
    fresh_links: bool = False
    knows_checkouts: bool = True
    foreign: str = "XTR"


class Till(Protocol):
    """A gateway, and what people and trouble do on its other side."""

    gateway: Gateway
    counter: "Counter"
    habits: Habits

    async def pays(self, checkout_ref: str) -> None:
        """The customer pays."""
        ...

    async def declines(self, checkout_ref: str) -> None:
        """The customer's bank says no."""
        ...

    async def refunds_elsewhere(self, checkout_ref: str, amount: Money) -> None:
        """The team gives money back on the gateway's own pages."""
        ...


@dataclass
class Counter:
    """The sandbox at `url`, and the program whose only route takes webhooks."""

    world: World
    cast: Cast
    url: str
    delivered: Delivered

    def trouble(self, gateway: str, fault: Fault, times: int = 100) -> None:
        """The gateway's API goes wrong for the next calls."""
        self.world.faults.add(Rule(gateway, fault, count=times))


@asynccontextmanager
async def counter(gateway: str) -> AsyncIterator[Counter]:
    """A sandbox that reports to `/webhooks/{gateway}`."""
    world, delivered = World(), Delivered()
    cast = Cast.of(world)
    product = web.Application()
    product.router.add_post(f"/webhooks/{gateway}", delivered.take)
    async with TestServer(product) as server, running(world, cast) as url:
        world.product_url = str(server.make_url("")).rstrip("/")
        with stamina.set_testing(True, attempts=3, cap=True):
            yield Counter(world, cast, url, delivered)


def price(till: Till) -> Money:
    """49 of a currency that the gateway takes."""
    return Money(4900, till.habits.currency)


def order(till: Till, **other: object) -> CheckoutOrder:
    """An order for 49, within the gateway's limits."""
    now, taken = till.counter.world.clock.now(), till.gateway.limits(till.habits.currency)
    assert taken is not None
    given: dict[str, object] = {
        "reference": "ord_1",
        "amount": price(till),
        "description": "Consultation",
        "payee": "Acme",
        "return_url": "http://127.0.0.1/back",
        "cancel_url": "http://127.0.0.1/away",
        "expires_at": taken.expiry(now + timedelta(hours=1), now=now),
        "key": "key_0000001",
    }
    return CheckoutOrder(**(given | other))  # type: ignore[arg-type]


def back(number: int) -> str:
    """The key of the order's refund `number`: a gateway that lists no refunds asks for each by its key."""
    return f"ord_1-refund-{number}"


async def opened(till: Till, **other: object) -> CheckoutLink:
    """A checkout, ready to be paid."""
    return await till.gateway.open_checkout(order(till, **other))


async def heard(till: Till) -> list[Fact]:
    """The facts of all webhooks so far."""
    return [fact for post in till.counter.delivered.posts for fact in await read(till, post)]


async def read(till: Till, post: tuple[bytes, Mapping[str, str]]) -> Sequence[Fact]:
    """The facts of one webhook."""
    body, headers = post
    return await till.gateway.read_webhook(body, headers, now=till.counter.world.clock.now())

"""Each gateway behind one counter: the real adapter, wired over HTTP to its twin in the sandbox."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

import stamina
from aiohttp import web
from aiohttp.test_utils import TestServer

from payments.facts import Fact
from payments.gateway import CheckoutLink, CheckoutOrder, Gateway
from payments.money import Money
from payments.stripe import Stripe, StripeKeys
from sandbox.app import Cast
from sandbox.faults import Fault, Rule
from sandbox.server import running
from sandbox.world import World

PRICE = Money(4900, "USD")


@dataclass
class Delivered:
    """The webhooks that arrived, as they came."""

    posts: list[tuple[bytes, Mapping[str, str]]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        """The route of the program under test."""
        self.posts.append((await request.read(), dict(request.headers)))
        return web.Response()


class Till(Protocol):
    """A gateway, and what people and trouble do on its other side."""

    gateway: Gateway
    world: World
    delivered: Delivered

    async def pays(self, checkout_ref: str) -> None:
        """The customer pays."""
        ...

    async def declines(self, checkout_ref: str) -> None:
        """The customer's bank says no."""
        ...

    async def refunds_elsewhere(self, checkout_ref: str, amount: Money) -> None:
        """The team gives money back on the gateway's own pages."""
        ...

    def trouble(self, fault: Fault, times: int = 100) -> None:
        """The gateway's API goes wrong for the next calls."""
        ...


@dataclass
class StripeTill:
    """Stripe's adapter and Stripe's twin."""

    gateway: Gateway
    world: World
    cast: Cast
    delivered: Delivered

    async def pays(self, checkout_ref: str) -> None:
        """By card."""
        await self.cast.stripe.pay(checkout_ref)

    async def declines(self, checkout_ref: str) -> None:
        """By card."""
        await self.cast.stripe.decline(checkout_ref)

    async def refunds_elsewhere(self, checkout_ref: str, amount: Money) -> None:
        """In the dashboard."""
        await self.cast.stripe.refund_in_dashboard(checkout_ref, amount.minor)

    def trouble(self, fault: Fault, times: int = 100) -> None:
        """On every call."""
        self.world.faults.add(Rule("stripe", fault, count=times))


@asynccontextmanager
async def stripe_till() -> AsyncIterator[Till]:
    """Stripe, on both sides of the counter."""
    world, delivered = World(), Delivered()
    cast = Cast.of(world)
    product = web.Application()
    product.router.add_post("/webhooks/stripe", delivered.take)
    async with TestServer(product) as server, running(world, cast) as url:
        world.product_url = str(server.make_url("")).rstrip("/")
        secrets = world.secrets
        keys = StripeKeys(secrets.stripe_api_key, secrets.stripe_webhook_secret, f"{url}/stripe", timeout=1)
        with stamina.set_testing(True, attempts=3, cap=True):
            async with aclosing(Stripe(keys, now=world.clock.now)) as gateway:
                yield StripeTill(gateway, world, cast, delivered)


TILLS: dict[str, Callable[[], AbstractAsyncContextManager[Till]]] = {"stripe": stripe_till}


def order(till: Till, **other: object) -> CheckoutOrder:
    """An order for 49 dollars, within the gateway's limits."""
    now, taken = till.world.clock.now(), till.gateway.limits("USD")
    assert taken is not None
    given: dict[str, object] = {
        "reference": "ord_1",
        "amount": PRICE,
        "description": "Consultation",
        "payee": "Acme",
        "return_url": "http://127.0.0.1/back",
        "cancel_url": "http://127.0.0.1/away",
        "expires_at": taken.expiry(now + timedelta(hours=1), now=now),
        "key": "key_1",
    }
    return CheckoutOrder(**(given | other))  # type: ignore[arg-type]


async def opened(till: Till, **other: object) -> CheckoutLink:
    """A checkout, ready to be paid."""
    return await till.gateway.open_checkout(order(till, **other))


def heard(till: Till) -> list[Fact]:
    """The facts of all webhooks so far."""
    return [fact for post in till.delivered.posts for fact in read(till, post)]


def read(till: Till, post: tuple[bytes, Mapping[str, str]]) -> Sequence[Fact]:
    """The facts of one webhook."""
    body, headers = post
    return till.gateway.read_webhook(body, headers, now=till.world.clock.now())

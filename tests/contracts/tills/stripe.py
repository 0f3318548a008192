"""Stripe's adapter and Stripe's twin."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

from payments.gateway import Gateway
from payments.money import Money
from payments.stripe import Stripe, StripeKeys
from tests.contracts.counter import Counter, Habits, Till, counter


@dataclass
class StripeTill:
    """Stripe, on both sides of the counter."""

    gateway: Gateway
    counter: Counter
    habits: Habits = field(default_factory=Habits)

    async def pays(self, checkout_ref: str) -> None:
        """By card."""
        await self.counter.cast.stripe.pay(checkout_ref)

    async def declines(self, checkout_ref: str) -> None:
        """By card."""
        await self.counter.cast.stripe.decline(checkout_ref)

    async def refunds_elsewhere(self, checkout_ref: str, amount: Money) -> None:
        """In the dashboard."""
        await self.counter.cast.stripe.refund_in_dashboard(checkout_ref, amount.minor)


@asynccontextmanager
async def stripe_till() -> AsyncIterator[Till]:
    """With the keys that the sandbox knows."""
    async with counter("stripe") as there:
        secrets = there.world.secrets
        keys = StripeKeys(
            secrets.stripe_api_key, secrets.stripe_webhook_secret, f"{there.url}/stripe", timeout=1,
            publishable_key=secrets.stripe_publishable_key, js_url=f"{there.url}/static/stripe/stripe.js",
        )  # fmt: skip
        async with aclosing(Stripe(keys, now=there.world.clock.now)) as gateway:
            yield StripeTill(gateway, there)

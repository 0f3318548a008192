"""PayPal's adapter and PayPal's twin."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

from payments.gateway import Gateway
from payments.money import Money
from payments.paypal import PayPal, PayPalKeys
from tests.contracts.counter import Counter, Habits, Till, counter

# A single cent is enough; webhooks come again for three days, so their time proves nothing.
HABITS = Habits(signs_time=False, too_small=0)


@dataclass
class PayPalTill:
    """PayPal, on both sides of the counter."""

    gateway: Gateway
    counter: Counter
    habits: Habits = field(default_factory=lambda: HABITS)

    async def pays(self, checkout_ref: str) -> None:
        """The buyer approves and comes back; the program asks, which captures, and PayPal tells that too."""
        await self.counter.cast.paypal.pay(checkout_ref)
        await self.gateway.look_up(checkout_ref)
        await self.counter.world.until(lambda: self._told("PAYMENT.CAPTURE.COMPLETED"))

    async def declines(self, checkout_ref: str) -> None:
        """The buyer approves with a card that turns out to be declined."""
        await self.counter.cast.paypal.decline(checkout_ref)

    async def refunds_elsewhere(self, checkout_ref: str, amount: Money) -> None:
        """In the dashboard."""
        await self.counter.cast.paypal.refund_in_dashboard(checkout_ref, amount.minor)

    def _told(self, kind: str) -> bool:
        return any(kind.encode() in body for body, _ in self.counter.delivered.posts)


@asynccontextmanager
async def paypal_till() -> AsyncIterator[Till]:
    """With the keys that the sandbox knows, and the access token of a program that has been running for a while."""
    async with counter("paypal") as there:
        keys = PayPalKeys(
            there.world.secrets.paypal_client_id,
            there.world.secrets.paypal_client_secret,
            there.world.secrets.paypal_webhook_id,
            f"{there.url}/paypal",
            timeout=1,
        )
        async with aclosing(PayPal(keys, now=there.world.clock.now)) as gateway:
            await gateway.check()
            yield PayPalTill(gateway, there)

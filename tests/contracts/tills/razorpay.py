"""Razorpay's adapter and Razorpay's twin."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

from payments.gateway import Gateway
from payments.money import Money
from payments.razorpay import Razorpay, RazorpayKeys
from tests.contracts.counter import Counter, Habits, Till, counter

# It signs no time; a link lists its captured payments alone, so a decline is told by webhook and not when asked.
HABITS = Habits(currency="INR", signs_time=False, tells_declines=False)


@dataclass
class RazorpayTill:
    """Razorpay, on both sides of the counter."""

    gateway: Gateway
    counter: Counter
    habits: Habits = field(default=HABITS)

    async def pays(self, checkout_ref: str) -> None:
        """By UPI."""
        await self.counter.cast.razorpay.pay(checkout_ref, "upi")

    async def declines(self, checkout_ref: str) -> None:
        """With a wrong PIN."""
        await self.counter.cast.razorpay.decline(checkout_ref, "incorrect_pin")

    async def refunds_elsewhere(self, checkout_ref: str, amount: Money) -> None:
        """In the dashboard."""
        await self.counter.cast.razorpay.refund_in_dashboard(checkout_ref, amount.minor)


@asynccontextmanager
async def razorpay_till() -> AsyncIterator[Till]:
    """With the keys that the sandbox knows."""
    async with counter("razorpay") as there:
        known = there.world.secrets
        secrets = (known.razorpay_key_id, known.razorpay_key_secret, known.razorpay_webhook_secret)
        keys = RazorpayKeys(*secrets, f"{there.url}/razorpay", timeout=1, upi_qr=True)
        async with aclosing(Razorpay(keys, now=there.world.clock.now)) as gateway:
            yield RazorpayTill(gateway, there)

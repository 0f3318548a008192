"""PhonePe's adapter and PhonePe's twin."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

from payments.gateway import Gateway
from payments.money import Money
from payments.phonepe import PhonePe, PhonePeKeys
from tests.contracts.counter import Counter, Habits, Till, counter


@dataclass
class PhonePeTill:
    """PhonePe, on both sides of the counter."""

    gateway: Gateway
    counter: Counter
    habits: Habits = field(
        default_factory=lambda: Habits(
            currency="INR", signs_body=False, signs_time=False, repeats_links=False, lists_refunds=False
        )
    )

    async def pays(self, checkout_ref: str) -> None:
        """By UPI."""
        await self.counter.cast.phonepe.pay(checkout_ref)

    async def declines(self, checkout_ref: str) -> None:
        """By UPI."""
        await self.counter.cast.phonepe.decline(checkout_ref)

    async def refunds_elsewhere(self, checkout_ref: str, amount: Money) -> None:
        """In the dashboard."""
        await self.counter.cast.phonepe.refund_in_dashboard(checkout_ref, amount.minor)


@asynccontextmanager
async def phonepe_till() -> AsyncIterator[Till]:
    """With the keys that the sandbox knows, and a token in hand as on any working day."""
    async with counter("phonepe") as there:
        secrets = there.world.secrets
        keys = PhonePeKeys(
            client_id=secrets.phonepe_client_id,
            client_secret=secrets.phonepe_client_secret,
            client_version=secrets.phonepe_client_version,
            webhook_username=secrets.phonepe_webhook_username,
            webhook_password=secrets.phonepe_webhook_password,
            api_url=f"{there.url}/phonepe",
            timeout=1,
            upi_qr=True,
        )
        async with aclosing(PhonePe(keys, now=there.world.clock.now)) as gateway:
            await gateway.check()
            yield PhonePeTill(gateway, there)

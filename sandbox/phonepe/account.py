"""What people and fate do to a PhonePe account, and the webhooks that tell the program."""

import hashlib
import json
from collections.abc import Sequence
from functools import partial

from sandbox.gateways import GAPS, bring, watch_clock
from sandbox.phonepe.books import Books, Events, Json
from sandbox.world import World


class Account:
    """One PhonePe merchant in test mode, without its doors to the world.

    What people do is a method, named the same for the page and for tests: `pay`, `decline`, `expire`,
    `refund_in_dashboard`, `settle_refund`, `resend`. Each takes a merchant order id unless it says otherwise, raises
    `Refused` when PhonePe would not allow it, and returns when the program has been told (once; what failed is sent
    again in the background). With `holds_refunds` a refund stays PENDING until `settle_refund`.

    State by the merchant's ids: `orders`, `refunds`; `events` is a list, oldest first.
    """

    name = "phonepe"

    def __init__(self, world: World, payee: str) -> None:
        self.world, self.payee = world, payee
        self.books = Books(world)
        self.orders, self.refunds = self.books.orders, self.books.refunds
        self.events: Events = []
        self.delivered: dict[int, list[int | None]] = {}
        self.holds_refunds = False
        self.gaps: Sequence[float] = GAPS

    async def pay(self, order_id: str) -> None:
        """The customer pays by UPI."""
        await self.deliver(self.books.pay(order_id))

    async def decline(self, order_id: str, code: str = "ZM") -> None:
        """The customer's bank says no: ZM is a wrong PIN, Z9 too little money."""
        await self.deliver(self.books.decline(order_id, code))

    async def expire(self, order_id: str) -> None:
        """The order ends unpaid."""
        await self.deliver(self.books.expire(order_id))

    async def refund_in_dashboard(self, order_id: str, amount: int | None = None) -> str:
        """The team gives money back by hand; the refund's id."""
        wanted = self.books.left(self.books.order(order_id)) if amount is None else amount
        form = {"merchantRefundId": self.books.fresh("DASH"), "originalMerchantOrderId": order_id, "amount": wanted}
        refund_id = str(self.books.give_back(form)["merchantRefundId"])
        await self.carry_out(refund_id)
        return refund_id

    async def carry_out(self, refund_id: str) -> None:
        """The bank takes a new refund in and, unless refunds are held, pays it out."""
        if not self.holds_refunds:
            # Told in order, but all of it has happened by then, as at a bank that is faster than the post.
            await self.deliver([*self.books.accept(refund_id), *self.books.settle(refund_id)])

    async def settle_refund(self, refund_id: str, *, succeeded: bool = True) -> None:
        """A refund that was held is paid out, or fails."""
        await self.deliver(self.books.settle(refund_id, succeeded=succeeded))

    async def resend(self, number: int) -> None:
        """Send event `number` once more."""
        await self._attempt(number)

    async def deliver(self, events: Events) -> None:
        """Tell the program what happened, in order; what it does not take is tried again in the background."""
        for event in events:
            self.events.append(event)
            number = len(self.events) - 1
            await bring(self.world, partial(self._attempt, number), self.gaps)

    def webhook(self, event: Json) -> tuple[bytes, dict[str, str]]:
        """The body and headers with which an event is sent. The header is always the same: it signs nothing."""
        known = self.world.secrets
        words = f"{known.phonepe_webhook_username}:{known.phonepe_webhook_password}"
        proof = hashlib.sha256(words.encode()).hexdigest()
        body = json.dumps(event, ensure_ascii=False).encode()
        return body, {"Content-Type": "application/json", "Authorization": proof}

    async def keep_time(self) -> None:
        """End orders whose time is over, for as long as the sandbox runs."""
        await watch_clock(self.world, self._end_due)

    async def _end_due(self) -> None:
        await self.deliver(self.books.expire_due())

    async def _attempt(self, number: int) -> int | None:
        event = self.events[number]
        url = f"{self.world.product_url}/webhooks/phonepe"
        status = await self.world.send_webhook(self.name, event["event"], url, *self.webhook(event))
        self.delivered.setdefault(number, []).append(status)
        self.world.touched(self.name)
        return status

"""What people and fate do to a Razorpay account, and the signed webhooks that tell the program."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from functools import partial
from urllib.parse import urlencode

from sandbox.gateways import GAPS, bring, watch_clock
from sandbox.razorpay.books import Books, Events
from sandbox.world import World


class Account:
    """One Razorpay account in test mode, without its doors to the world.

    What people do is a method, named the same for the page and for tests: `pay`, `decline`, `authorize` then `capture`,
    `expire`, `scan` (of a QR code), `refund_in_dashboard`, `settle_refund`, `dispute` then `close_dispute`, `resend`.
    Each takes the id of a Payment Link unless it says otherwise, raises `Refused` when Razorpay would not allow it, and
    returns when the program has been told (once; what failed is sent again in the background).
    """

    name = "razorpay"

    def __init__(self, world: World, payee: str) -> None:
        self.world, self.payee = world, payee
        self.books = Books(world, world.secrets.razorpay_key_id)
        self.delivered: dict[str, list[int | None]] = {}
        self.gaps: Sequence[float] = GAPS

    async def pay(self, link_id: str, method: str = "card") -> None:
        """The customer pays, by `card` or `upi`."""
        await self.deliver(self.books.pay(link_id, method))

    async def decline(self, link_id: str, reason: str = "payment_failed") -> None:
        """The payment fails for one of `entities.DECLINES`."""
        await self.deliver(self.books.decline(link_id, reason))

    async def authorize(self, link_id: str) -> None:
        """The bank says yes, and the money is not captured yet."""
        await self.deliver(self.books.authorize(link_id))

    async def capture(self, link_id: str) -> None:
        """The authorized money is captured, late or not."""
        await self.deliver(self.books.capture(link_id))

    async def expire(self, link_id: str) -> None:
        """The link ends unpaid."""
        await self.deliver(self.books.expire(link_id))

    async def scan(self, code_id: str) -> None:
        """The customer pays the QR code of this id."""
        await self.deliver(self.books.scan(code_id))

    async def refund_in_dashboard(self, identifier: str, amount: int | None = None, status: str = "processed") -> str:
        """The team gives money back by hand; takes a link, code or payment id; returns the refund's id."""
        form = {} if amount is None else {"amount": amount}
        refund, events = self.books.refund(self.books.payment_of(identifier)["id"], form, status)
        await self.deliver(events)
        return str(refund["id"])

    async def settle_refund(self, refund_id: str, *, succeeded: bool = True) -> None:
        """A pending refund arrives, or fails."""
        await self.deliver(self.books.settle_refund(refund_id, succeeded=succeeded))

    async def dispute(self, identifier: str) -> str:
        """The customer's bank asks for the money; takes a link, code or payment id; returns the dispute's id."""
        await self.deliver(self.books.dispute(self.books.payment_of(identifier)["id"]))
        return next(reversed(self.books.disputes))

    async def close_dispute(self, dispute_id: str, *, won: bool) -> None:
        """The bank decides for or against the team."""
        await self.deliver(self.books.close_dispute(dispute_id, won=won))

    async def resend(self, event_id: str) -> None:
        """Send an old event once more, with the id it had."""
        self.books.find("events", event_id)
        await self._attempt(event_id)

    async def deliver(self, events: Events) -> None:
        """Tell the program what happened, in order; what it does not take is tried again in the background."""
        for event_id in events:
            await bring(self.world, partial(self._attempt, event_id), self.gaps)

    def webhook(self, event_id: str) -> tuple[bytes, dict[str, str]]:
        """The body and headers with which an event is sent."""
        # As Razorpay's servers write JSON: compact, slashes escaped, other scripts as \u codes.
        body = json.dumps(self.books.find("events", event_id), separators=(",", ":")).replace("/", "\\/").encode()
        secret = self.world.secrets.razorpay_webhook_secret.encode()
        signature = hmac.new(secret, body, hashlib.sha256).hexdigest()
        sent = {"X-Razorpay-Signature": signature, "X-Razorpay-Event-Id": event_id}
        return body, {"Content-Type": "application/json", **sent}

    def way_back(self, link_id: str) -> str:
        """Where the customer is sent after paying: the link's callback address with signed parameters, or ""."""
        link, payment = self.books.links[link_id], self.books.payment_of(link_id)
        if "callback_url" not in link:
            return ""
        values = (link_id, link["reference_id"], link["status"], payment["id"])
        secret = self.world.secrets.razorpay_key_secret.encode()
        signature = hmac.new(secret, "|".join(values).encode(), hashlib.sha256).hexdigest()
        names = ("payment_link_id", "payment_link_reference_id", "payment_link_status", "payment_id", "signature")
        query = urlencode({f"razorpay_{name}": value for name, value in zip(names, (*values, signature), strict=True)})
        return f"{link['callback_url']}{'&' if '?' in link['callback_url'] else '?'}{query}"

    async def keep_time(self) -> None:
        """End links and codes whose time is over, for as long as the sandbox runs."""
        await watch_clock(self.world, self._end_due)

    async def _end_due(self) -> None:
        await self.deliver(self.books.end_due())

    async def _attempt(self, event_id: str) -> int | None:
        body, headers = self.webhook(event_id)
        url = f"{self.world.product_url}/webhooks/{self.name}"
        kind = self.books.events[event_id]["event"]
        status = await self.world.send_webhook(self.name, kind, url, body, headers)
        self.delivered.setdefault(event_id, []).append(status)
        self.world.touched(self.name)
        return status

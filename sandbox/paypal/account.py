"""What people and fate do to a PayPal account, and the signed webhooks that tell the program."""

import binascii
import json
import uuid
from collections.abc import Sequence
from functools import partial

from sandbox.gateways import GAPS, bring
from sandbox.paypal.books import Books, Events
from sandbox.paypal.certificate import NAME, sealed
from sandbox.paypal.objects import Json
from sandbox.paypal.params import spelled
from sandbox.world import World

KINDS = ("CHECKOUT.ORDER.APPROVED", "CHECKOUT.PAYMENT-APPROVAL.REVERSED", "CUSTOMER.DISPUTE.CREATED",
         "CUSTOMER.DISPUTE.RESOLVED", "PAYMENT.CAPTURE.COMPLETED", "PAYMENT.CAPTURE.DENIED", "PAYMENT.CAPTURE.PENDING",
         "PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.REVERSED")  # fmt: skip


class Account:
    """One PayPal business account, without its doors to the world.

    What people do is a method, named the same for the page and for tests: `pay`, `decline`, `pay_later` then `settle`,
    `reverse_approval`, `refund_in_dashboard`, `dispute` then `close_dispute`, `resend`. Each takes the id of an order
    unless it says otherwise, raises `Refused` when PayPal would not allow it, and returns when the program has been
    told (once; what failed is sent again in the background). The buyer only approves: the program captures.

    State, as PayPal's own JSON by id: `orders`, `captures`, `refunds`, `disputes`, `events`.
    """

    name = "paypal"

    def __init__(self, world: World, payee: str) -> None:
        self.world, self.payee = world, payee
        self.books = Books(world)
        self.orders, self.captures, self.refunds = self.books.orders, self.books.captures, self.books.refunds
        self.disputes, self.events = self.books.disputes, self.books.events
        self.delivered: dict[str, list[int | None]] = {}
        self.sent: dict[str, tuple[Json, Json]] = {}
        """Every transmission by its id: its headers in the words of the verification call, and its event."""
        self.gaps: Sequence[float] = GAPS

    async def pay(self, order_id: str) -> None:
        """The buyer approves, with money that will be there."""
        await self.deliver(self.books.approve(order_id))

    async def decline(self, order_id: str) -> None:
        """The buyer approves with a card that the bank will refuse: that shows when the program captures."""
        await self.deliver(self.books.approve(order_id, "declined"))

    async def pay_later(self, order_id: str) -> None:
        """The buyer approves with an eCheck: the capture stays pending until `settle`."""
        await self.deliver(self.books.approve(order_id, "echeck"))

    async def settle(self, order_id: str, *, succeeded: bool = True) -> None:
        """The eCheck clears, or bounces."""
        await self.deliver(self.books.settle(order_id, succeeded=succeeded))

    async def reverse_approval(self, order_id: str) -> None:
        """The program did not capture in time."""
        await self.deliver(self.books.reverse_approval(order_id))

    async def refund_in_dashboard(self, order_id: str, minor: int | None = None) -> str:
        """The team gives money back by hand, `minor` in hundredths or all of it; returns the refund's id."""
        capture = self.books.capture_of(order_id)
        code = capture["amount"]["currency_code"]
        asked = {} if minor is None else {"amount": {"currency_code": code, "value": spelled(minor, code)}}
        refund, events = self.books.refund(capture["id"], asked)
        await self.deliver(events)
        return str(refund["id"])

    async def dispute(self, order_id: str) -> str:
        """The buyer asks PayPal for the money; returns the dispute's id."""
        events = self.books.dispute(order_id)
        await self.deliver(events)
        return str(events[0]["resource"]["dispute_id"])

    async def close_dispute(self, dispute_id: str, *, won: bool) -> None:
        """PayPal decides for or against the team."""
        await self.deliver(self.books.close_dispute(dispute_id, won=won))

    async def resend(self, event_id: str) -> None:
        """Send an old event once more, as the dashboard's button does."""
        await self._attempt(self.books.find(self.events, event_id))

    async def deliver(self, events: Events) -> None:
        """Tell the program what happened, in order; what it does not take is tried again in the background."""
        for event in events:
            await bring(self.world, partial(self._attempt, event), self.gaps)

    def webhook(self, event_id: str) -> tuple[bytes, dict[str, str]]:
        """The body and headers with which an event is sent, signed now."""
        event = self.books.find(self.events, event_id)
        return _written(event), self._signed(event, _written(event))

    async def _attempt(self, event: Json) -> int | None:
        body = _written(event)
        url = f"{self.world.product_url}/webhooks/paypal"
        signed = partial(self._signed, event, body)
        status = await self.world.send_webhook(self.name, event["event_type"], url, body, signed)
        self.delivered.setdefault(event["id"], []).append(status)
        self.world.touched(self.name)
        return status

    def _signed(self, event: Json, body: bytes) -> dict[str, str]:
        """The headers of one transmission; each has its own id."""
        sent_as, at, secrets = str(uuid.uuid4()), self.books.now(), self.world.secrets
        message = f"{sent_as}|{at}|{secrets.paypal_webhook_id}|{binascii.crc32(body)}"
        told = {
            "auth_algo": "SHA256withRSA",
            "cert_url": f"{self.books.root}/v1/notifications/certs/{NAME}",
            "transmission_id": sent_as,
            "transmission_sig": sealed(message.encode()),
            "transmission_time": at,
        }
        self.sent[sent_as] = (told | {"webhook_id": secrets.paypal_webhook_id}, event)
        shown = {f"Paypal-{name.replace('_', '-').title()}": value for name, value in told.items()}
        return {"Content-Type": "application/json", "Paypal-Auth-Version": "v2", **shown}


def _written(event: Json) -> bytes:
    return json.dumps(event, separators=(",", ":")).encode()

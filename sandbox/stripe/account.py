"""What people and fate do to a Stripe account, and the signed webhooks that tell the program."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from functools import partial

from sandbox.gateways import GAPS, bring, is_taken, watch_clock
from sandbox.stripe.books import Books, Events
from sandbox.stripe.forms import Json
from sandbox.stripe.merchants import Merchants
from sandbox.world import World


class Account:
    """One Stripe account in test mode, without its doors to the world.

    What people do is a method, named the same for the page and for tests: `pay`, `decline`, `authenticate`,
    `pay_later` then `settle`, `pay_twice`, `expire`, `refund_in_dashboard`, `dispute` then `close_dispute`, `resend`.
    Each takes the id of a Checkout Session unless it says otherwise, raises `Refused` when Stripe would not allow it,
    and returns when the program has been told (once; what failed is sent again in the background).

    State, as Stripe's own JSON by id: `sessions`, `intents`, `charges`, `refunds`, `disputes`, `events`.
    """

    name = "stripe"

    def __init__(self, world: World, payee: str) -> None:
        self.world, self.payee = world, payee
        self.books = Books(world)
        self.merchants = Merchants(world, payee)
        self.sessions, self.intents, self.charges = self.books.sessions, self.books.intents, self.books.charges
        self.refunds, self.disputes, self.events = self.books.refunds, self.books.disputes, self.books.events
        self.delivered: dict[str, list[int | None]] = {}
        self.gaps: Sequence[float] = GAPS

    def payee_of(self, identifier: str) -> str:
        """The name of the account that something belongs to."""
        return self.merchants.by_id[self.books.owner_of(identifier)].name

    async def pay(self, session_id: str) -> None:
        """The customer pays by card."""
        await self.deliver(self.books.pay(session_id))

    async def decline(self, session_id: str, code: str = "card_declined") -> None:
        """The card is refused (`card_declined`, `insufficient_funds`, `expired_card`, `authentication_required`)."""
        await self.deliver(self.books.decline(session_id, code))

    async def authenticate(self, session_id: str) -> None:
        """The bank asks for 3-D Secure; then `pay` or `decline`."""
        await self.deliver(self.books.authenticate(session_id))

    async def pay_later(self, session_id: str) -> None:
        """The customer pays by bank debit: complete but unpaid until `settle`."""
        await self.deliver(self.books.pay_later(session_id))

    async def settle(self, session_id: str, *, succeeded: bool = True) -> None:
        """The bank debit goes through, or bounces."""
        await self.deliver(self.books.settle(session_id, succeeded=succeeded))

    async def pay_twice(self, session_id: str) -> str:
        """The customer pays here and, from a second tab, once more; returns the id of the second session."""
        second = self.books.copy(session_id)
        await self.pay(session_id)
        await self.pay(second)
        return second

    async def expire(self, session_id: str) -> None:
        """The session ends unpaid."""
        await self.deliver(self.books.expire(session_id))

    async def refund_in_dashboard(self, identifier: str, amount: int | None = None) -> str:
        """The team gives money back by hand; takes a session, intent or charge id; returns the refund's id."""
        form: Json = {"charge": self.books.charge_of(identifier)["id"], "reason": "requested_by_customer"}
        refund, events = self.books.refund(form | ({} if amount is None else {"amount": amount}))
        await self.deliver(events)
        return str(refund["id"])

    async def dispute(self, identifier: str) -> str:
        """The customer's bank takes the money back; takes a session, intent or charge id; returns the dispute's id."""
        events = self.books.dispute(self.books.charge_of(identifier)["id"])
        await self.deliver(events)
        return str(events[0]["data"]["object"]["id"])

    async def close_dispute(self, dispute_id: str, *, won: bool) -> None:
        """The bank decides for or against the team."""
        await self.deliver(self.books.close_dispute(dispute_id, won=won))

    async def disconnect(self, account: str) -> None:
        """The owner of a connected account takes the platform's access away, in their own dashboard."""
        self.merchants.connected.discard(account)
        await self.deliver([self.books.deauthorized(account)])

    async def resend(self, event_id: str) -> None:
        """Send an old event once more, as the dashboard's button does."""
        await self._attempt(self.books.find("events", event_id))

    async def deliver(self, events: Events) -> None:
        """Tell the program what happened, in order; what it does not take is tried again in the background."""
        for event in events:
            if (owner := self.books.owner_of(event["id"])) in self.merchants.connected:
                event["account"] = owner
            await bring(self.world, partial(self._attempt, event), self.gaps)

    def webhook(self, event_id: str) -> tuple[bytes, dict[str, str]]:
        """The body and headers with which an event is sent, signed now."""
        event = self.books.find("events", event_id)
        body = json.dumps(event, indent=2, ensure_ascii=False).encode()
        secret = self.merchants.endpoint_of(self.books.owner_of(event_id)).secret
        return body, {"Content-Type": "application/json; charset=utf-8", **self._signature(body, secret)}

    async def keep_time(self) -> None:
        """End sessions whose time is over, for as long as the sandbox runs."""
        await watch_clock(self.world, self._end_due)

    async def _end_due(self) -> None:
        await self.deliver(self.books.expire_due())

    async def _attempt(self, event: Json) -> int | None:
        endpoint = self.merchants.endpoint_of(self.books.owner_of(event["id"]))
        if not endpoint.url:
            # Nobody has told this account where to send its events.
            return None
        body, headers = self.webhook(event["id"])
        signed = partial(self._resigned, body, headers, endpoint.secret)
        status = await self.world.send_webhook(self.name, event["type"], endpoint.url, body, signed)
        self.delivered.setdefault(event["id"], []).append(status)
        if is_taken(status):
            event["pending_webhooks"] = 0
        self.world.touched(self.name)
        return status

    def _resigned(self, body: bytes, headers: Mapping[str, str], secret: str) -> Mapping[str, str]:
        return {**headers, **self._signature(body, secret)}

    def _signature(self, body: bytes, secret: str) -> dict[str, str]:
        moment = str(int(self.world.clock.now().timestamp()))
        digest = hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
        return {"Stripe-Signature": f"t={moment},v1={digest}"}

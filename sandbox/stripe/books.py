"""The state of one Stripe account, and what happens in it. Each happening returns the events that tell of it."""

from copy import deepcopy
from typing import Any

import sandbox.stripe.objects as objects
from sandbox.stripe.currency import spelled
from sandbox.stripe.errors import Refused, missing, not_found
from sandbox.stripe.forms import Json
from sandbox.world import World

Events = list[Json]
NOBODY: Json = {"id": None, "idempotency_key": None}
DECLINES = {
    "card_declined": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "authentication_required": "We are unable to authenticate your payment method.",
}


class Books:
    """Everything by id, in the order it came to be."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sessions: dict[str, Json] = {}
        self.intents: dict[str, Json] = {}
        self.charges: dict[str, Json] = {}
        self.refunds: dict[str, Json] = {}
        self.disputes: dict[str, Json] = {}
        self.events: dict[str, Json] = {}
        self.forms: dict[str, Json] = {}
        self.lines: dict[str, list[Json]] = {}
        self.request: Json = NOBODY
        self.acting = ""
        """The account that asks just now; "" for people and fate, who reach everything."""
        self.owners: dict[str, str] = {}
        """Whose each session, intent, charge, refund and dispute is, where it is not the first account's."""

    def owner_of(self, identifier: str) -> str:
        """The account that something belongs to."""
        return self.owners.get(identifier, objects.ACCOUNT)

    @property
    def now(self) -> int:
        """The sandbox's present, in Unix seconds."""
        return int(self.world.clock.now().timestamp())

    def find(self, shelf: str, identifier: str, param: str = "id") -> Json:
        """The object on that shelf (sessions, intents ...), or Stripe's refusal."""
        things: dict[str, Json] = getattr(self, shelf)
        if identifier not in things or self.acting not in ("", self.owner_of(identifier)):
            raise not_found(KINDS[shelf], identifier, param)
        return things[identifier]

    def open(self, form: Json) -> Json:
        """A new Checkout Session for a checked form."""
        lines = [objects.line_item(line) for line in form["line_items"]]
        session = objects.session(form, lines, created=self.now, public_url=self.world.public_url)
        self.sessions[session["id"]] = session
        self.owners[session["id"]] = self.acting or objects.ACCOUNT
        self.forms[session["id"]] = form
        self.lines[session["id"]] = lines
        return session

    def pay(self, session_id: str) -> Events:
        """The customer's card is charged and the session is complete."""
        session = self._open_session(session_id)
        intent, charge = self._attempt(session, "card", "succeeded")
        events = [self._settled(intent, charge), self._tell("payment_intent.succeeded", intent)]
        self._complete(session, "paid")
        return [*events, self._tell("checkout.session.completed", session)]

    def pay_later(self, session_id: str) -> Events:
        """A bank debit is ordered: the session is complete, the money comes later (see `settle`)."""
        session = self._open_session(session_id)
        intent, charge = self._attempt(session, "sepa_debit", "pending")
        intent["status"] = "processing"
        events = [self._tell("charge.pending", charge), self._tell("payment_intent.processing", intent)]
        self._complete(session, "unpaid")
        return [*events, self._tell("checkout.session.completed", session)]

    def settle(self, session_id: str, *, succeeded: bool = True) -> Events:
        """The bank debit of `pay_later` goes through, or bounces."""
        session = self.find("sessions", session_id)
        intent = self.intents[session["payment_intent"]] if session["payment_intent"] else {}
        if intent.get("status") != "processing":
            raise Refused("This session does not wait for a bank.")
        charge = self.charges[intent["latest_charge"]]
        if not succeeded:
            events = self._fail(intent, charge, "insufficient_funds")
            return [*events, self._tell("checkout.session.async_payment_failed", session)]
        charge |= {"status": "succeeded", "paid": True, "captured": True, "amount_captured": charge["amount"]}
        charge |= {"receipt_url": f"{self.world.public_url}/stripe/receipts/{charge['id']}"}
        events = [self._settled(intent, charge), self._tell("payment_intent.succeeded", intent)]
        session["payment_status"] = "paid"
        return [*events, self._tell("checkout.session.async_payment_succeeded", session)]

    def decline(self, session_id: str, code: str = "card_declined") -> Events:
        """The bank says no; the session stays open for another try."""
        session = self._open_session(session_id)
        intent, charge = self._attempt(session, "card", "failed")
        return self._fail(intent, charge, code)

    def authenticate(self, session_id: str) -> Events:
        """The bank asks the customer to prove who they are; `pay` or `decline` ends it."""
        session = self._open_session(session_id)
        intent = self._intent(session)
        intent["status"] = "requires_action"
        intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
        return [self._tell("payment_intent.requires_action", intent)]

    def copy(self, session_id: str) -> str:
        """A second session for the same thing, as from another tab, and its id."""
        second = str(self.open(self.forms[session_id])["id"])
        self.owners[second] = self.owner_of(session_id)
        return second

    def expire(self, session_id: str) -> Events:
        """End an open session. Raises `Refused` for any other."""
        session = self.find("sessions", session_id, "session")
        if session["status"] != "open":
            told = (
                'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of'
            )
            raise Refused(f"{told} {session['status']}.")
        session |= {"status": "expired", "url": None}
        return [self._tell("checkout.session.expired", session)]

    def expire_due(self) -> Events:
        """End every open session whose time is over."""
        now = self.now
        due = [
            key
            for key, session in self.sessions.items()
            if session["status"] == "open" and session["expires_at"] <= now
        ]
        return [event for key in due for event in self.expire(key)]

    def refund(self, form: Json) -> tuple[Json, Events]:
        """Give money back as a checked form asks, and the refund that was made."""
        charge = self._refundable(form)
        left = charge["amount"] - charge["amount_refunded"]
        amount = form.get("amount", left)
        if amount < 1:
            raise Refused("Invalid positive integer", code="parameter_invalid_integer", param="amount")
        if amount > left:
            told = f"Refund amount ({spelled(amount, charge['currency'])}) is greater than unrefunded amount on charge"
            raise Refused(f"{told} ({spelled(left, charge['currency'])})", param="amount", stored=True)
        given = {"reason": form.get("reason"), "metadata": form.get("metadata", {})}
        refund = objects.refund(charge, amount, created=self.now, **given)
        self.refunds[refund["id"]] = refund
        self.owners[refund["id"]] = self.owner_of(charge["id"])
        return refund, self._refunded(charge, refund)

    def dispute(self, charge_id: str) -> Events:
        """The customer's bank takes the money back for now."""
        charge = self.find("charges", charge_id)
        if charge["disputed"]:
            raise Refused("This charge is disputed already.")
        charge["disputed"] = True
        dispute = objects.dispute(charge, created=self.now)
        self.disputes[dispute["id"]] = dispute
        self.owners[dispute["id"]] = self.owner_of(charge_id)
        return [self._tell("charge.dispute.created", dispute), self._tell("charge.dispute.funds_withdrawn", dispute)]

    def close_dispute(self, dispute_id: str, *, won: bool) -> Events:
        """The bank decides: the money comes back, or it does not."""
        dispute = self.find("disputes", dispute_id)
        if dispute["status"] in ("won", "lost"):
            raise Refused("This dispute is closed already.")
        dispute["status"] = "won" if won else "lost"
        events = [self._tell("charge.dispute.closed", dispute, {"status": "needs_response"})]
        return events + ([self._tell("charge.dispute.funds_reinstated", dispute)] if won else [])

    def deauthorized(self, account: str) -> Json:
        """A connected account has left the platform: told to the platform, about that account."""
        application = {"id": self.world.secrets.stripe_client_id, "object": "application", "name": "Bellhop"}
        event = self._tell("account.application.deauthorized", application)
        event["account"] = account
        return event

    def charge_of(self, identifier: str) -> Json:
        """The charge behind a session, PaymentIntent or charge id. Raises `Refused` when no money came."""
        if identifier in self.sessions:
            identifier = self.sessions[identifier]["payment_intent"] or ""
        if identifier in self.intents:
            identifier = self.intents[identifier]["latest_charge"] or ""
        return self.find("charges", identifier, "charge")

    def _open_session(self, session_id: str) -> Json:
        session = self.find("sessions", session_id)
        if session["status"] != "open":
            raise Refused(f"This Checkout Session is {session['status']}.", code="checkout_session_not_open")
        return session

    def _intent(self, session: Json) -> Json:
        if session["payment_intent"] is None:
            intent = objects.intent(session, self.forms[session["id"]], created=self.now)
            self.intents[intent["id"]] = intent
            self.owners[intent["id"]] = self.owner_of(session["id"])
            session["payment_intent"] = intent["id"]
        return self.intents[session["payment_intent"]]

    def _attempt(self, session: Json, method: str, status: str) -> tuple[Json, Json]:
        intent = self._intent(session)
        given = {"email": session["customer_email"], "public_url": self.world.public_url}
        charge = objects.charge(intent, method=method, status=status, created=self.now, **given)
        self.charges[charge["id"]] = charge
        self.owners[charge["id"]] = self.owner_of(intent["id"])
        intent |= {"latest_charge": charge["id"], "payment_method": charge["payment_method"], "next_action": None}
        return intent, charge

    def _settled(self, intent: Json, charge: Json) -> Json:
        intent |= {"status": "succeeded", "amount_received": intent["amount"], "last_payment_error": None}
        charge["outcome"] = {"network_status": "approved_by_network", "type": "authorized", "risk_level": "normal"}
        return self._tell("charge.succeeded", charge)

    def _fail(self, intent: Json, charge: Json, code: str) -> Events:
        told = DECLINES.get(code, DECLINES["card_declined"])
        known = "card_declined" if code == "insufficient_funds" else code
        charge |= {"status": "failed", "failure_code": known, "failure_message": told, "paid": False}
        error = {"type": "card_error", "code": known, "decline_code": code, "message": told, "charge": charge["id"]}
        intent |= {"status": "requires_payment_method", "last_payment_error": error, "payment_method": None}
        return [self._tell("charge.failed", charge), self._tell("payment_intent.payment_failed", intent)]

    def _complete(self, session: Json, paid: str) -> None:
        session |= {"status": "complete", "payment_status": paid, "url": None}
        email = session["customer_email"] or "customer@example.com"
        session["customer_details"] = {"email": email, "name": None, "phone": None, "address": None, "tax_ids": []}

    def _refundable(self, form: Json) -> Json:
        if "charge" in form:
            charge = self.find("charges", form["charge"], "charge")
        elif "payment_intent" in form:
            intent = self.find("intents", form["payment_intent"], "payment_intent")
            charge = self.charges.get(intent["latest_charge"] or "", {})
            if intent["status"] != "succeeded":
                told = f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
                raise Refused(told, stored=True)
        else:
            raise missing("payment_intent")
        if charge["disputed"]:
            told = f"Charge {charge['id']} has been charged back; cannot issue a refund."
            raise Refused(told, code="charge_disputed", stored=True)
        if charge["refunded"]:
            told = f"Charge {charge['id']} has already been refunded."
            raise Refused(told, code="charge_already_refunded", stored=True)
        return charge

    def _refunded(self, charge: Json, refund: Json) -> Events:
        before = {"amount_refunded": charge["amount_refunded"]}
        charge["amount_refunded"] += refund["amount"]
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        created = self._tell("refund.created", refund)
        known = refund["destination_details"]["card"] | {
            "reference": "7000000000000000000",
            "reference_status": "available",
        }
        refund["destination_details"] = {"type": "card", "card": known}
        return [created, self._tell("charge.refunded", charge, before), self._tell("refund.updated", refund, {})]

    def _tell(self, kind: str, thing: Json, previous: Json | None = None) -> Json:
        event = objects.event(kind, deepcopy(thing), created=self.now, previous=previous, request=self.request)
        self.events[event["id"]] = event
        self.owners[event["id"]] = self.owner_of(thing["id"])
        self.world.touched("stripe")
        return event


KINDS = {
    "sessions": "checkout.session",
    "intents": "payment_intent",
    "charges": "charge",
    "refunds": "refund",
    "disputes": "dispute",
    "events": "event",
}


def newest_first(things: dict[str, Json]) -> list[Any]:
    """What came last stands first, as in Stripe's lists."""
    return list(reversed(things.values()))

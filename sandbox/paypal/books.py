"""The state of one PayPal account, and what happens in it. Each happening returns the events that tell of it."""

from copy import deepcopy
from datetime import datetime, timedelta

import sandbox.paypal.objects as objects
from sandbox.paypal.errors import Refused, not_found
from sandbox.paypal.objects import Json
from sandbox.paypal.params import cents, spelled
from sandbox.world import World

Events = list[Json]
LAPSES = timedelta(hours=3)
"""An order that nobody approves in that time is not there any more."""
DECLINED = (
    "The instrument presented was either declined by the processor or bank, or it can't be used for this payment."
)
OUTCOMES = {True: "RESOLVED_SELLER_FAVOUR", False: "RESOLVED_BUYER_FAVOUR"}


class Books:
    """Everything by id, in the order it came to be."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.orders: dict[str, Json] = {}
        self.captures: dict[str, Json] = {}
        self.refunds: dict[str, Json] = {}
        self.disputes: dict[str, Json] = {}
        self.events: dict[str, Json] = {}
        self.contexts: dict[str, Json] = {}
        self.instruments: dict[str, str] = {}

    @property
    def root(self) -> str:
        """Where the API stands."""
        return f"{self.world.public_url}/paypal"

    def now(self) -> str:
        """The sandbox's present as PayPal writes it."""
        return written(self.world.clock.now())

    def order(self, identifier: str) -> Json:
        """The order, or PayPal's refusal; one that lapsed is not there."""
        found = self.orders.get(identifier)
        if found is None or (self._is_open(found) and self._age(found) > LAPSES):
            raise not_found()
        return found

    def find(self, shelf: dict[str, Json], identifier: str) -> Json:
        """An object of that shelf, or PayPal's refusal."""
        if identifier not in shelf:
            raise not_found()
        return shelf[identifier]

    def open(self, asked: Json) -> Json:
        """A new order for a checked request."""
        made = objects.order(asked, at=self.now(), root=self.root, public_url=self.world.public_url)
        self.orders[made["id"]] = made
        self.contexts[made["id"]] = asked["payment_source"]["paypal"]["experience_context"]
        return made

    def approve(self, identifier: str, instrument: str = "balance") -> Events:
        """The buyer agrees to pay with `balance`, with an `echeck` that takes days, or with one to be `declined`."""
        order = self.order(identifier)
        if order["status"] == "COMPLETED":
            raise Refused(422, "ORDER_ALREADY_CAPTURED", "Order already captured.")
        here = f"{self.root}/v2/checkout/orders/{identifier}"
        links = [objects.link(here, "self"), objects.link(f"{here}/capture", "capture", "POST")]
        source = {"paypal": {"email_address": objects.PAYER["email_address"], "account_status": "VERIFIED"}}
        order |= {"status": "APPROVED", "payer": objects.PAYER, "payment_source": source, "links": links}
        order["update_time"] = self._later(order)
        self.instruments[identifier] = instrument
        return [self._tell("CHECKOUT.ORDER.APPROVED", order)]

    def capture(self, identifier: str) -> tuple[Json, Events]:
        """Take the money of an approved order."""
        order = self.order(identifier)
        if order["status"] == "COMPLETED":
            raise Refused(
                422, "ORDER_ALREADY_CAPTURED", "Order already captured. If 'intent=CAPTURE' only one is allowed."
            )
        if order["status"] != "APPROVED":
            raise Refused(422, "ORDER_NOT_APPROVED", "Payer has not yet approved the Order for payment.")
        self._refuse_paid_invoice(order)
        if self.instruments[identifier] == "declined":
            raise Refused(422, "INSTRUMENT_DECLINED", DECLINED, stored=True)
        status, reason = ("PENDING", "ECHECK") if self.instruments[identifier] == "echeck" else ("COMPLETED", "")
        made = objects.capture(order, status=status, reason=reason, at=self.now(), root=self.root)
        self.captures[made["id"]] = made
        here = f"{self.root}/v2/checkout/orders/{identifier}"
        order |= {"status": "COMPLETED", "update_time": self.now(), "links": [objects.link(here, "self")]}
        order["purchase_units"][0]["payments"] = {"captures": [made]}
        return order, [self._tell_capture(f"PAYMENT.CAPTURE.{status}", made)]

    def settle(self, identifier: str, *, succeeded: bool) -> Events:
        """The eCheck clears, or bounces."""
        capture = self.capture_of(identifier)
        if capture["status"] != "PENDING":
            raise Refused(422, "TRANSACTION_REFUSED", "This order does not wait for a bank.")
        capture.pop("status_details")
        capture |= {"status": "COMPLETED" if succeeded else "DECLINED", "update_time": self.now()}
        return [self._tell_capture("PAYMENT.CAPTURE." + ("COMPLETED" if succeeded else "DENIED"), capture)]

    def reverse_approval(self, identifier: str) -> Events:
        """Nobody captured it in time: the buyer's approval is worth nothing any more."""
        order = self.order(identifier)
        if order["status"] != "APPROVED":
            raise Refused(422, "ORDER_NOT_APPROVED", "Payer has not yet approved the Order for payment.")
        order |= {"status": "PAYER_ACTION_REQUIRED", "update_time": self.now()}
        told = {"order_id": identifier, "purchase_units": order["purchase_units"], "payment_source": {"paypal": {}}}
        return [self._tell("CHECKOUT.PAYMENT-APPROVAL.REVERSED", told)]

    def refund(self, capture_id: str, asked: Json) -> tuple[Json, Events]:
        """Send money back, all that is left when no sum is named."""
        capture = self.find(self.captures, capture_id)
        code, taken = capture["amount"]["currency_code"], cents(capture["amount"], "/amount")
        back = sum(cents(each["amount"], "/amount") for each in self.refunds_of(capture))
        wanted = cents(asked["amount"], "/amount") if "amount" in asked else taken - back
        self._check_refund(capture, asked, left=taken - back, wanted=wanted)
        total = back + wanted
        made = objects.refund(
            capture, spelled(wanted, code), asked, total=spelled(total, code), at=self.now(), root=self.root
        )
        self.refunds[made["id"]] = made
        capture |= {"status": "REFUNDED" if total == taken else "PARTIALLY_REFUNDED", "update_time": self.now()}
        self.order_of(capture)["purchase_units"][0]["payments"].setdefault("refunds", []).append(made)
        return made, [self._tell("PAYMENT.CAPTURE.REFUNDED", made)]

    def dispute(self, identifier: str) -> Events:
        """The buyer asks PayPal for the money."""
        made = objects.dispute(self.capture_of(identifier), at=self.now(), root=self.root)
        self.disputes[made["dispute_id"]] = made
        return [self._tell("CUSTOMER.DISPUTE.CREATED", made)]

    def close_dispute(self, identifier: str, *, won: bool) -> Events:
        """PayPal decides for or against the team."""
        dispute = self.find(self.disputes, identifier)
        dispute |= {"status": "RESOLVED", "dispute_state": "RESOLVED", "update_time": self.now()}
        dispute["dispute_outcome"] = {"outcome_code": OUTCOMES[won], "amount_refunded": dispute["dispute_amount"]}
        return [self._tell("CUSTOMER.DISPUTE.RESOLVED", dispute)]

    def capture_of(self, identifier: str) -> Json:
        """The capture of an order."""
        payments: Json = self.order(identifier)["purchase_units"][0].get("payments", {})
        if not payments:
            raise Refused(422, "TRANSACTION_REFUSED", "Nothing was captured.")
        found: Json = payments["captures"][0]
        return found

    def order_of(self, capture: Json) -> Json:
        """The order that a capture belongs to."""
        return next(order for order in self.orders.values() if capture["links"][2]["href"].endswith(order["id"]))

    def refunds_of(self, capture: Json) -> list[Json]:
        """What went back from a capture."""
        return [each for each in self.refunds.values() if each["links"][1]["href"].endswith(capture["id"])]

    def _check_refund(self, capture: Json, asked: Json, *, left: int, wanted: int) -> None:
        if capture["status"] == "PENDING":
            raise Refused(422, "PENDING_CAPTURE", "Cannot initiate a refund as the capture is pending.")
        amount = asked["amount"] if "amount" in asked else capture["amount"]
        if amount["currency_code"] != capture["amount"]["currency_code"]:
            told = "Refund must be in the same currency as the capture."
            raise Refused(422, "REFUND_CAPTURE_CURRENCY_MISMATCH", told, field="/amount/currency_code")
        if left == 0:
            raise Refused(422, "CAPTURE_FULLY_REFUNDED", "The capture has already been fully refunded.")
        if wanted > left:
            told = "The refund amount must be less than or equal to the capture amount that has not yet been refunded."
            raise Refused(422, "REFUND_AMOUNT_EXCEEDED", told, field="/amount/value")

    def _refuse_paid_invoice(self, order: Json) -> None:
        invoice = order["purchase_units"][0].get("invoice_id")
        if invoice and any(capture.get("invoice_id") == invoice for capture in self.captures.values()):
            raise Refused(422, "DUPLICATE_INVOICE_ID", "Duplicate Invoice ID detected.")

    def _is_open(self, order: Json) -> bool:
        return order["status"] in ("CREATED", "PAYER_ACTION_REQUIRED")

    def _age(self, order: Json) -> timedelta:
        return self.world.clock.now() - datetime.fromisoformat(order["create_time"])

    def _later(self, order: Json) -> str:
        """Now, but never the same second as before: nobody approves twice in one."""
        before = datetime.fromisoformat(order["update_time"] if "update_time" in order else order["create_time"])
        return written(max(self.world.clock.now(), before + timedelta(seconds=1)))

    def _tell_capture(self, kind: str, capture: Json) -> Json:
        related = {"related_ids": {"order_id": self.order_of(capture)["id"]}}
        return self._tell(kind, capture | {"payee": objects.MERCHANT, "supplementary_data": related})

    def _tell(self, kind: str, thing: Json) -> Json:
        event = objects.event(kind, deepcopy(thing), at=self.now(), root=self.root)
        self.events[event["id"]] = event
        return event


def written(moment: datetime) -> str:
    """A moment to the second, as PayPal writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

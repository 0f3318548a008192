"""The state of one PhonePe account, and what happens in it. Each happening returns the events that tell of it."""

import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from sandbox.phonepe.errors import Refused, no_order, no_refund
from sandbox.phonepe.params import CODE_LASTS, LONGEST
from sandbox.world import World

Json = dict[str, Any]
Events = list[Json]
MERCHANT = "SANDBOXMERCHANT"
DECLINES = {
    "ZM": "Payment failed: the UPI PIN that was entered is wrong",
    "Z9": "Payment failed: there is not enough money in the account",
    "TXN_AUTO_FAILED": "Payment couldn't be completed due to issues related to customer or their bank.",
}


@dataclass
class Order:
    """One order; `token` is the secret in the address of its page."""

    merchant_order_id: str
    order_id: str
    amount: int
    expire_at: int
    form: Json
    token: str
    state: str = "PENDING"
    attempts: list[Json] = field(default_factory=list)

    @property
    def by_code(self) -> bool:
        """Whether it is paid by a UPI code, and has no page."""
        return bool(self.form["paymentFlow"]["type"] == "PG")

    @property
    def link(self) -> str:
        """What opens a UPI app to pay it; its code says the same."""
        sums = {"am": f"{self.amount // 100}.{self.amount % 100:02}", "cu": "INR"}
        return f"upi://pay?{urlencode({'pa': 'sandbox@ybl', 'pn': MERCHANT, 'tr': self.order_id} | sums)}"

    @property
    def back(self) -> str:
        """Where the customer goes when all is said: "" when nobody told."""
        flow = self.form["paymentFlow"]
        return str(flow.get("merchantUrls", {}).get("redirectUrl") or "")


class Books:
    """Orders and refunds by the merchant's ids, in the order they came to be; times in milliseconds."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.orders: dict[str, Order] = {}
        self.refunds: dict[str, Json] = {}

    @property
    def now(self) -> int:
        """The sandbox's present."""
        return int(self.world.clock.now().timestamp() * 1000)

    def order(self, merchant_order_id: str) -> Order:
        """The order, or PhonePe's refusal."""
        if merchant_order_id not in self.orders:
            raise no_order(merchant_order_id)
        return self.orders[merchant_order_id]

    def refund(self, merchant_refund_id: str) -> Json:
        """The refund, or PhonePe's refusal."""
        if merchant_refund_id not in self.refunds:
            raise no_refund(merchant_refund_id)
        return self.refunds[merchant_refund_id]

    def by_token(self, token: str) -> Order | None:
        """The order whose page has this secret in its address."""
        return next((order for order in self.orders.values() if order.token == token), None)

    def open(self, form: Json) -> Order:
        """A new order for a checked form. Its id has to be new; no document says what a repeated one is answered."""
        merchant_order_id = form["merchantOrderId"]
        if merchant_order_id in self.orders:
            raise Refused(f"merchantOrderId {merchant_order_id} has been used already")
        lasts = CODE_LASTS if form["paymentFlow"]["type"] == "PG" else LONGEST
        ends = self.now + form.get("expireAfter", lasts) * 1000
        order = Order(merchant_order_id, self.fresh("OMO"), form["amount"], ends, form, secrets.token_urlsafe(24))
        self.orders[merchant_order_id] = order
        return order

    def pay(self, merchant_order_id: str) -> Events:
        """The customer pays by UPI, and the order is complete."""
        order = self._open(merchant_order_id)
        self._attempt(order, "COMPLETED")
        order.state = "COMPLETED"
        return [self._order_event("checkout.order.completed", order)]

    def decline(self, merchant_order_id: str, code: str = "ZM") -> Events:
        """The bank says no. The page stays open for another try, unless the merchant did not want that."""
        order = self._open(merchant_order_id)
        self._attempt(order, "FAILED", errorCode="AUTHORIZATION_ERROR", detailedErrorCode=code)
        if order.form.get("disablePaymentRetry"):
            order.state = "FAILED"
            return [self._order_event("checkout.order.failed", order)]
        return [self._order_event("checkout.transaction.attempt.failed", order)]

    def expire(self, merchant_order_id: str) -> Events:
        """The order ends unpaid."""
        order = self._open(merchant_order_id)
        order.state = "FAILED"
        return [self._order_event("checkout.order.failed", order)]

    def expire_due(self) -> Events:
        """End every open order whose time is over."""
        now = self.now
        due = [key for key, order in self.orders.items() if order.state == "PENDING" and order.expire_at <= now]
        return [event for key in due for event in self.expire(key)]

    def give_back(self, form: Json) -> Json:
        """A new refund for a checked form; it is PENDING until `settle`."""
        order, refund_id = self.order(form["originalMerchantOrderId"]), form["merchantRefundId"]
        if refund_id in self.refunds:
            raise Refused(f"merchantRefundId {refund_id} has been used already")
        if order.state != "COMPLETED":
            raise Refused("Refunds are for completed orders only", code="ORDER_NOT_COMPLETED")
        if form["amount"] > self.left(order):
            raise Refused("Refund amount is more than what is left of the order amount", code="INVALID_REFUND_AMOUNT")
        refund = {
            "merchantRefundId": refund_id,
            "originalMerchantOrderId": order.merchant_order_id,
            "refundId": self.fresh("OMR"),
            "amount": form["amount"],
            "state": "PENDING",
            "timestamp": self.now,
        }
        self.refunds[refund_id] = refund
        return refund

    def left(self, order: Order) -> int:
        """What can still be given back."""
        mine = [each for each in self.refunds.values() if each["originalMerchantOrderId"] == order.merchant_order_id]
        gone: int = sum(each["amount"] for each in mine if each["state"] != "FAILED")
        return order.amount - gone

    def accept(self, merchant_refund_id: str) -> Events:
        """The bank has taken the refund in."""
        return self._move(merchant_refund_id, "CONFIRMED", "pg.refund.accepted")

    def settle(self, merchant_refund_id: str, *, succeeded: bool = True) -> Events:
        """The bank has paid the refund out, or could not."""
        if succeeded:
            return self._move(merchant_refund_id, "COMPLETED", "pg.refund.completed")
        failed = {"errorCode": "INTERNAL_SERVER_ERROR", "detailedErrorCode": "REFUND_FAILED"}
        return self._move(merchant_refund_id, "FAILED", "pg.refund.failed", **failed)

    def fresh(self, prefix: str) -> str:
        """A new id as PhonePe makes them: a prefix, the time, digits."""
        return f"{prefix}{self.world.clock.now():%y%m%d%H%M%S}{secrets.randbelow(10**10):010}"

    def _open(self, merchant_order_id: str) -> Order:
        order = self.order(merchant_order_id)
        if order.state != "PENDING":
            raise Refused(f"This order is {order.state}", code="ORDER_NOT_PENDING")
        return order

    def _attempt(self, order: Order, state: str, **more: str) -> None:
        attempt = {"paymentMode": "UPI_QR", "transactionId": self.fresh("OM"), "timestamp": self.now,
                   "amount": order.amount, "state": state}  # fmt: skip
        order.attempts.append(attempt | more)

    def _move(self, merchant_refund_id: str, state: str, event: str, **more: str) -> Events:
        refund = self.refund(merchant_refund_id)
        if refund["state"] in ("COMPLETED", "FAILED"):
            raise Refused(f"This refund is {refund['state']}", code="REFUND_NOT_PENDING")
        refund |= {"state": state, "timestamp": self.now} | more
        return [self._event(event, {"merchantId": MERCHANT} | refund)]

    def _order_event(self, name: str, order: Order) -> Json:
        about = {"merchantId": MERCHANT, "merchantOrderId": order.merchant_order_id}
        name = name.replace("checkout.", "pg.") if order.by_code else name
        return self._event(name, about | status(order, details=False))

    def _event(self, name: str, payload: Json) -> Json:
        self.world.touched("phonepe")
        return {"type": name.upper().replace(".", "_"), "event": name, "payload": payload}


def status(order: Order, *, details: bool, context: bool = False) -> Json:
    """An order as its status is told: all tries with `details`, else the newest; reasons with `context`."""
    tries = order.attempts if details else order.attempts[-1:]
    told: Json = {
        "orderId": order.order_id,
        "state": order.state,
        "amount": order.amount,
        "expireAt": order.expire_at,
        "paymentDetails": [dict(each) for each in tries],
    }
    if "metaInfo" in order.form:
        told["metaInfo"] = order.form["metaInfo"]
    if order.state == "FAILED":
        last = order.attempts[-1] if order.attempts else {}
        told["errorCode"] = last.get("errorCode", "TXN_NOT_COMPLETED")
        told["detailedErrorCode"] = last.get("detailedErrorCode", "TXN_AUTO_FAILED")
        told |= {"errorContext": _context(told)} if context else {}
    return told


def _context(told: Json) -> Json:
    code = told["detailedErrorCode"]
    return {"errorCode": told["errorCode"], "detailedErrorCode": code, "stage": "PRE_AUTHENTICATION",
            "source": "CUSTOMER", "description": DECLINES.get(code, code)}  # fmt: skip

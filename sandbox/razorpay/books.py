"""The state of one Razorpay account, and what happens in it. Each happening returns the events that tell of it."""

from copy import deepcopy

import sandbox.razorpay.entities as entities
from sandbox.razorpay.errors import Refused, not_found
from sandbox.razorpay.rules import CODE_LONGEST, Json, check_amount
from sandbox.world import World

Events = list[str]
"""The ids of events; what they say stands in `Books.events`."""


class Books:
    """Everything by id, in the order it came to be."""

    def __init__(self, world: World, key_id: str) -> None:
        self.world, self.key_id = world, key_id
        self.links: dict[str, Json] = {}
        self.codes: dict[str, Json] = {}
        self.orders: dict[str, Json] = {}
        self.payments: dict[str, Json] = {}
        self.refunds: dict[str, Json] = {}
        self.disputes: dict[str, Json] = {}
        self.events: dict[str, Json] = {}
        self.fee_bearer = "platform"
        """`customer`: payers of links bear the fee, on top of what is asked."""

    @property
    def now(self) -> int:
        """The sandbox's present, in Unix seconds."""
        return int(self.world.clock.now().timestamp())

    def find(self, shelf: str, identifier: str) -> Json:
        """The entity on that shelf (links, payments ...), or Razorpay's refusal."""
        things: dict[str, Json] = getattr(self, shelf)
        if identifier not in things:
            raise not_found()
        return things[identifier]

    def open(self, form: Json) -> Json:
        """A new Payment Link for a checked form. Raises `Refused` when its reference was used before."""
        self._must_be_new(form.get("reference_id"))
        link = entities.link(form, created=self.now, public_url=self.world.public_url)
        self.links[link["id"]] = link
        self.world.touched("razorpay")
        return link

    def edit(self, link_id: str, form: Json) -> Json:
        """Change an open link as a checked form asks."""
        link = self._open_link(link_id)
        if form.get("reference_id") != link["reference_id"]:
            self._must_be_new(form.get("reference_id"))
        link |= form | {"updated_at": self.now}
        return link

    def open_code(self, form: Json) -> Json:
        """A new QR code for a checked form; a longer time than two hours is cut."""
        longest = self.now + int(CODE_LONGEST.total_seconds())
        closes = min(form.get("close_by") or longest, longest)
        code = entities.code(form, created=self.now, closes=closes, public_url=self.world.public_url)
        self.codes[code["id"]] = code
        self.world.touched("razorpay")
        return code

    def authorize(self, link_id: str, method: str = "card") -> Events:
        """The bank says yes; the money is Razorpay's to capture (see `capture`)."""
        link = self._open_link(link_id)
        payment = self._attempt(link, method)
        payment |= {"status": "authorized", "acquirer_data": {"rrn": "123456789012"}}
        return [self._tell("payment.authorized", {"payment": payment})]

    def capture(self, link_id: str) -> Events:
        """The authorized payment of a link is captured and the link is paid, whatever became of it in the meantime."""
        link = self.find("links", link_id)
        payment = next((p for p in self._tried(link) if p["status"] == "authorized"), None)
        if payment is None:
            raise Refused("Only payments which have been authorized and not yet captured can be captured")
        self._captured(payment)
        order = self.orders[link_id]
        order |= {"amount_due": 0, "amount_paid": order["amount"], "status": "paid", "updated_at": self.now}
        self._paid(link, payment)
        told = {"payment": payment, "order": order}
        return [
            self._tell("payment.captured", {"payment": payment}),
            self._tell("order.paid", told),
            # Razorpay stamps a link's events with the time at which the link was made.
            self._tell("payment_link.paid", {"payment_link": link, **told}, created=link["created_at"]),
        ]

    def pay(self, link_id: str, method: str = "card") -> Events:
        """The bank says yes and the money is captured at once."""
        return [*self.authorize(link_id, method), *self.capture(link_id)]

    def decline(self, link_id: str, reason: str = "payment_failed") -> Events:
        """The bank says no; the link stays open for another try."""
        payment = self._attempt(self._open_link(link_id), "upi" if reason == "incorrect_pin" else "card")
        payment |= {
            "status": "failed", "error_code": "BAD_REQUEST_ERROR", "error_source": "bank", "error_reason": reason,
            "error_step": "payment_authorization", "error_description": entities.DECLINES[reason],
        }  # fmt: skip
        return [self._tell("payment.failed", {"payment": payment})]

    def cancel(self, link_id: str) -> Events:
        """The team takes a link back. Raises `Refused` unless it is open."""
        return self._end(link_id, "cancelled")

    def expire(self, link_id: str) -> Events:
        """A link's time is over."""
        return self._end(link_id, "expired")

    def scan(self, code_id: str) -> Events:
        """The customer pays a QR code in a UPI app."""
        code = self._active_code(code_id)
        payment = entities.payment(
            code["payment_amount"], "INR", created=self.now, method="upi", notes=code["notes"],
            description="QRv2 Payment", order_id=None, email=None,
        )  # fmt: skip
        self.payments[payment["id"]] = payment | {"code": code_id}
        self._captured(self.payments[payment["id"]])
        code |= {"payments_amount_received": code["payment_amount"], "payments_count_received": 1}
        told = {"payment": self.payments[payment["id"]], "qr_code": code}
        return [self._tell("qr_code.credited", told), *self._close(code, "paid")]

    def close_code(self, code_id: str, reason: str | None = "on_demand") -> Events:
        """A QR code takes no more money; no reason when its time is over. Raises `Refused` when it is closed."""
        return self._close(self._active_code(code_id), reason)

    def end_due(self) -> Events:
        """End every open link and code whose time is over."""
        links = [
            key for key, link in self.links.items() if link["status"] == "created" and link["expire_by"] <= self.now
        ]
        codes = [key for key, code in self.codes.items() if code["status"] == "active" and code["close_by"] <= self.now]
        ended = [event for key in links for event in self.expire(key)]
        return ended + [event for key in codes for event in self.close_code(key, None)]

    def refund(self, payment_id: str, form: Json, status: str = "processed") -> tuple[Json, Events]:
        """Give money back as a checked form asks; pending, it waits for `settle_refund`."""
        payment = self.find("payments", payment_id)
        left = payment["amount"] - payment["amount_refunded"]
        if not payment["captured"]:
            raise Refused("The payment status should be captured for action to be taken")
        if not left:
            raise Refused("The payment has been fully refunded already")
        amount = form.get("amount", left)
        check_amount(amount, payment["currency"])
        if amount > left:
            raise Refused("The refund amount provided is greater than amount captured", field="amount")
        refund = entities.refund(payment, amount, form, created=self.now) | {"status": status}
        self.refunds[refund["id"]] = refund
        self._count_refunds(payment)
        told = ["refund.created"] + (["refund.processed"] if status == "processed" else [])
        return refund, [self._tell(kind, {"refund": refund, "payment": payment}) for kind in told]

    def settle_refund(self, refund_id: str, *, succeeded: bool) -> Events:
        """A pending refund reaches the customer, or it cannot."""
        refund = self.find("refunds", refund_id)
        if refund["status"] != "pending":
            raise Refused("This refund is not pending.")
        refund["status"] = "processed" if succeeded else "failed"
        payment = self.payments[refund["payment_id"]]
        self._count_refunds(payment)
        return [self._tell(f"refund.{refund['status']}", {"refund": refund, "payment": payment})]

    def dispute(self, payment_id: str) -> Events:
        """The customer's bank asks for the money back."""
        dispute = entities.dispute(self.find("payments", payment_id), created=self.now)
        self.disputes[dispute["id"]] = dispute
        return [self._dispute_event("created", dispute)]

    def close_dispute(self, dispute_id: str, *, won: bool) -> Events:
        """The bank decides for or against the team."""
        dispute = self.find("disputes", dispute_id)
        if dispute["status"] in ("won", "lost"):
            raise Refused("This dispute is closed already.")
        dispute |= {"status": "won" if won else "lost", "amount_deducted": 0 if won else dispute["amount"]}
        return [self._dispute_event(dispute["status"], dispute)]

    def payment_of(self, identifier: str) -> Json:
        """The captured payment behind a link, code or payment id. Raises `Refused` when no money came."""
        named = [p for p in self.payments.values() if identifier in (p["id"], p.get("code"), p.get("link"))]
        found = [payment for payment in named if payment["captured"]]
        if not found:
            raise not_found()
        return found[-1]

    def _must_be_new(self, reference: str | None) -> None:
        if reference and any(link["reference_id"] == reference for link in self.links.values()):
            raise Refused(f"payment link creation with reference ID ({reference}) already attempted")

    def _open_link(self, link_id: str) -> Json:
        link = self.find("links", link_id)
        if link["status"] != "created":
            raise Refused(f"This payment link is {link['status']}.")
        return link

    def _active_code(self, code_id: str) -> Json:
        code = self.find("codes", code_id)
        if code["status"] != "active":
            raise Refused("QR Code is already closed")
        return code

    def _tried(self, link: Json) -> list[Json]:
        return [payment for payment in self.payments.values() if payment.get("link") == link["id"]]

    def _attempt(self, link: Json, method: str) -> Json:
        order = self.orders.setdefault(link["id"], entities.order(link, created=self.now, key_id=self.key_id))
        order |= {"attempts": order["attempts"] + 1, "status": "attempted", "updated_at": self.now}
        on_top = entities.fees(link["amount"])["fee"] if self.fee_bearer == "customer" else 0
        payment = entities.payment(
            link["amount"] + on_top, link["currency"], created=self.now, method=method, notes=link["notes"],
            description=f"#{order['product_id']}", order_id=f"order_{order['id']}",
            email=link["customer"].get("email"),
        )  # fmt: skip
        self.payments[payment["id"]] = payment | {"link": link["id"], "fee_bearer": self.fee_bearer}
        return self.payments[payment["id"]]

    def _captured(self, payment: Json) -> None:
        payment |= {"status": "captured", "captured": True, **entities.fees(self._asked(payment))}

    def _asked(self, payment: Json) -> int:
        """What was asked for, without a fee on top."""
        return int(self.links[payment["link"]]["amount"] if "link" in payment else payment["amount"])

    def _paid(self, link: Json, payment: Json) -> None:
        listed = {
            "amount": payment["amount"], "created_at": payment["created_at"], "method": payment["method"],
            "payment_id": payment["id"], "plink_id": link["id"], "status": "captured", "updated_at": self.now,
        }  # fmt: skip
        link |= {"status": "paid", "amount_paid": link["amount"], "updated_at": self.now, "payments": [listed]}

    def _end(self, link_id: str, status: str) -> Events:
        link = self.find("links", link_id)
        if link["status"] in ("paid", "partially_paid"):
            raise Refused("cannot cancel or expire an already paid/partially paid link")
        if link["status"] != "created":
            raise Refused("cannot cancel or expire an expired link")
        link |= {"status": status, f"{status}_at": self.now, "updated_at": self.now}
        return [self._tell(f"payment_link.{status}", {"payment_link": link}, created=link["created_at"])]

    def _close(self, code: Json, reason: str | None) -> Events:
        code |= {"status": "closed", "closed_at": self.now, "close_reason": reason}
        return [self._tell("qr_code.closed", {"qr_code": code})]

    def _count_refunds(self, payment: Json) -> None:
        mine = [refund for refund in self.refunds.values() if refund["payment_id"] == payment["id"]]
        back = sum(refund["amount"] for refund in mine if refund["status"] != "failed")
        whole = back == payment["amount"]
        payment |= {"amount_refunded": back, "refund_status": ("full" if whole else "partial") if back else None}
        payment["status"] = "refunded" if whole else "captured"

    def _dispute_event(self, what: str, dispute: Json) -> str:
        payment = self.payments[dispute["payment_id"]]
        return self._tell(f"payment.dispute.{what}", {"payment": payment, "dispute": dispute})

    def _tell(self, kind: str, payload: dict[str, Json], created: int = 0) -> str:
        shown = {name: public(thing) for name, thing in payload.items()}
        event_id = entities.fresh()
        self.events[event_id] = entities.event(kind, shown, created=created or self.now)
        self.world.touched("razorpay")
        return event_id


def public(thing: Json) -> Json:
    """A copy of an entity as Razorpay shows it: without what only the books know."""
    return {name: deepcopy(value) for name, value in thing.items() if name not in ("link", "code")}

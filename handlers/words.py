"""Sentences said in more than one place: states of payments, names of languages, how we know."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError

from booking.zones import date_label, time_label, zone_label
from handlers.commands import SLASHED
from handlers.house import House
from payments.facts import Source
from payments.machine import State
from payments.money import Money, format_money
from payments.pretend import Pretend
from payments.registry import GATEWAYS
from storage.tables import PaymentRequest

STATES: dict[State, str] = {
    State.REQUESTED: "Waiting for payment",
    State.OPENED: "Pay page opened",
    State.PROCESSING: "Payment is being processed",
    State.PAID: "Paid",
    State.PART_PAID: "Paid in part",
    State.FAILED: "The payment did not go through",
    State.EXPIRED: "Expired",
    State.CANCELLED: "Withdrawn",
    State.REFUND_PENDING: "Refund on its way",
    State.PART_REFUNDED: "Refunded in part",
    State.REFUNDED: "Refunded",
    State.DISPUTED: "Disputed",
    State.DISPUTE_WON: "Paid (dispute won)",
    State.DISPUTE_LOST: "Dispute lost",
}
"""How a payment stands, for the desk."""

FOR_CUSTOMERS: dict[State, str] = STATES | {
    State.REQUESTED: "To pay",
    State.OPENED: "To pay",
    State.PROCESSING: "Being processed",
    State.DISPUTE_WON: "Paid",
    State.DISPUTE_LOST: "Paid back by your bank",
}
"""The same for who pays: whether they have looked at the page yet is no news to them."""

_KNOWN: dict[Source, str] = {
    Source.WEBHOOK: "confirmed by webhook",
    Source.POLL: "confirmed by asking",
    Source.RETURN_PAGE: "confirmed by asking when the customer came back from",
}


def known_by(source: Source | None, gateway_title: str) -> str:
    """How we know what we say of a payment: `confirmed by webhook from Stripe`."""
    if source is None:
        return ""
    joined = {Source.WEBHOOK: " from", Source.POLL: "", Source.RETURN_PAGE: ""}[source]
    return f"{_KNOWN[source]}{joined} {gateway_title}"


def gateway_title(house: House, name: str) -> str:
    """The gateway's own name, also when it is not set up any more."""
    gateway = house.gateways.get(name) or GATEWAYS.get(name)
    return gateway.title if gateway else name.title()


def badge(request: PaymentRequest) -> str:
    """Test money is marked wherever it is shown, and pretended money as what it is."""
    if request.gateway == Pretend.name:
        return "PRETEND, no money moves"
    return "" if request.live else "TEST"


@lru_cache(maxsize=1024)
def sum_of(minor: int, currency: str, language: str = "en") -> str:
    """A sum as people write it."""
    return format_money(Money(minor, currency), language or "en")


def clock_time(moment: datetime, zone: str) -> str:
    """A time of day on the reader's clock, with the clock's name: `16:30, Berlin (UTC+1)`."""
    return f"{time_label(moment, zone)}, {zone_label(zone, moment)}"


def until(moment: datetime, zone: str, now: datetime) -> str:
    """The same for a moment of any day, with its day when that is not today: `Tue 24 Nov, 16:30, Berlin (UTC+1)`."""
    day, today = (each.astimezone(ZoneInfo(zone)).date() for each in (moment, now))
    return clock_time(moment, zone) if day == today else f"{date_label(day)}, {clock_time(moment, zone)}"


def language_name(code: str) -> str:
    """`de` as `German`; the code itself when nobody knows it."""
    if not code:
        return ""
    try:
        return Locale.parse(code.replace("-", "_")).get_display_name("en") or code
    except (UnknownLocaleError, ValueError):
        return code


def typed(channel: str, name: str) -> str:
    """A command as it is typed there: `/bellhop setup` in Slack, but for its shortcuts; `/setup` elsewhere."""
    return f"/bellhop {name}" if channel == "slack" and name not in SLASHED else f"/{name}"

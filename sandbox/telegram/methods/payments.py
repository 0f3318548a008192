"""Invoices, the check before the money, and Stars given back."""

import re
import secrets
from typing import Any

from sandbox.telegram.entities import Json
from sandbox.telegram.errors import bad_request
from sandbox.telegram.markup import read_markup
from sandbox.telegram.methods.messages import TOO_OLD
from sandbox.telegram.methods.sending import send
from sandbox.telegram.params import Params
from sandbox.telegram.payments import STARS, give_back
from sandbox.telegram.state import State

MAX_PAGE = 100
PROVIDER = re.compile(r"\d+:(TEST|LIVE):\S+")
# Smallest and greatest totals in minor units (core.telegram.org/bots/payments/currencies.json); they move with rates.
LIMITS = {
    "USD": (100, 1_000_000), "EUR": (82, 827_805), "GBP": (72, 720_365), "INR": (7_455, 74_550_499),
    "JPY": (108, 1_088_524), "KRW": (1_112, 11_122_950), "BRL": (545, 5_452_697), "AED": (367, 3_673_202),
    "CHF": (91, 915_009), "SGD": (132, 1_327_030), "AUD": (129, 1_291_770), "CAD": (124, 1_240_750),
    "IDR": (1_452_005, 14_520_050_000), "HUF": (30_007, 300_075_024), "ISK": (124, 1_240_104),
    "UGX": (3_606, 36_066_184), "VND": (23_054, 230_540_917), "CLP": (701, 7_019_997), "PYG": (6_471, 64_716_133),
    STARS: (1, 25_000),
}  # fmt: skip


def send_invoice(state: State, params: Params) -> Json:
    """An invoice with its Pay button."""
    invoice = _invoice(params)
    chat = state.writable(params.text("chat_id"))
    markup = read_markup(params)
    if markup and "pay" not in (markup.get("inline_keyboard") or [[{}]])[0][0]:
        raise bad_request("BUTTON_TYPE_INVALID")
    shown = {key: invoice[key] for key in ("title", "description", "start_parameter", "currency", "total_amount")}
    message = send(state, params, {"invoice": shown})
    if markup is None:
        word = "Pay" if invoice["currency"] != STARS else f"Pay ⭐️{invoice['total_amount']}"
        message["reply_markup"] = {"inline_keyboard": [[{"text": word, "pay": True}]]}
    state.invoices[f"{chat.id}:{message['message_id']}"] = invoice
    return message


def create_link(state: State, params: Params) -> str:
    """The same as a link. Telegram's begin with https://t.me/$; this one leads to the sandbox's own sheet."""
    invoice = _invoice(params)
    link = f"{state.world.public_url}/telegram/invoice/{secrets.token_urlsafe(9)}"
    state.invoices[link] = invoice
    return link


def _invoice(params: Params) -> Json:
    words = {name: params.need(name) for name in ("title", "description", "payload", "currency")}
    for name, longest in (("title", 32), ("description", 255)):
        if len(words[name]) > longest:
            raise bad_request(f"INVOICE_{name.upper()}_TOO_LONG")
    if len(words["payload"].encode()) > 128:
        raise bad_request("INVOICE_PAYLOAD_INVALID")
    currency = words["currency"].upper()
    if currency not in LIMITS:
        raise bad_request("CURRENCY_INVALID")
    prices = _prices(params.json("prices", "prices"))
    if currency == STARS and (len(prices) != 1 or params.text("provider_token")):
        raise bad_request("STARS_INVOICE_INVALID")
    if currency != STARS and not PROVIDER.fullmatch(params.text("provider_token")):
        raise bad_request("PAYMENT_PROVIDER_INVALID")
    total = sum(int(price["amount"]) for price in prices)
    if not LIMITS[currency][0] <= total <= LIMITS[currency][1]:
        raise bad_request("CURRENCY_TOTAL_AMOUNT_INVALID")
    return {**words, "currency": currency, "total_amount": total, "start_parameter": params.text("start_parameter")}


def _prices(given: Any) -> list[Json]:
    if not isinstance(given, list):
        raise bad_request("Expected an Array of labeled prices")
    if not given:
        raise bad_request("There must be at least one price")
    if not all(isinstance(price, dict) and price.get("label") for price in given):
        raise bad_request("Can't parse labeled price: LabeledPrice label must be non-empty")
    return given


def answer_pre_checkout(state: State, params: Params) -> bool:
    """Let the payment go on, or say why not."""
    ok, reason = params.flag("ok"), params.text("error_message")
    query = state.queries.get(params.text("pre_checkout_query_id"))
    if query is None or query.answer is not None:
        raise bad_request(TOO_OLD)
    if not ok and not reason:
        raise bad_request('Parameter "error_message" is required')
    query.answer = {"ok": ok, "error_message": reason}
    state.touched()
    return True


def refund_stars(state: State, params: Params) -> bool:
    """Give Stars back; other money goes back at its provider."""
    charge = state.charges.get(params.text("telegram_payment_charge_id"))
    if charge is None or charge["user"] != params.integer("user_id") or charge["currency"] != STARS:
        raise bad_request("CHARGE_NOT_FOUND")
    if charge["refunded"]:
        raise bad_request("CHARGE_ALREADY_REFUNDED")
    give_back(state, charge["telegram_payment_charge_id"])
    return True


def star_transactions(state: State, params: Params) -> Json:
    """What came in and went out, oldest first."""
    offset, limit = params.integer("offset"), params.integer("limit", MAX_PAGE)
    if offset < 0:
        raise bad_request("Wrong offset specified")
    # A limit out of range is brought into it, as everywhere in the Bot API.
    return {"transactions": state.stars[offset : offset + min(max(limit, 1), MAX_PAGE)]}


METHODS = {
    "sendInvoice": send_invoice,
    "createInvoiceLink": create_link,
    "answerPreCheckoutQuery": answer_pre_checkout,
    "refundStarPayment": refund_stars,
    "getStarTransactions": star_transactions,
}

"""What is sent to Stripe for a Checkout Session."""

from typing import TYPE_CHECKING, Any

from payments.gateway import CheckoutOrder
from payments.stripe.facts import REFERENCE
from payments.stripe.money import to_stripe

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams, SessionCreateParamsLineItemPriceData

# What Checkout speaks; anything else is left to the browser.
LOCALES = frozenset(
    """bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru sk sl
    sv th tr vi zh zh-HK zh-TW""".split()
)


def session_params(order: CheckoutOrder) -> "SessionCreateParams":
    """A Checkout Session with a hosted page."""
    # Metadata does not flow from the session to the payment: it is set on both, or refunds could not be matched.
    metadata = {REFERENCE: order.reference}
    params: SessionCreateParams = {
        "mode": "payment",
        "line_items": [{"quantity": 1, "price_data": _price(order)}],
        "client_reference_id": order.reference,
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata, "description": f"{order.payee}: {order.description}"[:1000]},
        "success_url": order.return_url,
        "cancel_url": order.cancel_url,
        "expires_at": int(order.expires_at.timestamp()),
        "locale": _spoken(order.locale),
    }
    return {**params, "customer_email": order.customer_email} if order.customer_email else params


def _price(order: CheckoutOrder) -> "SessionCreateParamsLineItemPriceData":
    return {
        "currency": order.amount.currency.lower(),
        "unit_amount": to_stripe(order.amount),
        "product_data": {"name": (order.description or order.payee)[:250]},
    }


def _spoken(locale: str) -> Any:
    """The nearest language Checkout speaks; "auto" leaves it to the browser."""
    tag = locale.replace("_", "-")
    language = tag.split("-")[0].lower()
    return next((known for known in (tag, language) if known in LOCALES), "auto")

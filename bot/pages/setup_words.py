"""What the set-up page says to what goes wrong, and what only an operator can allow."""

from bot.settings import PREFIX, Settings
from payments.errors import NotConfigured, OutcomeUnknown, PaymentError, Unavailable
from payments.razorpay import facts as razorpay
from payments.stripe import facts as stripe
from payments.stripe.connect import Platform

EVENTS = {"stripe": tuple(sorted(stripe.READERS)), "razorpay": tuple(sorted(razorpay.READERS))}
"""The events to choose at a gateway where they are chosen one by one; elsewhere all of them are fine."""


def trouble(error: PaymentError, field: str) -> dict[str, str]:
    """The sentence, and at which field it belongs; "" stands for the whole form."""
    if isinstance(error, NotConfigured):
        return {field: f"{error} Nothing was stored."}
    if isinstance(error, Unavailable | OutcomeUnknown):
        return {"": f"{error} Nothing was stored; please try again in a minute."}
    return {"": f"{error} Nothing was stored."}


def live_refusal(settings: Settings) -> str:
    """Why keys that move real money may not be kept here, for the owner to pass on; "" when they may."""
    if not settings.secret_keys:
        return f"Live keys need {PREFIX}SECRET_KEYS, which an operator sets. Nothing was stored."
    if settings.clock_offset_file is not None:
        return "The clock is moved for a rehearsal, so live keys are refused. Nothing was stored."
    return ""


def platform_of(settings: Settings) -> Platform | None:
    """The operator's Stripe platform, when there is one."""
    section = settings.stripe
    if section is None or not section.client_id:
        return None
    return Platform(section.api_key.get_secret_value(), section.client_id, section.connect_url)

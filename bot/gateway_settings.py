"""The settings of the gateways' accounts."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, PositiveInt, SecretStr

from bot.sections import Address, Section, beginning


def _publishable(value: str) -> str:
    if value and not value.startswith(("pk_test_", "pk_live_")):
        raise ValueError("must begin with pk_test_ or pk_live_")
    return value


def _connect_id(value: str) -> str:
    if value and not value.startswith("ca_"):
        raise ValueError("must begin with ca_")
    return value


def _razorpay_key(value: str) -> str:
    if not value.startswith(("rzp_test_", "rzp_live_")):
        raise ValueError("must begin with rzp_test_ or rzp_live_")
    return value


class StripeSettings(Section):
    """A Stripe account; test keys begin with sk_test_ or rk_test_."""

    api_key: Annotated[SecretStr, beginning("sk_test_", "sk_live_", "rk_test_", "rk_live_")]
    """From "Developers", "API keys"."""
    webhook_secret: Annotated[SecretStr, beginning("whsec_", several=True)] = SecretStr("")
    """Of the endpoint PUBLIC_URL/webhooks/stripe; several, comma-separated, while it is being changed."""
    publishable_key: Annotated[str, AfterValidator(_publishable)] = ""
    """From "API keys" (pk_test_ or pk_live_): customers pay by Stripe's form inside the room page; else on its page."""
    js_url: Address = "https://js.stripe.com/endive/stripe.js"
    """Stripe.js, which browsers load for that form."""
    operators: ClassVar[frozenset[str]] = frozenset({"client_id"})
    client_id: Annotated[str, AfterValidator(_connect_id)] = ""
    """Of a Connect platform (ca_...): further teams connect their Stripe accounts to it with one click."""
    connect_url: Address = "https://connect.stripe.com"
    api_url: Address = "https://api.stripe.com"


class PayPalSettings(Section):
    """A PayPal business account. For PayPal's sandbox name its address, and give the keys of a sandbox app."""

    client_id: str
    """From "Apps & Credentials" at developer.paypal.com."""
    client_secret: SecretStr
    """Beside the client id."""
    webhook_id: str = ""
    """Of the webhook PUBLIC_URL/webhooks/paypal, on the app's page; without it payments are only found by asking."""
    api_url: Address = "https://api-m.paypal.com"
    """The sandbox is https://api-m.sandbox.paypal.com."""


class PhonePeSettings(Section):
    """A PhonePe Business account, in rupees. For PhonePe's sandbox name its address, and give its keys."""

    client_id: str
    """From "Developer Settings", "API Credentials"."""
    client_secret: SecretStr
    """Beside the client id."""
    client_version: PositiveInt = 1
    """Beside the client id."""
    webhook_username: str = ""
    """Set with the webhook PUBLIC_URL/webhooks/phonepe: 5 to 20 letters, digits and underscores."""
    webhook_password: SecretStr = SecretStr("")
    """Set with the webhook: 8 to 20 letters and digits."""
    upi_qr: bool = False
    """Show UPI codes on our pages; PhonePe has to have enabled Custom Checkout for the account."""
    api_url: Address = "https://api.phonepe.com/apis/pg"
    """The sandbox is https://api-preprod.phonepe.com/apis/pg-sandbox."""


class RazorpaySettings(Section):
    """A Razorpay account; test keys begin with rzp_test_."""

    key_id: Annotated[str, AfterValidator(_razorpay_key)]
    """From "Account & Settings", "API Keys"."""
    key_secret: SecretStr
    """Shown once, beside the key id."""
    webhook_secret: SecretStr = SecretStr("")
    """Of the webhook PUBLIC_URL/webhooks/razorpay; several, comma-separated, for a day after it was changed."""
    upi_qr: bool = False
    """Show UPI codes on our pages; Razorpay enables QR codes for an account on request."""
    api_url: Address = "https://api.razorpay.com"

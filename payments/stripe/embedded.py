"""Checkout inside a page of ours: Stripe's own form, mounted by Stripe.js. Card data stays in Stripe's frame.

Read 2026-11: docs.stripe.com/js/embedded_checkout and docs.stripe.com/security/guide#content-security-policy.
"""

from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from payments.gateway import PageSources

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams

JS_URL = "https://js.stripe.com/endive/stripe.js"
"""Stripe.js comes from Stripe alone; its releases have the names of the API's, and this one goes with the SDK's."""
VENDOR = PageSources(
    scripts=("https://js.stripe.com", "https://*.js.stripe.com", "https://checkout.stripe.com"),
    frames=(
        "https://js.stripe.com",
        "https://*.js.stripe.com",
        "https://hooks.stripe.com",
        "https://checkout.stripe.com",
    ),
    connections=("https://api.stripe.com", "https://checkout.stripe.com"),
    pictures=("https://*.stripe.com",),
)
_OF_THE_HOSTED_PAGE = ("success_url", "cancel_url")


def is_vendors(js_url: str) -> bool:
    """Whether the script comes from Stripe."""
    return urlsplit(js_url)[:2] == urlsplit(JS_URL)[:2]


def sources(js_url: str) -> PageSources:
    """What a page has to allow; a stand-in for Stripe does all from where its script lies."""
    place = urlsplit(js_url)
    origin = (f"{place.scheme}://{place.netloc}",)
    return VENDOR if is_vendors(js_url) else PageSources(origin, origin, origin, origin)


def inside(params: "SessionCreateParams") -> "SessionCreateParams":
    """The session of a hosted page as one for a form inside a page of ours.

    Ways to pay that lead away are left out: the page they would leave may hold a call. The hosted page has them.
    """
    kept = {name: value for name, value in params.items() if name not in _OF_THE_HOSTED_PAGE}
    form = {**kept, "ui_mode": "embedded_page", "redirect_on_completion": "never"}
    return cast("SessionCreateParams", form)

"""Stripe Connect: a team's own Stripe account, connected to the operator's platform by OAuth.

https://docs.stripe.com/connect/oauth-reference, read 2026-11. The platform's key then works on the account, named in
each call; its webhooks come to the platform's own endpoint, each with the account it speaks of.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from payments.errors import Declined, NotConfigured, OutcomeUnknown

if TYPE_CHECKING:
    from stripe import StripeClient, StripeObject

CONNECT_URL = "https://connect.stripe.com"
LEFT = "account.application.deauthorized"


@dataclass(frozen=True, slots=True)
class Connected:
    """An account that its owner has connected; `live` as the platform's key is."""

    account: str
    live: bool


@dataclass(frozen=True, slots=True)
class Platform:
    """The operator's Stripe platform: its secret key, its client id (ca_...), and where OAuth is spoken."""

    api_key: str
    client_id: str
    connect_url: str = CONNECT_URL

    def authorize_url(self, *, redirect_uri: str, state: str) -> str:
        """Where an owner agrees; Stripe sends them back to `redirect_uri` with `state` and a code."""
        asked = {
            "response_type": "code", "client_id": self.client_id, "scope": "read_write",
            "redirect_uri": redirect_uri, "state": state,
        }  # fmt: skip
        return f"{self.connect_url.rstrip('/')}/oauth/authorize?{urlencode(asked)}"

    async def exchange(self, code: str) -> Connected:
        """The account behind a code, which works once. Raises Declined, NotConfigured, OutcomeUnknown."""
        told = await self._ask(lambda api: api.oauth.token({"grant_type": "authorization_code", "code": code}))
        return Connected(str(told["stripe_user_id"]), bool(told["livemode"]))

    async def _ask(self, call: Callable[["StripeClient"], "StripeObject"]) -> dict[str, Any]:
        """One call of the SDK, which speaks OAuth only synchronously."""
        # Here and not above: the SDK takes longer to import than `bellhop --help` may take to answer.
        import stripe
        from stripe.oauth_error import OAuthError

        try:
            return dict((await asyncio.to_thread(lambda: call(self._client()))).to_dict())
        except OAuthError as error:
            raise Declined(f"Stripe did not connect the account: {error.user_message}") from error
        except stripe.AuthenticationError as error:
            raise NotConfigured("Stripe does not accept the operator's API key.") from error
        except stripe.StripeError as error:
            raise OutcomeUnknown("Stripe gave no clear answer. Please try again.") from error

    def _client(self) -> "StripeClient":
        import stripe

        return stripe.StripeClient(
            self.api_key, client_id=self.client_id, base_addresses={"connect": self.connect_url.rstrip("/")},
            http_client=stripe.RequestsClient(timeout=10), max_network_retries=0,
        )  # fmt: skip


def who_left(event: Mapping[str, Any], *, live: bool) -> str:
    """The account of an event that says it was disconnected; "" for any other.

    A platform's live endpoint hears of its test mode too: https://docs.stripe.com/connect/webhooks, read 2026-11.
    """
    ours = event.get("type") == LEFT and bool(event.get("livemode")) is live
    return str(event.get("account") or "") if ours else ""

"""Whose Stripe accounts there are: the operator's, which is a Connect platform too, and somebody else's beside it."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.stripe.objects import ACCOUNT
from sandbox.world import World

SECOND = "acct_sandboxSecond02"
CODE_LIFE = timedelta(minutes=5)


@dataclass
class Endpoint:
    """Where an account's events go, and the secret that signs them."""

    url: str
    secret: str


@dataclass
class Merchant:
    """One account. Without an endpoint it tells nobody what happens."""

    id: str
    name: str
    key: str
    endpoint: Endpoint


@dataclass
class Merchants:
    """All accounts. `connected`: those whose owners let the first one, the platform, act for them."""

    world: World
    payee: str
    connected: set[str] = field(default_factory=set)
    codes: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        keys = self.world.secrets
        self.by_id = {
            ACCOUNT: Merchant(ACCOUNT, self.payee, keys.stripe_api_key, Endpoint("", keys.stripe_webhook_secret)),
            SECOND: Merchant(
                SECOND, "Bella Bikes", keys.stripe_second_api_key, Endpoint("", keys.stripe_second_webhook_secret)
            ),
        }

    def with_key(self, key: str) -> Merchant | None:
        """Whose API key that is."""
        found = [one for one in self.by_id.values() if secrets.compare_digest(one.key.encode(), key.encode())]
        return found[0] if found else None

    def may_act(self, merchant: Merchant, account: str) -> bool:
        """Whether an account's key works on that account: its own, or one connected to the platform."""
        return account == merchant.id or (merchant.id == ACCOUNT and account in self.connected)

    def endpoint_of(self, account: str) -> Endpoint:
        """Where events of an account go: a connected one's to the platform."""
        endpoint = self.by_id[ACCOUNT if account in self.connected else account].endpoint
        if account == ACCOUNT or account in self.connected:
            # The operator has told its own account where the program listens.
            return Endpoint(endpoint.url or f"{self.world.product_url}/webhooks/stripe", endpoint.secret)
        return endpoint

    def paste_endpoint(self, account: str, url: str, secret: str = "") -> str:
        """Somebody pastes a webhook address into the dashboard; the signing secret that it shows."""
        endpoint = self.by_id[account].endpoint
        endpoint.url, endpoint.secret = url, secret or endpoint.secret
        self.world.touched("stripe")
        return endpoint.secret

    def roll_key(self, account: str, key: str) -> None:
        """Somebody rolls the API key: the old one is worth nothing from now on."""
        self.by_id[account].key = key

    def allow(self, account: str) -> str:
        """An owner lets the platform act for their account; the code that the platform may exchange once."""
        code = "ac_" + secrets.token_hex(12)
        self.codes[code] = account, self.world.clock.now() + CODE_LIFE
        return code

    def exchange(self, code: str) -> str:
        """The account behind a code, connected from now on; "" when the code is unknown, used or too old."""
        account, until = self.codes.pop(code, ("", self.world.clock.now()))
        if until <= self.world.clock.now():
            return ""
        self.connected.add(account)
        self.world.touched("stripe")
        return account

"""PayPal, played on this machine: the account with its API, the page where a buyer approves, and its dashboard."""

from fastapi import APIRouter, Response

from sandbox.faults import Fault, Rule
from sandbox.paypal.account import Account
from sandbox.paypal.api import Api
from sandbox.paypal.dashboard import dashboard
from sandbox.paypal.errors import Refused
from sandbox.paypal.pages import pages
from sandbox.world import World


class PayPal(Account):
    """The account (see `Account` for what can be done to it) behind its addresses."""

    def __init__(self, world: World, payee: str = "Acme Concierge") -> None:
        super().__init__(world, payee)
        api = Api(self)
        self.forget_tokens = api.forget_tokens
        self.api = APIRouter()
        self.api.include_router(api.router)
        self.api.include_router(pages(self))
        self.ui = dashboard(self)

    def trouble(self, rule: Rule) -> Response:
        """PayPal's answer when it is asked too much, or is unwell."""
        response = Refused(429 if rule.fault is Fault.RATE_LIMITED else 500).response()
        if rule.fault is Fault.RATE_LIMITED:
            response.headers["Retry-After"] = str(rule.retry_after)
        return response

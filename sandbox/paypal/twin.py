"""PayPal, played on this machine: the account with its API, the page where a buyer approves, and its dashboard."""

from functools import cached_property

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

    def __init__(self, world: World, payee: str = "Bright Studio") -> None:
        super().__init__(world, payee)
        self._calls = Api(self)

    @cached_property
    def api(self) -> APIRouter:
        """The API, and the page where a buyer approves."""
        router = APIRouter()
        router.include_router(self._calls.router)
        router.include_router(pages(self))
        return router

    @cached_property
    def ui(self) -> APIRouter:
        """The dashboard."""
        return dashboard(self)

    def forget_tokens(self) -> None:
        """Every token that was given out is worth nothing any more."""
        self._calls.forget_tokens()

    def trouble(self, rule: Rule) -> Response:
        """PayPal's answer when it is asked too much, or is unwell."""
        response = Refused(429 if rule.fault is Fault.RATE_LIMITED else 500).response()
        if rule.fault is Fault.RATE_LIMITED:
            response.headers["Retry-After"] = str(rule.retry_after)
        return response

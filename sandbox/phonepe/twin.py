"""PhonePe, played on this machine: the account with its API, its pay page and its dashboard."""

from fastapi import APIRouter, Response

from sandbox.faults import Fault, Rule
from sandbox.phonepe.account import Account
from sandbox.phonepe.api import METHODS, Api
from sandbox.phonepe.dashboard import dashboard
from sandbox.phonepe.errors import Refused
from sandbox.phonepe.pages import pages
from sandbox.world import World


class PhonePe(Account):
    """The account (see `Account` for what can be done to it) behind its addresses."""

    def __init__(self, world: World, payee: str = "Acme Concierge") -> None:
        super().__init__(world, payee)
        calls = Api(self.books, lambda refund_id: world.spawn(self.carry_out(refund_id)))
        self.tokens = calls.tokens
        self.api = APIRouter()
        self.api.include_router(calls.router)
        self.api.include_router(pages(self))
        # Last, or it would stand before the pages.
        self.api.add_api_route("/{path:path}", calls.unplayed, methods=METHODS, include_in_schema=False)
        self.ui = dashboard(self)

    def trouble(self, rule: Rule) -> Response:
        """PhonePe's answer when it is asked too much, or is unwell."""
        if rule.fault is Fault.RATE_LIMITED:
            response = Refused("Too many requests", code="TOO_MANY_REQUESTS", status=429).response()
            response.headers["Retry-After"] = str(rule.retry_after)
            return response
        told = "There is an error trying to process your transaction at the moment. Please try again in a while."
        return Refused(told, code="INTERNAL_SERVER_ERROR", status=500).response()

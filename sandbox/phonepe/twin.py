"""PhonePe, played on this machine: the account with its API, its pay page and its dashboard."""

from functools import cached_property

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

    def __init__(self, world: World, payee: str = "Bright Studio") -> None:
        super().__init__(world, payee)
        self._calls = Api(self.books, lambda refund_id: world.spawn(self.carry_out(refund_id)))
        self.tokens = self._calls.tokens

    @cached_property
    def api(self) -> APIRouter:
        """The API and the pay page."""
        router = APIRouter()
        router.include_router(self._calls.router)
        router.include_router(pages(self))
        # Last, or it would stand before the pages.
        router.add_api_route("/{path:path}", self._calls.unplayed, methods=METHODS, include_in_schema=False)
        return router

    @cached_property
    def ui(self) -> APIRouter:
        """The dashboard."""
        return dashboard(self)

    def trouble(self, rule: Rule) -> Response:
        """PhonePe's answer when it is asked too much, or is unwell."""
        if rule.fault is Fault.RATE_LIMITED:
            response = Refused("Too many requests", code="TOO_MANY_REQUESTS", status=429).response()
            response.headers["Retry-After"] = str(rule.retry_after)
            return response
        told = "There is an error trying to process your transaction at the moment. Please try again in a while."
        return Refused(told, code="INTERNAL_SERVER_ERROR", status=500).response()

"""Razorpay, played on this machine: the account with its API, its pay page and its dashboard."""

from functools import cached_property

from fastapi import APIRouter, Response

from sandbox.faults import Fault, Rule
from sandbox.razorpay.account import Account
from sandbox.razorpay.api import Api
from sandbox.razorpay.dashboard import dashboard
from sandbox.razorpay.errors import Refused
from sandbox.razorpay.pages import pages
from sandbox.world import World


class Razorpay(Account):
    """The account (see `Account` for what can be done to it) behind its addresses."""

    def __init__(self, world: World, payee: str = "Bright Studio") -> None:
        super().__init__(world, payee)

    @cached_property
    def api(self) -> APIRouter:
        """The API and the pay page."""
        secrets = self.world.secrets
        key = (secrets.razorpay_key_id, secrets.razorpay_key_secret)
        router = APIRouter()
        router.include_router(Api(self.books, key, lambda events: self.world.spawn(self.deliver(events))).router)
        router.include_router(pages(self))
        return router

    @cached_property
    def ui(self) -> APIRouter:
        """The dashboard."""
        return dashboard(self)

    def trouble(self, rule: Rule) -> Response:
        """Razorpay's answer when it is asked too much, or is unwell."""
        if rule.fault is Fault.RATE_LIMITED:
            return Refused("Request failed. Please try after sometime.", status=429).response()
        told = "We are facing some trouble completing your request at the moment. Please try again shortly."
        return Refused(told, code="SERVER_ERROR", status=500).response()

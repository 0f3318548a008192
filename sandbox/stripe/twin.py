"""Stripe, played on this machine: the account with its API, its hosted pay page and its dashboard."""

from functools import cached_property

from fastapi import APIRouter, Response

from sandbox.faults import Fault, Rule
from sandbox.stripe.account import Account
from sandbox.stripe.api import Api
from sandbox.stripe.books import Events
from sandbox.stripe.dashboard import dashboard
from sandbox.stripe.embedded import frames
from sandbox.stripe.errors import Refused
from sandbox.stripe.oauth import oauth
from sandbox.stripe.pages import pages
from sandbox.world import World


class Stripe(Account):
    """The account (see `Account` for what can be done to it) behind its addresses."""

    def __init__(self, world: World, payee: str = "Bright Studio") -> None:
        super().__init__(world, payee)

    @cached_property
    def api(self) -> APIRouter:
        """The API and the hosted pay page."""
        router = APIRouter()
        router.include_router(Api(self.books, self.merchants, self.happened).router)
        router.include_router(pages(self))
        router.include_router(frames(self))
        router.include_router(oauth(self))
        return router

    def happened(self, events: Events) -> None:
        """Tell the program in the background: whoever called has their answer first."""
        self.world.spawn(self.deliver(events))

    @cached_property
    def ui(self) -> APIRouter:
        """The dashboard."""
        return dashboard(self)

    def trouble(self, rule: Rule) -> Response:
        """Stripe's answer when it is asked too much, or is unwell."""
        if rule.fault is Fault.RATE_LIMITED:
            told = "Request rate limit exceeded. You can learn more about rate limits here: https://docs.stripe.com/rate-limits."
            response = Refused(told, code="rate_limit", status=429).response()
            response.headers["Retry-After"] = str(rule.retry_after)
            return response
        told = "An unknown error occurred; the sandbox was asked for one."
        return Refused(told, kind="api_error", status=500).response()

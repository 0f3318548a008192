"""What every stand-in for a vendor offers to the sandbox's application."""

from typing import Protocol

from fastapi import APIRouter, Response

from sandbox.faults import Rule


class Twin(Protocol):
    """A vendor played on this machine. Its state lives in the object, its answers follow the vendor's documents."""

    name: str
    """The word used in addresses, the wire log and fault rules: telegram, slack, stripe, jitsi."""

    @property
    def api(self) -> APIRouter:
        """The vendor's own API, served below `/{name}`."""
        ...

    @property
    def ui(self) -> APIRouter:
        """What the sandbox's page calls to see and to act as the people, served below `/ui/{name}`."""
        ...

    def trouble(self, rule: Rule) -> Response:
        """The vendor's own answer for a rate limit or a server error."""

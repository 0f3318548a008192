"""Razorpay's refusals, in Razorpay's words and Razorpay's JSON."""

from typing import Any

from sandbox.gateways import GatewayRefused


class Refused(GatewayRefused):
    """A call that Razorpay answers with an error."""

    def __init__(
        self, description: str, *, code: str = "BAD_REQUEST_ERROR", status: int = 400, field: str = ""
    ) -> None:
        super().__init__(description)
        self.status = status
        told: dict[str, Any] = {"code": code, "description": description, "source": "NA", "step": "NA", "reason": "NA"}
        self.body = {"error": told | {"metadata": {}} | ({"field": field} if field else {})}


def not_found() -> Refused:
    """Nothing of that kind has this id."""
    return Refused("The id provided does not exist")


def unknown_address() -> Refused:
    """No such path, or not with this method: a 400 at Razorpay."""
    return Refused("The requested URL was not found on the server.")

"""Stripe's refusals, in Stripe's words and Stripe's JSON."""

from typing import Any

from sandbox.gateways import GatewayRefused

DOCS = "https://docs.stripe.com/error-codes"


class Refused(GatewayRefused):
    """A call that Stripe answers with an error. `stored` says whether an idempotency key remembers it."""

    def __init__(self, message: str, *, code: str = "", param: str = "", status: int = 400,
                 kind: str = "invalid_request_error", stored: bool = False, **more: object) -> None:  # fmt: skip
        super().__init__(message)
        self.status = status
        self.stored = stored
        self.body = {"error": _present(code, param) | {"message": message, "type": kind} | more}


def _present(code: str, param: str) -> dict[str, Any]:
    told: dict[str, Any] = {"code": code, "doc_url": f"{DOCS}/{code.replace('_', '-')}"} if code else {}
    return told | ({"param": param} if param else {})


def missing(param: str) -> Refused:
    """A required parameter was left out."""
    return Refused(f"Missing required param: {param}.", code="parameter_missing", param=param)


def unknown(param: str) -> Refused:
    """A parameter that Stripe has never heard of."""
    return Refused(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def not_found(kind: str, identifier: str, param: str) -> Refused:
    """No object of that kind has this id: 404 when it stands in the address, 400 in a parameter."""
    status = 404 if param in ("id", "session", "intent", "charge_id") else 400
    return Refused(f"No such {kind}: '{identifier}'", code="resource_missing", param=param, status=status)

"""PayPal's refusals, in PayPal's words and PayPal's JSON."""

import secrets
from typing import Any

from fastapi.responses import JSONResponse

from sandbox.gateways import GatewayRefused

NAMES = {
    400: ("INVALID_REQUEST", "Request is not well-formed, syntactically incorrect, or violates schema."),
    401: ("AUTHENTICATION_FAILURE", "Authentication failed due to invalid authentication credentials."),
    403: ("NOT_AUTHORIZED", "Authorization failed due to insufficient permissions."),
    404: ("RESOURCE_NOT_FOUND", "The specified resource does not exist."),
    415: ("UNSUPPORTED_MEDIA_TYPE", "The server does not support the request payload's media type."),
    422: (
        "UNPROCESSABLE_ENTITY",
        "The requested action could not be performed, semantically incorrect, or failed business validation.",
    ),
    429: ("RATE_LIMIT_REACHED", "Too many requests. Blocked due to rate limiting."),
    500: ("INTERNAL_SERVER_ERROR", "An internal server error has occurred."),
    501: ("NOT_IMPLEMENTED", "The sandbox does not play this."),
}


class Refused(GatewayRefused):
    """A call that PayPal answers with an error. `stored` says whether a request id remembers it."""

    def __init__(self, status: int, issue: str = "", told: str = "", *, field: str = "", stored: bool = False) -> None:
        super().__init__(f"{status} {issue}: {told}")
        self.status, self.issue, self.stored = status, issue, stored
        name, message = NAMES[status]
        self.body: dict[str, Any] = {"name": name, "message": message, "debug_id": secrets.token_hex(7)}
        if issue:
            place = {"field": field, "location": "body"} if field else {}
            self.body["details"] = [{**place, "issue": issue, "description": told}]
        link = f"https://developer.paypal.com/api/rest/reference/orders/v2/errors/#{issue or name}"
        self.body["links"] = [{"href": link, "rel": "information_link", "method": "GET"}]

    def response(self) -> JSONResponse:
        """The HTTP answer."""
        return JSONResponse(self.body, self.status, headers={"Paypal-Debug-Id": self.body["debug_id"]})


class Unauthorized(Refused):
    """The identity service speaks OAuth's own form of an error."""

    def __init__(self, error: str, told: str, status: int = 401) -> None:
        super().__init__(401)
        self.status, self.body = status, {"error": error, "error_description": told}
        self.body["debug_id"] = secrets.token_hex(7)


def not_found(
    told: str = "Specified resource ID does not exist. Please check the resource ID and try again.",
) -> Refused:
    """No object has this id."""
    return Refused(404, "INVALID_RESOURCE_ID", told)

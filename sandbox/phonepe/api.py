"""PhonePe's HTTP API: tokens, Standard Checkout version 2, refunds."""

import json
import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, Response

from sandbox.phonepe.books import Books, Json, status
from sandbox.phonepe.errors import Refused, no_order
from sandbox.phonepe.params import check_code, check_order, check_refund

TOKEN_LASTS = 3600
"""Seconds."""
Field = Annotated[str, Form()]
METHODS = ["GET", "POST", "DELETE", "PUT", "PATCH"]


class Api:
    """The vendor's paths below the twin's address. `refunded` is called with the id of each new refund."""

    def __init__(self, books: Books, refunded: Callable[[str], None]) -> None:
        self.books, self.refunded = books, refunded
        self.tokens: dict[str, int] = {}
        self.router = APIRouter()
        self.router.add_api_route("/v1/oauth/token", self._token, methods=["POST"])
        calls: dict[str, Callable[[Request, Json], Json]] = {
            "POST /checkout/v2/pay": self._pay,
            "GET /checkout/v2/order/{merchant_order_id}/status": self._order,
            "POST /payments/v2/pay": self._pay_by_code,
            "GET /payments/v2/order/{merchant_order_id}/status": self._order_of_code,
            "POST /payments/v2/refund": self._refund,
            "GET /payments/v2/refund/{merchant_refund_id}/status": self._refund_status,
        }
        for line, call in calls.items():
            method, path = line.split(" ")
            self.router.add_api_route(path, self._endpoint(call), methods=[method])

    async def unplayed(self, path: str) -> Response:
        """What stands at none of the addresses."""
        return Refused("Api Mapping Not Found", code="404", status=404).response()

    async def _token(
        self, client_id: Field = "", client_secret: Field = "", client_version: Field = "", grant_type: Field = ""
    ) -> Response:
        known = self.books.world.secrets
        given = f"{client_id}\n{client_version}\n{client_secret}\n{grant_type}".encode()
        expected = "\n".join(
            (known.phonepe_client_id, known.phonepe_client_version, known.phonepe_client_secret, "client_credentials")
        )
        if not secrets.compare_digest(given, expected.encode()):
            told = "Bad Request: Invalid Client, trackingId: sandbox"
            context = {"error_description": "Client authentication failure"}
            return Refused(told, code="INVALID_CLIENT", errorCode="OIM000", context=context).response()
        now, token = self.books.now // 1000, secrets.token_urlsafe(32)
        self.tokens[token] = now + TOKEN_LASTS
        return JSONResponse({
            "access_token": token, "encrypted_access_token": token, "expires_in": None, "issued_at": now,
            "expires_at": now + TOKEN_LASTS, "session_expires_at": now + TOKEN_LASTS, "token_type": "O-Bearer",
        })  # fmt: skip

    def _endpoint(self, call: Callable[[Request, Json], Json]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                self._admit(request)
                return JSONResponse(call(request, _form(await request.body())))
            except Refused as refused:
                return refused.response()

        return endpoint

    def _admit(self, request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "O-Bearer" or self.tokens.get(token, 0) <= self.books.now // 1000:
            raise Refused("Unauthorized", code="AUTHORIZATION_FAILED", status=401)

    def _pay(self, request: Request, form: Json) -> Json:
        check_order(form)
        order = self.books.open(form)
        self.books.world.touched("phonepe")
        page = f"{self.books.world.public_url}/phonepe/pay/{order.token}"
        return {"orderId": order.order_id, "state": order.state, "expireAt": order.expire_at, "redirectUrl": page}

    def _pay_by_code(self, request: Request, form: Json) -> Json:
        check_code(form)
        order = self.books.open(form)
        self.books.world.touched("phonepe")
        told = {"orderId": order.order_id, "state": order.state, "expireAt": order.expire_at}
        return told | {"intentUrl": order.link, "qrData": ""}

    def _order(self, request: Request, form: Json) -> Json:
        return self._status(request, by_code=False)

    def _order_of_code(self, request: Request, form: Json) -> Json:
        return self._status(request, by_code=True)

    def _status(self, request: Request, *, by_code: bool) -> Json:
        asked = request.query_params
        order = self.books.order(request.path_params["merchant_order_id"])
        if order.by_code is not by_code:
            raise no_order(order.merchant_order_id)
        return status(order, details=asked.get("details") == "true", context=asked.get("errorContext") == "true")

    def _refund(self, request: Request, form: Json) -> Json:
        check_refund(form)
        refund = self.books.give_back(form)
        answer = {name: refund[name] for name in ("refundId", "amount", "state")}
        self.refunded(refund["merchantRefundId"])
        return answer

    def _refund_status(self, request: Request, form: Json) -> Json:
        refund = self.books.refund(request.path_params["merchant_refund_id"])
        return {name: value for name, value in refund.items() if name != "merchantRefundId"}


def _form(body: bytes) -> Json:
    try:
        form: Any = json.loads(body or b"{}")
    except ValueError:
        form = None
    if not isinstance(form, dict):
        raise Refused("The request body is not a JSON object")
    return form

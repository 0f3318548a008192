"""PayPal's REST API: tokens, idempotency, and the routes."""

import base64
import binascii
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from sandbox.paypal.account import KINDS, Account
from sandbox.paypal.certificate import NAME, certificate
from sandbox.paypal.errors import Refused, Unauthorized, not_found
from sandbox.paypal.objects import Json, fresh
from sandbox.paypal.params import check_order, check_refund

Call = Callable[[Json, dict[str, str]], tuple[int, Json]]
METHODS = ["GET", "POST", "DELETE", "PUT", "PATCH"]
GOOD_FOR = timedelta(hours=9)
REMEMBERED = timedelta(hours=6)
"""How long a PayPal-Request-Id is known."""
BRIEF = ("id", "status", "links")


@dataclass(frozen=True)
class Remembered:
    """What was done for a request id, and when."""

    at: datetime
    status: int
    body: Json


class Api:
    """The routes below PayPal's API host."""

    def __init__(self, account: Account) -> None:
        self.account, self.books, self.world = account, account.books, account.world
        self.tokens: dict[str, datetime] = {}
        self.answers: dict[tuple[str, str], Remembered] = {}
        self.router = APIRouter()
        table: dict[str, Call] = {
            "POST /v2/checkout/orders": self._open,
            "GET /v2/checkout/orders/{id}": lambda asked, path: (200, self.books.order(path["id"])),
            "POST /v2/checkout/orders/{id}/capture": self._capture,
            "GET /v2/payments/captures/{id}": self._one(self.books.captures),
            "POST /v2/payments/captures/{id}/refund": self._refund,
            "GET /v2/payments/refunds/{id}": self._one(self.books.refunds),
            "GET /v1/customer/disputes/{id}": self._one(self.books.disputes),
            "GET /v1/notifications/webhooks/{id}": self._webhook,
            "POST /v1/notifications/verify-webhook-signature": self._verify,
        }
        self.router.add_api_route("/v1/oauth2/token", self._grant, methods=["POST"])
        self.router.add_api_route("/v1/notifications/certs/{name}", self._certificate, methods=["GET"])
        self.router.add_api_route("/v1/customer/disputes", self._listed, methods=["GET"])
        for line, call in table.items():
            method, path = line.split(" ")
            self.router.add_api_route(path, self._endpoint(call), methods=[method])
        for version in ("/v1", "/v2"):
            self.router.add_api_route(version + "/{path:path}", self._unplayed, methods=METHODS)

    def forget_tokens(self) -> None:
        """Every access token is worth nothing from now on."""
        self.tokens.clear()

    def _endpoint(self, call: Call) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            raw = await request.body()
            try:
                self._admit(request)
                status, body = self._once(request, lambda: call(_json(request, raw), request.path_params))
            except Refused as refused:
                return refused.response()
            full = request.method == "GET" or request.headers.get("prefer") == "return=representation"
            brief = request.url.path.endswith(("/orders", "/capture", "/refund")) and not full
            told = {name: body[name] for name in BRIEF if name in body} if brief else body
            return JSONResponse(told, status, headers={"Paypal-Debug-Id": secrets.token_hex(7)})

        return endpoint

    def _admit(self, request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Refused(401)
        if self.tokens.get(token, self.world.clock.now()) <= self.world.clock.now():
            raise Unauthorized("invalid_token", "Token signature verification failed")

    def _once(self, request: Request, act: Callable[[], tuple[int, Json]]) -> tuple[int, Json]:
        """Do it, or answer with what was done before for this request id: the object as it is now, with a 200."""
        key = (request.url.path, request.headers.get("paypal-request-id", ""))
        known, now = self.answers.get(key), self.world.clock.now()
        if key[1] and known is not None and now - known.at < REMEMBERED:
            if known.status == 422:
                raise Refused(422, *_told(known.body), stored=True)
            return 200, known.body
        if len(key[1]) > 108:
            raise Refused(400, "INVALID_STRING_LENGTH", "PayPal-Request-Id is too long.")
        try:
            status, body = act()
        except Refused as refused:
            if refused.stored and key[1]:
                self.answers[key] = Remembered(now, 422, refused.body)
            raise
        if key[1]:
            self.answers[key] = Remembered(now, status, body)
        return status, body

    async def _grant(self, request: Request) -> Response:
        form = parse_qs((await request.body()).decode(errors="replace"))
        try:
            if not self._knows(request.headers.get("authorization", "")):
                raise Unauthorized("invalid_client", "Client Authentication failed")
            if form.get("grant_type") != ["client_credentials"]:
                raise Unauthorized("unsupported_grant_type", "Grant Type is NULL", 400)
        except Refused as refused:
            return refused.response()
        token = "A21AA" + secrets.token_urlsafe(48)
        self.tokens[token] = self.world.clock.now() + GOOD_FOR
        told = {"scope": "https://uri.paypal.com/services/payments/payment", "access_token": token, "nonce": fresh()}
        more = {"token_type": "Bearer", "app_id": "APP-80W284485P519543T", "expires_in": int(GOOD_FOR.total_seconds())}
        return JSONResponse(told | more)

    def _knows(self, header: str) -> bool:
        kept = self.world.secrets
        try:
            given = base64.b64decode(header.removeprefix("Basic "), validate=True)
        except (binascii.Error, ValueError):
            return False
        return secrets.compare_digest(given, f"{kept.paypal_client_id}:{kept.paypal_client_secret}".encode())

    async def _certificate(self, name: str) -> Response:
        if name != NAME:
            return not_found().response()
        return Response(certificate(), media_type="application/x-x509-ca-cert")

    async def _listed(self, request: Request) -> Response:
        try:
            self._admit(request)
        except Refused as refused:
            return refused.response()
        about = request.query_params.get("disputed_transaction_id")
        found = [each for each in self.books.disputes.values() if about in (None, *_disputed(each))]
        # The list is a summary: how a dispute ended stands in its details.
        left_out = ("dispute_outcome", "messages", "disputed_transactions")
        items = [{name: value for name, value in each.items() if name not in left_out} for each in found]
        return JSONResponse({"items": items, "links": []})

    def _open(self, asked: Json, path: dict[str, str]) -> tuple[int, Json]:
        check_order(asked)
        made = self.books.open(asked)
        self.world.touched("paypal")
        return 200 if made["status"] == "PAYER_ACTION_REQUIRED" else 201, made

    def _capture(self, asked: Json, path: dict[str, str]) -> tuple[int, Json]:
        order, events = self.books.capture(path["id"])
        self.world.spawn(self.account.deliver(events))
        return 201, order

    def _refund(self, asked: Json, path: dict[str, str]) -> tuple[int, Json]:
        check_refund(asked)
        refund, events = self.books.refund(path["id"], asked)
        self.world.spawn(self.account.deliver(events))
        return 201, refund

    def _webhook(self, asked: Json, path: dict[str, str]) -> tuple[int, Json]:
        if path["id"] != self.world.secrets.paypal_webhook_id:
            raise not_found()
        kinds = [{"name": kind, "status": "ENABLED"} for kind in KINDS]
        return 200, {"id": path["id"], "url": f"{self.world.product_url}/webhooks/paypal", "event_types": kinds}

    def _verify(self, asked: Json, path: dict[str, str]) -> tuple[int, Json]:
        event = asked.pop("webhook_event", None)
        good = self.account.sent.get(str(asked.get("transmission_id"))) == (asked, event)
        return 200, {"verification_status": "SUCCESS" if good else "FAILURE"}

    def _one(self, shelf: dict[str, Json]) -> Call:
        return lambda asked, path: (200, self.books.find(shelf, path["id"]))

    async def _unplayed(self, request: Request) -> Response:
        told = f"The sandbox does not play {request.method} {request.url.path.removeprefix('/paypal')}."
        return Refused(501, "NOT_IMPLEMENTED", told).response()


def _json(request: Request, raw: bytes) -> Json:
    if request.method != "POST":
        return {}
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Refused(415)
    try:
        told = json.loads(raw or b"{}")
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise Refused(400, "MALFORMED_REQUEST_JSON", "The request JSON is not well formed.")
    paying = request.url.path.endswith("/orders") and "payment_source" in told
    if paying and "paypal-request-id" not in request.headers:
        raise Refused(400, "PAYPAL_REQUEST_ID_REQUIRED", "A PayPal-Request-Id is required to process a payment.")
    return told


def _disputed(dispute: Json) -> list[str]:
    return [each["seller_transaction_id"] for each in dispute["disputed_transactions"]]


def _told(body: Json) -> tuple[str, str]:
    detail = body["details"][0]
    return detail["issue"], detail["description"]

"""Razorpay's HTTP API, version 1: keys, JSON, idempotent refunds, and the routes."""

import base64
import binascii
import json
import re
import secrets
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from sandbox.razorpay.books import Books, Events, public
from sandbox.razorpay.entities import collection
from sandbox.razorpay.errors import Refused, unknown_address
from sandbox.razorpay.rules import Json, check_code, check_edit, check_link, check_refund

Call = Callable[[Json, dict[str, str]], Json]
METHODS = ["GET", "POST", "DELETE", "PUT", "PATCH"]
KEY = re.compile(r"[A-Za-z0-9_-]{10,}")
PAGE = ("count", "skip", "from", "to")


class Api:
    """The routes below `/v1`. `happened` is called with the events of each change."""

    def __init__(self, books: Books, key: tuple[str, str], happened: Callable[[Events], None]) -> None:
        self.books, self.key, self.happened = books, key, happened
        self.refunded: dict[str, tuple[str, Json]] = {}
        self.router = APIRouter(prefix="/v1")
        table: dict[str, Call] = {
            "POST /payment_links": self._open,
            "GET /payment_links": self._links,
            "GET /payment_links/{id}": self._one("links"),
            "PATCH /payment_links/{id}": self._edit,
            "POST /payment_links/{id}/cancel": self._cancel,
            "POST /payments/qr_codes": self._open_code,
            "GET /payments/qr_codes": self._listed("codes"),
            "GET /payments/qr_codes/{id}": self._one("codes"),
            "GET /payments/qr_codes/{id}/payments": self._scanned,
            "POST /payments/qr_codes/{id}/close": self._close_code,
            "GET /payments": self._listed("payments"),
            "GET /payments/{id}": self._one("payments"),
            "GET /payments/{id}/refunds": self._refunds,
            "GET /refunds": self._listed("refunds"),
            "GET /refunds/{id}": self._one("refunds"),
            "GET /disputes": self._listed("disputes"),
            "GET /disputes/{id}": self._one("disputes"),
        }
        for line, call in table.items():
            method, path = line.split(" ")
            self.router.add_api_route(path, self._endpoint(call), methods=[method])
        self.router.add_api_route("/payments/{id}/refund", self._refund, methods=["POST"])
        self.router.add_api_route("/{path:path}", self._unplayed, methods=METHODS)

    def _endpoint(self, call: Call) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            try:
                self._admit(request)
                return JSONResponse(call(await _form(request), request.path_params))
            except Refused as refused:
                return refused.response()

        return endpoint

    def _admit(self, request: Request) -> None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        try:
            known = base64.b64decode(given, validate=True) if scheme.lower() == "basic" else b""
        except binascii.Error:
            known = b""
        if not secrets.compare_digest(known, ":".join(self.key).encode()):
            raise Refused("Authentication failed", status=401)

    def _open(self, form: Json, path: dict[str, str]) -> Json:
        check_link(form, self.books.world.clock.now())
        return public(self.books.open(form))

    def _links(self, form: Json, path: dict[str, str]) -> Json:
        """All links, newest first; those of one `reference_id` or `payment_id` when named."""
        found = list(reversed(self.books.links.values()))
        if "reference_id" in form:
            found = [link for link in found if link["reference_id"] == form["reference_id"]]
        if "payment_id" in form:
            found = [a for a in found if any(p["payment_id"] == form["payment_id"] for p in a["payments"] or ())]
        return {"payment_links": [public(link) for link in page(found, form)]}

    def _edit(self, form: Json, path: dict[str, str]) -> Json:
        check_edit(form, self.books.world.clock.now())
        return public(self.books.edit(path["id"], form))

    def _cancel(self, form: Json, path: dict[str, str]) -> Json:
        self.happened(self.books.cancel(path["id"]))
        return public(self.books.links[path["id"]])

    def _open_code(self, form: Json, path: dict[str, str]) -> Json:
        check_code(form, self.books.world.clock.now())
        return public(self.books.open_code(form))

    def _scanned(self, form: Json, path: dict[str, str]) -> Json:
        code = self.books.find("codes", path["id"])
        found = [payment for payment in self.books.payments.values() if payment.get("code") == code["id"]]
        return collection([public(payment) for payment in page(found[::-1], form)])

    def _close_code(self, form: Json, path: dict[str, str]) -> Json:
        self.happened(self.books.close_code(path["id"]))
        return public(self.books.codes[path["id"]])

    def _refunds(self, form: Json, path: dict[str, str]) -> Json:
        payment = self.books.find("payments", path["id"])
        found = [refund for refund in self.books.refunds.values() if refund["payment_id"] == payment["id"]]
        return collection([public(refund) for refund in page(found[::-1], form)])

    async def _refund(self, request: Request) -> Response:
        """A refund, once for each `X-Refund-Idempotency`."""
        try:
            self._admit(request)
            form, key = await _form(request), request.headers.get("x-refund-idempotency")
            if key is not None and not KEY.fullmatch(key):
                raise Refused("The idempotency key must be at least 10 characters: letters, digits, - and _ only.")
            return JSONResponse(self._refund_once(request.path_params["id"], form, key))
        except Refused as refused:
            return refused.response()

    def _refund_once(self, payment_id: str, form: Json, key: str | None) -> Json:
        asked = f"{payment_id} {json.dumps(form, sort_keys=True)}"
        if key in self.refunded:
            known, answer = self.refunded[key]
            if known != asked:
                raise Refused("Different request with the same idempotency key has already been processed.")
            return answer
        check_refund(form)
        refund, events = self.books.refund(payment_id, form)
        self.happened(events)
        if key is not None:
            self.refunded[key] = (asked, public(refund))
        return public(refund)

    def _one(self, shelf: str) -> Call:
        return lambda form, path: public(self.books.find(shelf, path["id"]))

    def _listed(self, shelf: str) -> Call:
        def call(form: Json, path: dict[str, str]) -> Json:
            found = list(reversed(getattr(self.books, shelf).values()))
            return collection([public(thing) for thing in page(found, form)])

        return call

    async def _unplayed(self, request: Request) -> Response:
        return unknown_address().response()


def page(things: list[Json], form: Json) -> list[Json]:
    """The part of a list that was asked for: `from` and `to` (Unix seconds), `skip`, `count` (10, at most 100)."""
    asked = {name: _whole(form[name], name) for name in PAGE if name in form}
    if not 1 <= (count := asked.get("count", 10)) <= 100:
        raise Refused("The count must be between 1 and 100.", field="count")
    since, until = asked.get("from", 0), asked.get("to", 2**40)
    found = [thing for thing in things if since <= thing["created_at"] <= until]
    return found[asked.get("skip", 0) :][:count]


def _whole(value: str, name: str) -> int:
    if not re.fullmatch(r"\d{1,12}", value):
        raise Refused(f"The {name} must be an integer.", field=name)
    return int(value)


async def _form(request: Request) -> Json:
    """The query of a GET, the JSON of anything else."""
    if request.method == "GET":
        return dict(request.query_params)
    raw = await request.body()
    try:
        form = json.loads(raw) if raw else {}
    except ValueError:
        form = None
    if not isinstance(form, dict):
        raise Refused("Please provide valid JSON in the request body.")
    return form

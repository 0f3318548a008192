"""Stripe's HTTP API, version 1: keys, forms, idempotency, and the routes."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

import sandbox.stripe.objects as objects
import sandbox.stripe.params as params
from sandbox.stripe.books import NOBODY, Books, Events, newest_first
from sandbox.stripe.errors import Refused
from sandbox.stripe.expand import expanded
from sandbox.stripe.forms import Json, nest, read
from sandbox.stripe.merchants import Merchants

Call = Callable[[Json, dict[str, str]], Json]
METHODS = ["GET", "POST", "DELETE", "PUT", "PATCH"]


@dataclass(frozen=True)
class Remembered:
    """What was answered to an idempotency key, and to which request."""

    request: str
    status: int
    body: Json
    request_id: str


class Api:
    """The routes below `/v1`. `happened` is called with the events of each change."""

    def __init__(self, books: Books, merchants: Merchants, happened: Callable[[Events], None]) -> None:
        self.books, self.merchants, self.happened = books, merchants, happened
        self.answers: dict[str, Remembered] = {}
        self.router = APIRouter(prefix="/v1")
        table: dict[str, tuple[Call, Json]] = {
            "POST /checkout/sessions": (self._open, params.SESSION),
            "GET /checkout/sessions": (self._listed("sessions", "/v1/checkout/sessions"), params.SESSIONS),
            "GET /checkout/sessions/{session}": (self._one("sessions", "session"), params.EXPANDED),
            "POST /checkout/sessions/{session}/expire": (self._expire, params.EXPANDED),
            "GET /checkout/sessions/{session}/line_items": (self._lines, params.PAGED),
            "GET /payment_intents/{intent}": (self._one("intents", "intent"), params.EXPANDED),
            "GET /charges/{charge_id}": (self._one("charges", "charge_id"), params.EXPANDED),
            "POST /refunds": (self._refund, params.REFUND),
            "GET /refunds": (self._listed("refunds", "/v1/refunds"), params.REFUNDS),
            "GET /refunds/{id}": (self._one("refunds", "id"), params.EXPANDED),
            "GET /disputes": (self._listed("disputes", "/v1/disputes"), params.REFUNDS),
            "GET /disputes/{id}": (self._one("disputes", "id"), params.EXPANDED),
            "GET /events": (self._listed("events", "/v1/events"), params.EVENTS),
            "GET /events/{id}": (self._one("events", "id"), params.EXPANDED),
            "GET /balance_transactions/{id}": (self._booked, params.EXPANDED),
            "GET /balance": (self._balance, params.EXPANDED),
            "GET /account": (lambda form, path: self._shown(self.books.acting), params.EXPANDED),
            "GET /accounts/{id}": (self._account, params.EXPANDED),
        }
        for line, (call, shape) in table.items():
            method, path = line.split(" ")
            self.router.add_api_route(path, self._endpoint(call, shape), methods=[method])
        self.router.add_api_route("/{path:path}", self._unplayed, methods=METHODS)

    def _endpoint(self, call: Call, shape: Json) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            raw = (await request.body()).decode(errors="replace") if request.method == "POST" else request.url.query
            request_id = "req_" + secrets.token_hex(7)
            try:
                self.books.acting = self._admit(request)
                return self._answer(request, raw, request_id, lambda form: call(read(form, shape), request.path_params))
            except Refused as refused:
                response = refused.response()
            finally:
                self.books.acting = ""
            return _signed(response, request, request_id)

        return endpoint

    def _admit(self, request: Request) -> str:
        """The account that a call acts for."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            told = "You did not provide an API key. You need to provide your API key in the Authorization header, using"
            raise Refused(f"{told} Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').", status=401)
        merchant = self.merchants.with_key(key)
        if merchant is None:
            masked = key[:8] + "*" * max(len(key) - 12, 4) + key[-4:] if len(key) > 12 else "*" * len(key)
            raise Refused(f"Invalid API Key provided: {masked}", status=401)
        account = request.headers.get("stripe-account", merchant.id)
        if not self.merchants.may_act(merchant, account):
            told = f"The provided key does not have access to account '{account}' (or that account does not exist)."
            raise Refused(told, code="account_invalid", status=403)
        return account

    def _answer(self, request: Request, raw: str, request_id: str, act: Callable[[Json], Json]) -> Response:
        key = request.headers.get("idempotency-key") if request.method == "POST" else None
        if key is None:
            return _signed(JSONResponse(act(nest(raw))), request, request_id)
        if len(key) > 255:
            raise Refused("Idempotency-Key must be at most 255 characters.", status=400)
        asked = hashlib.sha256(f"{request.url.path}\n{raw}".encode()).hexdigest()
        if (known := self.answers.get(key)) is not None:
            return _replay(known, asked, key, request)
        try:
            self.books.request = {"id": request_id, "idempotency_key": key}
            status, body = 200, act(nest(raw))
        except Refused as refused:
            # Nothing is kept when the parameters were not even valid. https://docs.stripe.com/api/idempotent_requests
            if not refused.stored:
                raise
            status, body = refused.status, refused.body
        finally:
            self.books.request = NOBODY
        self.answers[key] = Remembered(asked, status, body, request_id)
        return _signed(JSONResponse(body, status), request, request_id)

    def _open(self, form: Json, path: dict[str, str]) -> Json:
        params.check_session(form, self.books.world.clock.now())
        session = self.books.open(form)
        self.books.world.touched("stripe")
        return expanded(self.books, session, form.get("expand", []))

    def _expire(self, form: Json, path: dict[str, str]) -> Json:
        self.happened(self.books.expire(path["session"]))
        return expanded(self.books, self.books.sessions[path["session"]], form.get("expand", []))

    def _refund(self, form: Json, path: dict[str, str]) -> Json:
        refund, events = self.books.refund(form)
        self.happened(events)
        return expanded(self.books, refund, form.get("expand", []))

    def _lines(self, form: Json, path: dict[str, str]) -> Json:
        session = self.books.find("sessions", path["session"], "session")
        url = f"/v1/checkout/sessions/{session['id']}/line_items"
        return page(self.books.lines[session["id"]], form, url)

    def _balance(self, form: Json, path: dict[str, str]) -> Json:
        held: dict[str, int] = {}
        for charge in filter(self._is_mine, self.books.charges.values()):
            held[charge["currency"]] = (
                held.get(charge["currency"], 0) + charge["amount_captured"] - charge["amount_refunded"]
            )
        pending = [
            {"amount": amount, "currency": code, "source_types": {"card": amount}} for code, amount in held.items()
        ]
        available = [{"amount": 0, "currency": "usd", "source_types": {"card": 0}}]
        return {"object": "balance", "available": available, "livemode": False, "pending": pending}

    def _booked(self, form: Json, path: dict[str, str]) -> Json:
        mine = [charge for charge in self.books.charges.values() if self._is_mine(charge)]
        found = next((charge for charge in mine if charge["balance_transaction"] == path["id"]), None)
        if found is None:
            raise Refused("No such balance transaction", code="resource_missing", param="id", status=404)
        return objects.booked(found)

    def _account(self, form: Json, path: dict[str, str]) -> Json:
        if path["id"] != self.books.acting:
            raise Refused(f"No such account: '{path['id']}'", code="resource_missing", param="account", status=404)
        return self._shown(path["id"])

    def _shown(self, account: str) -> Json:
        return objects.account(self.merchants.by_id[account].name, account)

    def _is_mine(self, thing: Json) -> bool:
        return self.books.owner_of(thing["id"]) == self.books.acting

    def _one(self, shelf: str, param: str) -> Call:
        def call(form: Json, path: dict[str, str]) -> Json:
            return expanded(self.books, self.books.find(shelf, path[param], param), form.get("expand", []))

        return call

    def _listed(self, shelf: str, url: str) -> Call:
        def call(form: Json, path: dict[str, str]) -> Json:
            mine = [one for one in newest_first(getattr(self.books, shelf)) if self._is_mine(one)]
            found = page(mine, form, url)
            return expanded(self.books, found, form.get("expand", []))

        return call

    async def _unplayed(self, request: Request) -> Response:
        told = f"The sandbox does not play {request.method} {request.url.path.removeprefix('/stripe')}."
        return Refused(told, status=501, kind="api_error").response()


def page(things: list[Json], form: Json, url: str) -> Json:
    """The part of a list that was asked for: filters, `starting_after`, `ending_before`, `limit`."""
    limit = form.get("limit", 10)
    if not 1 <= limit <= 100:
        raise Refused(
            "Invalid integer: limit must be between 1 and 100", code="parameter_invalid_integer", param="limit"
        )
    found = [thing for thing in things if _wanted(thing, form)]
    ids = [thing["id"] for thing in found]
    if (after := form.get("starting_after")) in ids:
        found = found[ids.index(after) + 1 :]
    if (before := form.get("ending_before")) in ids:
        found = found[: ids.index(before)][-limit:]
    return objects.listing(url, found[:limit], more=len(found) > limit)


def _funds(amount: int, currency: str) -> Json:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}


BOUNDS: dict[str, Callable[[int, int], bool]] = {
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
}


def _wanted(thing: Json, form: Json) -> bool:
    created = form.get("created", {})
    bounds = created if isinstance(created, dict) else {"gte": created, "lte": created}
    kinds = form.get("types") or ([form["type"]] if "type" in form else [])
    exact = [name for name in ("payment_intent", "charge", "status", "customer", "payment_link") if name in form]
    return (
        all(BOUNDS[name](thing["created"], int(bound)) for name, bound in bounds.items())
        and all(thing.get(name) == form[name] for name in exact)
        and (not kinds or any(_matches(thing["type"], kind) for kind in kinds))
    )


def _matches(kind: str, pattern: str) -> bool:
    return kind.startswith(pattern[:-1]) if pattern.endswith("*") else kind == pattern


def _replay(known: Remembered, asked: str, key: str, request: Request) -> Response:
    if known.request != asked:
        told = "Keys for idempotent requests can only be used with the same parameters they were first used with."
        told = f"{told} Try using a key other than '{key}' if you meant to execute a different request."
        raise Refused(told, kind="idempotency_error")
    response = _signed(JSONResponse(known.body, known.status), request, known.request_id)
    response.headers.update({"Idempotent-Replayed": "true", "Original-Request": known.request_id})
    return response


def _signed(response: Response, request: Request, request_id: str) -> Response:
    response.headers["Request-Id"] = request_id
    response.headers["Stripe-Version"] = request.headers.get("stripe-version", objects.API_VERSION)
    if "idempotency-key" in request.headers:
        response.headers["Idempotency-Key"] = request.headers["idempotency-key"]
    return response

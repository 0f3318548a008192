"""The whole HTTP surface: every route states who may come in, refuses everybody else, and never stumbles."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from copy import copy
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import pytest
import schemathesis
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, APIWebSocketRoute
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.core.result import Ok

from bot.app import App, build
from bot.bodies import LIMIT
from bot.floods import WAIT, AddressLimit, household
from sandbox.world import World
from storage.schema import upgrade
from tests.budget import NIGHTLY, rounds
from tests.pages.stage import furnish
from tests.stories.stage import settings_for

T = TypeVar("T")
AnyCase = Case[Any]
ROOT = "http://127.0.0.1:9"

ANYBODY = {
    "/healthz", "/readyz", "/metrics", "/static/{version}/{name}", "/", "/privacy", "/slack/install",
}  # fmt: skip
"""Says nothing of anybody."""
SIGNED = {
    "/webhooks/{gateway}",
    "/webhooks/{gateway}/{team}",
    "/telegram",
    "/telegram/{account}",
    "/slack/events",
    "/slack/oauth_redirect",
}
"""The body's signature, a header's secret or a state of our own making says who it is."""
CODE = (
    "/room/{join_code}", "/pay/{code}", "/pretend/{ref}", "/setup/{code}", "/agree/{code}", "/buy/{code}",
)  # fmt: skip
"""A secret in the address opens one thing, here and below."""
SESSION = ("/setup",)
"""A secret code was exchanged for a cookie before."""


class Surface:
    """Bellhop's web application in this process, with a room and a request in it. Nothing outside can be reached."""

    def __init__(self, folder: Path) -> None:
        self.runner = asyncio.Runner()
        world = World(product_url=ROOT)
        world.public_url = f"{ROOT}/nobody"
        told = settings_for(world, folder, ROOT, polling=False)
        self.app: App = build(told.model_copy(update={"address_requests_per_minute": 1_000_000}))
        self.codes = self.run(self._furnish())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    async def _furnish(self) -> dict[str, str]:
        await upgrade(self.app.house.database)
        stage = await furnish(self.app.house)
        paid = await stage.request()
        return {"join_code": stage.customer_link.rpartition("/")[2], "code": paid.rpartition("/")[2]}

    async def ask(self, method: str, url: str, **more: Any) -> httpx2.Response:
        """One request, as a browser of somebody far away would send it."""
        return await self.send(httpx2.Request(method, httpx2.URL(ROOT).join(url), **more))

    async def send(self, request: httpx2.Request) -> httpx2.Response:
        """What is answered; an exception of ours comes out as it is."""
        there = httpx2.ASGITransport(self.app.web, raise_app_exceptions=True, client=("203.0.113.7", 4711))
        async with httpx2.AsyncClient(transport=there) as client:
            return await client.send(request)

    def close(self) -> None:
        self.run(self.app.house.close_gateways())
        self.run(self.app.house.database.aclose())
        self.runner.close()


@pytest.fixture(scope="module")
def surface(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surface]:
    made = Surface(tmp_path_factory.mktemp("surface"))
    yield made
    made.close()


def routes_of(app: App) -> list[APIRoute]:
    """Every route of ours, those that no schema shows too."""
    return list(_routes(app.web.routes, (APIRoute,)))


def _routes(there: Any, kinds: tuple[type, ...]) -> Iterator[Any]:
    for route in there:
        if isinstance(route, kinds):
            yield route
        elif (inner := getattr(route, "original_router", None)) is not None:
            yield from _routes(inner.routes, kinds)


def schema_of(app: App) -> dict[str, Any]:
    """The OpenAPI document of all of them: FastAPI makes it from the routes' own signatures."""
    shown = [copy(route) for route in routes_of(app)]
    for route in shown:
        route.include_in_schema = True
    return get_openapi(title="Bellhop", version="1", routes=shown)


def entry(path: str) -> str:
    """How one comes in at a path; empty when nobody has said."""
    if path in ANYBODY:
        return "anybody"
    if path in SIGNED:
        return "signed"
    if path.startswith(CODE):
        return "code"
    return "session" if path.startswith(SESSION) else ""


def test_every_route_states_who_may_come_in(surface: Surface) -> None:
    there = [*_routes(surface.app.web.routes, (APIRoute, APIWebSocketRoute))]
    assert any(isinstance(route, APIWebSocketRoute) for route in there), "sockets are doors too"
    unstated = sorted({route.path for route in there if not entry(route.path)})
    assert not unstated, "say in this file what it takes to come in there"


def test_without_its_proof_every_route_stays_shut(surface: Surface) -> None:
    """A wrong code, no signature, no session: nothing is shown, nothing is taken."""
    wrong = "x" * 32
    for route in routes_of(surface.app):
        if entry(route.path) in {"anybody", ""}:
            continue
        # The gateway is a real one, or it would be refused for its name alone.
        path = route.path.replace("{gateway}", "stripe").replace("{team}", "lotus")
        for name in route.param_convertors:
            path = path.replace(f"{{{name}}}", "1" if name in {"message_id", "index"} else wrong)
        for method in route.methods or ():
            answer = surface.run(surface.ask(method, path, content=b"{}", headers={"origin": ROOT}))
            assert answer.status_code in {400, 401, 403, 404, 405, 409, 410, 422}, (method, path, answer.status_code)


@pytest.fixture(scope="module")
def operations(surface: Surface) -> list[st.SearchStrategy[AnyCase]]:
    schema = schemathesis.openapi.from_dict(schema_of(surface.app))
    return [found.ok().as_strategy() for found in schema.get_all_operations() if isinstance(found, Ok)]


QUICK = settings(
    max_examples=rounds(150), deadline=None, derandomize=not NIGHTLY, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@QUICK
@given(data=st.data())
@pytest.mark.long
def test_nothing_that_is_sent_makes_it_stumble(
    surface: Surface, operations: list[st.SearchStrategy[AnyCase]], data: st.DataObject
) -> None:
    """Whatever comes, with codes that are good and codes that are not, no answer is an error of ours."""
    number = data.draw(st.integers(0, len(operations) - 1))
    case = data.draw(operations[number])
    good = {name: surface.codes[name] for name in case.path_parameters or {} if name in surface.codes}
    if good and data.draw(st.sampled_from([True, False])):
        case.path_parameters = {**(case.path_parameters or {}), **good}
    answer = surface.run(surface.send(_request(case)))
    # 503: the gateway behind it cannot be reached, and says so.
    assert answer.status_code < 500 or answer.status_code == 503, (case, answer.text[:500])


def _request(case: AnyCase) -> httpx2.Request:
    try:
        return httpx2.Request(**case.as_transport_kwargs(base_url=ROOT))
    except (httpx2.InvalidURL, UnicodeEncodeError):
        reject()  # no client can send that


def test_a_form_over_the_limit_is_refused_before_it_is_read(surface: Surface) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b"code=" + b"x" * 100
        raise AssertionError("nobody reads on")

    form = {"content-type": "application/x-www-form-urlencoded", "origin": ROOT}
    path = f"/pay/{surface.codes['code']}/coupon"
    large = surface.run(surface.ask("POST", path, content=b"x" * (LIMIT + 1), headers=form))
    unsaid = surface.run(surface.ask("POST", path, content=endless(), headers=form))
    assert (large.status_code, unsaid.status_code) == (413, 411)


async def test_an_address_that_asks_too_often_is_told_to_wait() -> None:
    async def page(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    limited = AddressLimit(page, most=3)

    async def ask(address: str, path: str = "/room/x") -> httpx2.Response:
        there = httpx2.ASGITransport(limited, client=(address, 1))
        async with httpx2.AsyncClient(transport=there, base_url=ROOT) as client:
            return await client.get(path)

    assert [(await ask("203.0.113.7")).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    refused = await ask("203.0.113.7")
    assert (refused.text, refused.headers["retry-after"]) == (WAIT, "60")
    assert (await ask("203.0.113.8")).status_code == 200
    assert (await ask("203.0.113.7", "/webhooks/stripe")).status_code == 200


@given(st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_a_household_counts_as_one_address(address: Any, other: int) -> None:
    neighbour = type(address)((int(address) >> 64 << 64) | other)
    assert household(str(address)) == household(str(neighbour))

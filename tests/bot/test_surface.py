"""The whole HTTP surface: every route states who may come in, refuses everybody else, and never stumbles."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
from fastapi.routing import APIWebSocketRoute
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.core.result import Ok

from bot.bodies import LIMIT
from bot.floods import WAIT, AddressLimit, household
from tests.bot.surface import ROOT, InProcess, doors_of, entry, routes_of, schema_of
from tests.budget import NIGHTLY, rounds
from tests.pages.stage import furnish

AnyCase = Case[Any]


class Surface(InProcess):
    """With a room and a request in it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.codes = self.run(self._furnish())

    async def _furnish(self) -> dict[str, str]:
        stage = await furnish(self.app.house)
        paid = await stage.request()
        return {"join_code": stage.customer_link.rpartition("/")[2], "code": paid.rpartition("/")[2]}


@pytest.fixture(scope="module")
def surface(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surface]:
    made = Surface(tmp_path_factory.mktemp("surface"))
    yield made
    made.close()


def test_every_route_states_who_may_come_in(surface: Surface) -> None:
    there = doors_of(surface.app)
    assert any(isinstance(route, APIWebSocketRoute) for route in there), "sockets are doors too"
    unstated = sorted({route.path for route in there if not entry(route.path)})
    assert not unstated, "say in tests/bot/surface.py what it takes to come in there"


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

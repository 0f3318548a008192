"""The whole HTTP surface: every route states who may come in, refuses everybody else, and never stumbles."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
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
from bot.pages.setup import COOKIE, token_of
from handlers.codes import digest
from handlers.heard import Origin, Place
from storage.tables import RoleKind, SetupVisit
from tests.bot.surface import ROOT, InProcess, doors_of, entry, routes_of, schema_of
from tests.budget import NIGHTLY, rounds
from tests.pages.stage import Stage, furnish

AnyCase = Case[Any]
VISIT = "the-word-in-the-owners-browser"


class Surface(InProcess):
    """With a room and a request in it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.codes = self.run(self._furnish())

    async def _furnish(self) -> dict[str, str]:
        stage = await furnish(self.app.house)
        paid = await stage.request()
        await self._visits(stage)
        return {"join_code": stage.customer_link.rpartition("/")[2], "code": paid.rpartition("/")[2]}

    async def _visits(self, stage: Stage) -> None:
        """An owner has the set-up page open."""
        origin = Origin(channel="telegram", account="1", chat="1", place=Place.PRIVATE, user="1")
        async with self.app.house.database.begin() as work:
            role = await work.people.role(stage.team_id, stage.agent_id)
            assert role is not None
            role.kind = RoleKind.OWNER
            await work.accounts.add(SetupVisit(
                digest=digest(VISIT), team_id=stage.team_id, person_id=stage.agent_id, opened_at=work.now,
                origin=origin.model_dump_json(), expires_at=work.now + timedelta(days=1),
            ))  # fmt: skip

    def on_setup_page(self, method: str, url: str, typed: dict[str, str]) -> httpx2.Request:
        """What the owner's browser sends from there."""
        form = {**typed, "token": token_of(VISIT)} if method == "POST" else None
        return httpx2.Request(method, url, data=form, headers={"cookie": f"{COOKIE}={VISIT}"})


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
def operations(surface: Surface) -> dict[str, st.SearchStrategy[AnyCase]]:
    schema = schemathesis.openapi.from_dict(schema_of(surface.app))
    found = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
    return {one.label: one.as_strategy() for one in found}


QUICK = settings(
    max_examples=rounds(6), deadline=None, derandomize=not NIGHTLY, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
TYPED = st.dictionaries(
    st.sampled_from(["api_key", "webhook_secret", "client_id", "client_secret", "another", "bot_token", "x"]), st.text()
)


@pytest.mark.long
def test_nothing_that_is_sent_makes_it_stumble(
    surface: Surface, operations: dict[str, st.SearchStrategy[AnyCase]]
) -> None:
    """Whatever comes to any route, with codes that are good and codes that are not, no answer is an error of ours."""
    every = {f"{method} {route.path}" for route in routes_of(surface.app) for method in route.methods or ()}
    assert set(operations) == every
    for label, strategy in operations.items():
        _sent_to(surface, label, strategy)


def _sent_to(surface: Surface, label: str, strategy: st.SearchStrategy[AnyCase]) -> None:
    @QUICK
    @given(data=st.data())
    def anything(data: st.DataObject) -> None:
        case = data.draw(strategy)
        if data.draw(st.booleans()):
            good = {name: surface.codes[name] for name in case.path_parameters or {} if name in surface.codes}
            case.path_parameters = {**(case.path_parameters or {}), **good}
        request = _request(case)
        if entry(case.path) == "session" and data.draw(st.booleans()):
            request = surface.on_setup_page(case.method, str(request.url), data.draw(TYPED))
        answer = surface.run(surface.send(request))
        # 503: the gateway behind it cannot be reached, and says so.
        assert answer.status_code < 500 or answer.status_code == 503, (label, case, answer.text[:500])

    anything()


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

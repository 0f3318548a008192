"""The sockets of two servers on one database: what a page hears of a call whose other page is open elsewhere."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
import pytest_asyncio
from fastapi import FastAPI

from bot.pages.calling import QUIET
from bot.pages.routes import page_routes
from handlers.house import House
from payments.gateway import utc_now
from storage.database import Database
from tests.pages.conftest import fetch, serving
from tests.pages.stage import Stage, furnish, let_in
from tests.pages.test_doors import enter, hears, line
from video.webrtc import WebRtc

pytestmark = pytest.mark.long
CANDIDATES = 120


@dataclass(frozen=True)
class Servers:
    """The addresses of two servers, and what is on both."""

    stage: Stage
    here: str
    there: str

    def link(self, server: str, link: str) -> str:
        """A personal link at one of the two."""
        return link.replace(self.stage.house.public_url, server)

    @property
    def ana(self) -> str:
        """Ana's link, here."""
        return self.link(self.here, self.stage.agent_link)

    @property
    def carla(self) -> str:
        """Carla's link, there."""
        return self.link(self.there, self.stage.customer_link)

    async def end(self, person_id: int) -> None:
        """Somebody takes that person's server for dead, who is not."""
        async with self.stage.house.database.begin() as work:
            for caller in await work.calls.callers(self.stage.room_id):
                if caller.person_id == person_id:
                    caller.left_at, caller.entry, caller.call = work.now, "", ""
            work.rooms.changed(self.stage.room_id)


@pytest_asyncio.fixture
async def servers(database_url: str) -> AsyncIterator[Servers]:
    async with AsyncExitStack() as stack:
        houses = []
        for _ in range(2):
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            database = Database(database_url, keys=["k"], clock=utc_now)
            stack.push_async_callback(database.aclose)
            database.notices.start()
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            house = House(database, utc_now, url, rooms={"webrtc": WebRtc()})
            app = FastAPI()
            app.include_router(page_routes(house, fetch))
            await stack.enter_async_context(serving(app, listener))
            houses.append(house)
        stage = await furnish(houses[0])
        await let_in(stage)
        yield Servers(stage, *(house.public_url for house in houses))


async def test_what_one_browser_says_the_other_hears_in_order_and_once(servers: Servers) -> None:
    async with line(servers.ana) as ana, line(servers.carla) as carla:
        await enter(ana, "call-of-ana")
        await hears(ana, "lobby", present=[[servers.stage.agent_id, "Ana Silva", "agent"]])
        await enter(carla, "call-of-carla")
        assert (await hears(carla, "peer"))["name"] == "Ana Silva"
        assert (await hears(ana, "peer", here=True))["call"] == "call-of-carla"
        for number in range(CANDIDATES):
            await carla.send(json.dumps({"type": "signal", "to": "call-of-ana", "data": {"candidate": number}}))
        heard = [(await hears(ana, "signal"))["data"]["candidate"] for _ in range(CANDIDATES)]
        assert heard == list(range(CANDIDATES))
        await ana.send(json.dumps({"type": "signal", "to": "call-of-carla", "data": {"last": True}}))
        word = await hears(carla, "signal")
        assert word == {"type": "signal", "from": "call-of-ana", "to": "call-of-carla", "data": {"last": True}}
        await carla.send(json.dumps({"type": "leave"}))
        assert (await hears(ana, "peer"))["here"] is False


async def test_the_newest_window_has_the_call_and_the_older_one_on_the_other_server_hears_so(servers: Servers) -> None:
    newer = servers.link(servers.here, servers.stage.customer_link)
    async with line(servers.ana) as ana, line(servers.carla) as older, line(newer) as newest:
        await enter(ana, "call-of-ana")
        await enter(older, "call-of-carla")
        await hears(ana, "peer", call="call-of-carla")
        await enter(newest, "the-newest-call")
        await hears(older, "taken_over")
        assert (await hears(ana, "peer"))["call"] == "the-newest-call"
        await older.send(json.dumps({"type": "leave"}))
        await newest.send(json.dumps({"type": "signal", "to": "call-of-ana", "data": {"still": "here"}}))
        assert (await hears(ana, "signal"))["data"] == {"still": "here"}


async def test_a_third_on_another_server_hears_that_there_is_no_place(servers: Servers) -> None:
    bruno = servers.link(servers.there, await servers.stage.colleague())
    async with line(servers.ana) as ana, line(servers.carla) as carla, line(bruno) as third:
        await enter(ana, "call-of-ana")
        await enter(carla, "call-of-carla")
        await hears(carla, "peer")
        await enter(third, "call-of-bruno")
        await hears(third, "full")


async def test_a_page_that_was_ended_by_mistake_is_in_the_call_again_by_itself(servers: Servers) -> None:
    async with line(servers.ana) as ana, line(servers.carla) as carla:
        await enter(ana, "call-of-ana")
        await enter(carla, "call-of-carla")
        await hears(ana, "peer", here=True)
        await servers.end(servers.stage.customer_id)
        assert (await hears(ana, "peer", here=True))["call"] == "call-of-carla"
        await ana.send(json.dumps({"type": "signal", "to": "call-of-carla", "data": {"as": "before"}}))
        assert (await hears(carla, "signal"))["data"] == {"as": "before"}
    async with servers.stage.house.database.begin() as work:
        assert len(await work.rooms.log(servers.stage.room_id)) == 3


async def test_whoever_reads_along_in_the_lobby_is_told_who_is_inside_elsewhere(servers: Servers) -> None:
    async with line(servers.ana) as ana, line(servers.carla) as carla:
        await hears(ana, "lobby", present=[])
        await enter(carla, "call-of-carla")
        await hears(ana, "lobby", present=[[servers.stage.customer_id, "Carla Meyer", "customer"]])


@pytest.mark.parametrize("kind", ["mysql"], indirect=True)
async def test_where_signals_do_not_travel_a_call_that_is_set_up_is_looked_at_more_often(servers: Servers) -> None:
    async with line(servers.ana) as ana, line(servers.carla) as carla:
        await enter(ana, "call-of-ana")
        await enter(carla, "call-of-carla")
        await hears(ana, "peer", here=True)
        await hears(carla, "peer", here=True)
        began = asyncio.get_running_loop().time()
        for turn in range(4):
            for said, to, other in ((ana, "call-of-carla", carla), (carla, "call-of-ana", ana)):
                await said.send(json.dumps({"type": "signal", "to": to, "data": {"turn": turn}}))
                await hears(other, "signal", data={"turn": turn})
        assert asyncio.get_running_loop().time() - began < 8 * QUIET / 2

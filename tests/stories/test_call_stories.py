"""Two people meet whose pages are open on two servers, one server dies, and the call goes on by the other."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from subprocess import Popen

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from bench.programs import free_port
from handlers.calls import GRACE, MISSING
from handlers.house import House
from payments.gateway import utc_now
from storage.database import Database
from storage.tables import Presence
from tests.bot.shell import SOON, answer_of, running
from tests.databases import Pool, require
from tests.pages.stage import Stage, furnish, let_in, visitor
from tests.pages.test_meeting import join, moves

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(180)]
KEY = "a made-up key for tests"
CONNECTED = 3 * 15_000  # milliseconds


class Servers:
    """Two processes of `bellhop serve` on one database, by a clock that a file moves."""

    def __init__(self, stage: Stage, folder: Path, processes: Sequence[tuple[str, Popen[bytes]]]) -> None:
        self.stage, self._clock = stage, folder / "clock"
        self.urls = [url for url, _ in processes]
        self._processes = [process for _, process in processes]
        self._offset = 0.0

    def link(self, place: int, link: str) -> str:
        """A personal link, as a proxy would bring it to one of the two."""
        return link.replace(self.stage.house.public_url, self.urls[place])

    def kill(self, place: int) -> None:
        """SIGKILL; returns when it is gone."""
        self._processes[place].kill()
        self._processes[place].wait(SOON)

    def time_passes(self, seconds: float) -> None:
        """For both."""
        self._offset += seconds
        self._clock.write_text(str(self._offset), encoding="ascii")

    async def log(self) -> Sequence[Presence]:
        """Who was in the room when."""
        async with self.stage.house.database.begin() as work:
            return await work.rooms.log(self.stage.room_id)

    async def until(self, happened: Callable[[Sequence[Presence]], bool]) -> Sequence[Presence]:
        """Wait until the room's log says so."""
        async with asyncio.timeout(SOON):
            while not happened(log := await self.log()):  # noqa: ASYNC110  # it happens in another process
                await asyncio.sleep(0.05)
            return log


@pytest_asyncio.fixture(params=["postgresql", "mysql"])
async def servers(request: pytest.FixtureRequest, databases: Pool, tmp_path: Path) -> AsyncIterator[Servers]:
    url = await databases.ready(require(request.param))
    database = Database(url, keys=[KEY], clock=utc_now)
    stage = await furnish(House(database, utc_now, "https://bellhop.test"))
    await let_in(stage)
    clock = tmp_path / "clock"
    clock.write_text("0", encoding="ascii")
    with ExitStack() as stack:
        processes = []
        for name in ("first", "second"):
            folder = tmp_path / name
            folder.mkdir()
            port = free_port()
            settings = {"DATABASE_URL": url, "SECRET_KEYS": KEY, "CLOCK_OFFSET_FILE": str(clock)}
            process = stack.enter_context(running(folder, "serve", "--port", str(port), **settings))
            processes.append((f"http://127.0.0.1:{port}", process))
        for address, process in processes:
            await asyncio.to_thread(answer_of, f"{address}/healthz", process)
        yield Servers(stage, tmp_path, processes)
    await database.aclose()


async def test_two_on_different_servers_meet_and_whose_server_dies_is_missed_and_comes_back_by_the_other(
    browser: Browser, servers: Servers
) -> None:
    stage = servers.stage
    ana = await visitor(browser, servers.link(0, stage.agent_link))
    carla = await visitor(browser, servers.link(1, stage.customer_link))
    await join(ana)
    await join(carla)
    await asyncio.gather(moves(ana, within=CONNECTED), moves(carla, within=CONNECTED))
    servers.kill(1)
    await expect(carla.get_by_text("No connection. Reconnecting…")).to_be_visible()
    await asyncio.gather(moves(ana), moves(carla))
    await carla.context.close()
    seen = (await servers.log())[1].seen_at
    servers.time_passes(MISSING.total_seconds())
    # Ana was not seen for as long, by a clock that jumped; her server lives and says so.
    await servers.until(lambda log: log[1].missed_at is not None and log[0].missed_at is None)
    servers.time_passes(GRACE.total_seconds())
    await expect(ana.get_by_text("Carla Meyer is not in the call at the moment.")).to_be_visible(timeout=CONNECTED)
    log = await servers.log()
    assert [row.left_at for row in log] == [None, seen]
    carla = await visitor(browser, servers.link(0, stage.customer_link))
    await join(carla)
    await asyncio.gather(moves(ana, within=CONNECTED), moves(carla, within=CONNECTED))
    assert [row.left_at is None for row in await servers.log()] == [True, False, True]

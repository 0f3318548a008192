"""One loop and one Chromium per worker; what a test starts has ended when the next begins."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import certifi
import hypothesis
import pytest
import pytest_asyncio
import structlog
from playwright.async_api import Browser, Playwright, async_playwright

from tests.budget import NIGHTLY
from tests.no_skips import installed_browser

PLAIN = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
END = "-----END CERTIFICATE-----"
# Five pictures a second move as surely as thirty, and are cheaper to code.
FAKE_DEVICES = ("--use-fake-device-for-media-stream=fps=5", "--use-fake-ui-for-media-stream")

# The library's own way to say that its new type of waiting time is welcome; read at each wait, so said once for all.
os.environ["PTB_TIMEDELTA"] = "true"

# A traceback in colours costs as much as the test that causes it.
_PLAIN = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
structlog.configure(processors=[*structlog.get_config()["processors"][:-1], _PLAIN])

# A machine with other work is slow now and then: a deadline would blame the example at hand.
hypothesis.settings.register_profile("quick", deadline=None, max_examples=60)
hypothesis.settings.register_profile("nightly", deadline=None, max_examples=2000)
hypothesis.settings.load_profile("nightly" if NIGHTLY else "quick")


def pytest_collection_finish() -> None:
    """What was imported stays: to look through it again and again took the collector a quarter of all time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def one_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test leaves this machine, and reading the world's certificates takes each HTTP client 20 ms: one is enough."""
    world = Path(certifi.where()).read_text(encoding="utf-8")
    path = tmp_path_factory.mktemp("authority") / "one.pem"
    first = world.index("-----BEGIN")
    path.write_text(world[first : world.index(END, first)] + END + "\n")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SSL_CERT_FILE", str(path))
        yield


@pytest_asyncio.fixture(autouse=True)
async def nothing_left_running() -> AsyncIterator[None]:
    """A test that leaves a task behind is named, instead of the next one that stumbles over it."""
    before = asyncio.all_tasks()
    yield
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    _, running = await asyncio.wait(left, timeout=2) if left else (set(), set())
    for task in running:
        task.cancel()
    assert not running


@pytest_asyncio.fixture(scope="session")
async def playwright() -> AsyncIterator[Playwright]:
    """The driver of browsers."""
    async with async_playwright() as driver:
        yield driver


@pytest_asyncio.fixture(scope="session")
async def chromium(playwright: Playwright) -> AsyncIterator[Browser]:
    """Chromium with a made-up camera and microphone; its start takes a second, so it happens once."""
    started = await playwright.chromium.launch(executable_path=installed_browser(), args=[*PLAIN, *FAKE_DEVICES])
    yield started
    await started.close()


@pytest_asyncio.fixture
async def browser(chromium: Browser) -> AsyncIterator[Browser]:
    """Chromium without a trace of earlier visits: every page and context of a test is closed after it."""
    yield chromium
    for context in chromium.contexts:
        await context.close()


@pytest_asyncio.fixture
async def bare_browser(playwright: Playwright) -> AsyncIterator[Browser]:
    """Chromium on a machine without camera and microphone."""
    started = await playwright.chromium.launch(executable_path=installed_browser(), args=PLAIN)
    yield started
    await started.close()

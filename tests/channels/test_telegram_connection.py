"""How updates come in: by webhook and by polling, over failures and across a restart."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO

import aiohttp
import pytest
import pytest_asyncio
import uvicorn
from fastapi import FastAPI

from bot.channels.telegram import NotOurs, telegram_routes
from bot.channels.telegram.connection import NOT_YET
from bot.settings import TelegramMode
from handlers.heard import Said
from handlers.messages import Message
from sandbox.app import Cast
from sandbox.faults import Fault, Rule
from sandbox.telegram.params import Params
from tests.channels.contract import card
from tests.channels.telegram_stage import MIA, TelegramStage, eventually
from tests.serving import serving

HEADER = "X-Telegram-Bot-Api-Secret-Token"
SECRET = "a-shared-secret_1"
HELLO = (
    b'{"update_id": 5, "message": {"message_id": 1, "date": 1767225600, "text": "hi", '
    b'"from": {"id": 1001, "is_bot": false, "first_name": "Mia"}, "chat": {"id": 1001, "type": "private"}}}'
)
NO_UPDATES = (b"", b"{", b"[]", b"7", b'"x"', b"{}", b'{"update_id": "5"}', b"\xff\xfe", b"[" * 100_000)


@asynccontextmanager
async def listening(cast: Cast, sandbox: str, **given: str) -> AsyncIterator[TelegramStage]:
    """A channel in webhook mode behind a server of its own; its address is `stage.url`."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        stage = TelegramStage(cast.telegram, sandbox, mode=TelegramMode.WEBHOOK, public_url=url, **given)
        app = FastAPI()
        app.include_router(telegram_routes(stage.channel))
        async with serving(uvicorn.Config(app, log_level="critical", lifespan="off"), listener):
            await stage.channel.start()
            try:
                yield stage
            finally:
                await stage.channel.stop()


@pytest_asyncio.fixture
async def stage(cast: Cast, sandbox_server: str) -> AsyncIterator[TelegramStage]:
    async with listening(cast, sandbox_server, webhook_secret=SECRET) as stage:
        yield stage


@pytest_asyncio.fixture
async def poller(cast: Cast, sandbox_server: str) -> AsyncIterator[TelegramStage]:
    """A channel that will poll once it is started."""
    stage = TelegramStage(cast.telegram, sandbox_server)
    yield stage
    await stage.channel.stop()
    cast.telegram.state.updates.set_hook(None)


async def hooked(stage: TelegramStage) -> str:
    """Where Telegram pushes to, once it was told."""
    hook = await stage.twin.world.until(lambda: stage.twin.state.updates.hook)
    return hook.url


async def connected(stage: TelegramStage) -> None:
    await eventually(lambda: not stage.channel.problem)


async def post(stage: TelegramStage, body: bytes, secret: str | None = SECRET) -> tuple[int, str]:
    headers = {} if secret is None else {HEADER: secret}
    url = await hooked(stage)
    async with aiohttp.ClientSession() as session, session.post(url, data=BytesIO(body), headers=headers) as response:
        return response.status, await response.text()


async def test_updates_are_pushed_to_the_public_address(stage: TelegramStage) -> None:
    assert (await hooked(stage)).endswith("/telegram")
    await connected(stage)
    stage.twin.people.start(MIA)
    heard = await stage.next()
    assert heard.origin.user == str(MIA)
    await stage.channel.send(stage.customer, stage.account, card("Open"))
    assert (await stage.presses("mia", "Pay")).kind == "press"


async def test_an_update_with_the_secret_is_taken(stage: TelegramStage) -> None:
    assert await post(stage, HELLO) == (200, "taken")
    assert (await stage.next()).event_id == "5"


@pytest.mark.parametrize("secret", [None, "", "wrong", "sécret"])
async def test_an_update_without_the_secret_is_refused(stage: TelegramStage, secret: str | None) -> None:
    status, told = await post(stage, HELLO, secret)
    assert status == 401 and "\n" not in told
    assert stage.heard.empty()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"7", b'"x"', b"{}", b'{"update_id": "5"}', b"\xff\xfe", b"[" * 100_000]
)
async def test_what_is_no_update_is_refused(stage: TelegramStage, body: bytes) -> None:
    status, told = await post(stage, body)
    assert status == 400 and "\n" not in told
    assert stage.heard.empty()


async def test_a_body_over_a_mebibyte_is_refused(stage: TelegramStage) -> None:
    status, _ = await post(stage, HELLO + b" " * (1024 * 1024))
    assert status == 413
    assert stage.heard.empty()


async def test_an_update_that_the_library_cannot_read_is_passed_over(stage: TelegramStage) -> None:
    assert (await post(stage, b'{"update_id": 4, "message": {"message_id": 1}}'))[0] == 200
    await post(stage, HELLO)
    assert (await stage.next()).event_id == "5"


async def test_without_a_secret_of_its_own_the_webhook_still_has_one(cast: Cast, sandbox_server: str) -> None:
    async with listening(cast, sandbox_server) as stage:
        await hooked(stage)
        hook = cast.telegram.state.updates.hook
        assert hook is not None and len(hook.secret) == 64
        with pytest.raises(NotOurs):
            await stage.channel.receive(HELLO, "")


async def test_polling_takes_the_place_of_a_webhook(poller: TelegramStage, cast: Cast) -> None:
    await cast.telegram.call("setWebhook", Params({"url": "http://127.0.0.1:9/telegram"}))
    cast.telegram.people.start(MIA)
    await poller.channel.start()
    assert (await poller.next()).kind == "command"
    assert cast.telegram.state.updates.hook is None


async def test_polling_passes_over_what_the_library_cannot_read(poller: TelegramStage, cast: Cast) -> None:
    cast.telegram.state.updates.emit("message", {"message_id": 1}, MIA)
    cast.telegram.people.send_text(MIA, "still here")
    await poller.channel.start()
    heard = await poller.next()
    assert isinstance(heard, Said) and heard.text == "still here"


async def test_a_start_waits_in_the_background_for_telegram(poller: TelegramStage, cast: Cast) -> None:
    cast.telegram.world.faults.add(Rule("telegram", Fault.REFUSED, method="getMe"))
    cast.telegram.world.faults.add(Rule("telegram", Fault.SERVER_ERROR, method="getMe"))
    await poller.channel.start()
    assert poller.channel.problem
    cast.telegram.people.start(MIA)
    assert (await poller.next()).kind == "command"
    await connected(poller)
    assert poller.channel.handle == "bellhop_sandbox_bot"


async def test_a_wrong_token_is_named_as_the_problem(cast: Cast, sandbox_server: str) -> None:
    stage = TelegramStage(cast.telegram, f"{sandbox_server}/nowhere")
    await stage.channel.start()
    await eventually(lambda: stage.channel.problem != NOT_YET)
    await stage.channel.stop()
    assert stage.channel.problem == "Telegram does not accept the token"


async def test_what_could_not_be_stored_is_asked_for_again(cast: Cast, sandbox_server: str) -> None:
    stage = TelegramStage(cast.telegram, sandbox_server)
    stage.failures = 2
    cast.telegram.people.start(MIA)
    cast.telegram.people.send_text(MIA, "and then this")
    await stage.channel.start()
    first, second = await stage.next(), await stage.next()
    assert (first.kind, second.kind) == ("command", "said")
    await stage.channel.stop()
    cast.telegram.state.updates.set_hook(None)


async def test_what_was_not_stored_before_a_stop_comes_again_after_it(cast: Cast, sandbox_server: str) -> None:
    stuck = TelegramStage(cast.telegram, sandbox_server)
    stuck.gate.clear()
    cast.telegram.people.start(MIA)
    await stuck.channel.start()
    await asyncio.wait_for(stuck.knocked.wait(), 10)
    await stuck.channel.stop()
    assert stuck.heard.empty()
    fresh = TelegramStage(cast.telegram, sandbox_server)
    await fresh.channel.start()
    assert (await fresh.next()).kind == "command"
    await fresh.channel.stop()
    cast.telegram.state.updates.set_hook(None)


async def test_sending_needs_no_connection_for_updates(poller: TelegramStage, cast: Cast) -> None:
    cast.telegram.people.start(MIA)
    await poller.channel.send(poller.customer, poller.account, Message(text="hello"))
    assert [seen.text for seen in poller.sees("mia")] == ["hello"]

"""Who comes in by which link, what the socket takes, and what it never passes on."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bot.pages.live import BAD_WORD, LARGEST, REFUSED, TOO_FAST, TOO_LARGE
from handlers.messages import Message
from storage.tables import Side
from tests.pages.stage import Stage, hostile, let_in, picture


async def ask(method: str, url: str) -> httpx2.Response:
    async with httpx2.AsyncClient() as client:
        return await client.request(method, url)


@asynccontextmanager
async def line(link: str, after: int = 0) -> AsyncIterator[ClientConnection]:
    async with connect(f"{link.replace('http', 'ws', 1)}/live?after={after}") as opened:
        yield opened


async def hears(opened: ClientConnection, kind: str, **fields: object) -> dict[str, Any]:
    """The next word of that kind with those fields."""
    async with asyncio.timeout(10):
        while True:
            word: dict[str, Any] = json.loads(await opened.recv())
            if word["type"] == kind and all(word.get(name) == value for name, value in fields.items()):
                return word


async def closes(opened: ClientConnection) -> int:
    """The code with which the server ends the line."""
    async with asyncio.timeout(10):
        try:
            while True:
                await opened.recv()
        except ConnectionClosed as closed:
            assert closed.rcvd is not None
            return closed.rcvd.code


async def enter(opened: ClientConnection, call: str) -> None:
    await opened.send(json.dumps({"type": "enter", "call": call, "direct": True}))


async def test_a_wrong_code_and_a_revoked_one_get_a_page_that_says_what_to_do(stage: Stage) -> None:
    await stage.revoke(stage.customer_id)
    for link, status in ((stage.house.link("room/wrong"), 404), (stage.customer_link, 410)):
        page = await ask("GET", link)
        assert page.status_code == status
        assert "Ask for a new link" in page.text


async def test_a_ticket_is_given_only_after_being_let_in_and_never_to_a_stranger(stage: Stage) -> None:
    assert (await ask("POST", f"{stage.customer_link}/ticket")).status_code == 403
    assert (await ask("POST", stage.house.link("room/wrong/ticket"))).status_code == 403
    await let_in(stage)
    given = await ask("POST", f"{stage.customer_link}/ticket")
    assert given.status_code == 200
    assert given.json()["kind"] == "webrtc"
    assert given.json()["options"] == {"iceServers": []}
    assert given.headers["cache-control"] == "no-store"


async def test_only_the_side_that_may_see_a_file_gets_it_and_never_as_a_page(stage: Stage) -> None:
    inside = await stage.say(Side.AGENT, Message(text="inside", files=(hostile(),)))
    shared = await stage.say(Side.CUSTOMER, Message(text="for you", files=(picture(), hostile())))
    assert (await ask("GET", f"{stage.customer_link}/files/{inside}/0")).status_code == 404
    shown = await ask("GET", f"{stage.customer_link}/files/{shared}/0")
    assert shown.headers["content-type"] == "image/png"
    saved = await ask("GET", f"{stage.customer_link}/files/{shared}/1")
    assert saved.headers["content-type"] == "application/octet-stream"
    assert saved.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in saved.headers["content-security-policy"]
    for missing in (f"{shared}/7", f"{shared}/-1", "999999/0"):
        assert (await ask("GET", f"{stage.customer_link}/files/{missing}")).status_code == 404


async def test_a_stranger_hears_a_sentence_and_nothing_else(stage: Stage) -> None:
    async with line(stage.house.link("room/wrong")) as stranger:
        assert "opens no room" in (await hears(stranger, "refused"))["sentence"]
        assert await closes(stranger) == REFUSED


async def test_a_code_revoked_while_the_page_is_open_ends_its_line(stage: Stage) -> None:
    async with line(stage.customer_link) as carla:
        await hears(carla, "lobby")
        await stage.revoke(stage.customer_id)
        assert await closes(carla) == REFUSED


async def test_a_line_resumes_after_the_last_version_it_saw(stage: Stage) -> None:
    await stage.say(Side.CUSTOMER, Message(text="first"))
    async with line(stage.customer_link) as carla:
        seen = (await hears(carla, "line"))["version"]
    await stage.say(Side.CUSTOMER, Message(text="second"))
    async with line(stage.customer_link, after=seen) as carla:
        assert (await hears(carla, "line"))["message"]["text"] == "second"


async def test_an_edited_card_comes_again_with_the_same_message_id(stage: Stage) -> None:
    async with line(stage.customer_link) as carla:
        await stage.show(Side.CUSTOMER, "pay:1:customer", Message(title="Waiting"))
        first = await hears(carla, "line", card_key="pay:1:customer")
        await stage.show(Side.CUSTOMER, "pay:1:customer", Message(title="Paid"))
        second = await hears(carla, "line", card_key="pay:1:customer")
    assert second["message_id"] == first["message_id"]
    assert second["version"] > first["version"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("x" * (LARGEST + 1), TOO_LARGE),
        ("not json", BAD_WORD),
        ('{"type": "open_sesame"}', BAD_WORD),
        (b"\x00\x01", BAD_WORD),
        ('{"type": "enter", "call": "\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000"}', BAD_WORD),
    ],
    ids=["too large", "not json", "unknown word", "binary", "no word of a browser"],
)
async def test_what_is_no_word_ends_the_line(stage: Stage, words: str | bytes, code: int) -> None:
    async with line(stage.customer_link) as carla:
        await carla.send(words)
        assert await closes(carla) == code


async def test_a_flood_ends_the_line(stage: Stage) -> None:
    async with line(stage.customer_link) as carla:
        for _ in range(400):
            await carla.send('{"type": "ping"}')
        assert await closes(carla) == TOO_FAST


async def test_a_customer_can_neither_open_the_door_nor_end_the_room(stage: Stage) -> None:
    async with line(stage.customer_link) as carla:
        for word in ({"type": "admit", "person_id": stage.customer_id, "let_in": True}, {"type": "end"}):
            await carla.send(json.dumps(word))
            assert "Only the host" in (await hears(carla, "problem"))["sentence"]
    assert (await ask("POST", f"{stage.customer_link}/ticket")).status_code == 403


async def test_signals_reach_the_other_of_the_two_and_nobody_before_the_door(stage: Stage) -> None:
    async with line(stage.agent_link) as ana, line(stage.customer_link) as carla:
        await enter(ana, "call-of-ana")
        await enter(carla, "call-of-carla")
        await hears(carla, "problem")
        await carla.send(json.dumps({"type": "signal", "to": "call-of-ana", "data": {"early": True}}))
        await let_in(stage)
        await stage.say(Side.CUSTOMER, Message(text="wakes the page"))
        await hears(carla, "lobby", admitted=True)
        await enter(carla, "call-of-carla")
        assert (await hears(carla, "peer"))["call"] == "call-of-ana"
        await hears(ana, "peer", call="call-of-carla")
        await carla.send(json.dumps({"type": "signal", "to": "call-of-ana", "data": {"late": True}}))
        assert (await hears(ana, "signal"))["data"] == {"late": True}
    # Nothing was handed over before the door: the first signal heard was the late one.


async def test_who_leaves_is_missed_and_whose_line_breaks_too(stage: Stage) -> None:
    await let_in(stage)
    one, two = [stage.agent_id, "Ana Silva", "agent"], [stage.customer_id, "Carla Meyer", "customer"]
    async with line(stage.agent_link) as ana:
        await enter(ana, "call-of-ana")
        await hears(ana, "lobby", present=[one])
        async with line(stage.customer_link) as carla:
            await enter(carla, "call-of-carla")
            await hears(ana, "lobby", present=[one, two])
        assert (await hears(ana, "peer", here=False))["call"] == "call-of-carla"
        await hears(ana, "lobby", present=[one])

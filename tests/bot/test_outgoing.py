"""Webhooks to the team's own system, received by a real server and verified by the specification's own library."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from bot.addresses import PrivateAddress, is_public
from bot.engine import Engine, outbox_pump
from bot.jobs import Jobs
from bot.outgoing import NotTaken, gave_up, post_to_team, signing_key
from handlers.channel import TryLater
from handlers.effects import TellTeam
from handlers.fulfilment import tell_team
from storage.tables import RoleKind
from tests.handlers.town import Town, employ, skip_ahead, town

SECRET = "whsec_" + base64.b64encode(b"a secret of the tests, long enough").decode()


@dataclass
class Receiver:
    """The team's own system: what it got, and what it answers next."""

    town: Town
    answers: list[web.Response] = field(default_factory=list)
    got: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    port: int = 0

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((await request.text(), {name.lower(): value for name, value in request.headers.items()}))
        return self.answers.pop(0) if self.answers else web.Response()

    async def tell(self, event: str, **data: object) -> None:
        async with self.town.database.begin() as work:
            await tell_team(work, await work.people.team(self.town.team.id), event, data)

    async def moves_to(self, url: str) -> None:
        """The team names another address; `{port}` is the receiver's."""
        async with self.town.database.begin() as work:
            (await work.people.team(self.town.team.id)).webhook_url = url.format(port=self.port)

    async def effect(self) -> TellTeam:
        """One event, outside the outbox."""
        at = self.town.clock.now
        return TellTeam(team_id=self.town.team.id, webhook_id="msg_1", event="payment.paid", data="{}", at=at)

    async def work_until(self, happened: Callable[[], bool]) -> None:
        pump = outbox_pump(self.town.database, self.town.jobs.send_out, self.town.jobs.not_sent_out)
        engine = Engine(self.town.database, pumps=(pump,), sweeps=())
        await engine.start()
        try:
            async with asyncio.timeout(20):
                while not happened():
                    await skip_ahead(self.town.database, self.town.clock)
                    await asyncio.sleep(0.01)
        finally:
            await engine.stop()


@pytest_asyncio.fixture
async def receiver(template: Path) -> AsyncIterator[Receiver]:
    async with town(template) as made:
        made.clock.now = datetime.now(UTC)
        made.house = replace(made.house, outgoing_private=frozenset({"127.0.0.1", "hooks.example"}))
        made.jobs = Jobs(made.house, made.jobs.channels)
        there = Receiver(made)
        app = web.Application()
        app.router.add_post("/hook", there.take)
        app.router.add_post("/elsewhere", there.take)
        async with TestServer(app) as server:
            async with made.database.begin() as work:
                team = await work.people.team(made.team.id)
                team.webhook_url = str(server.make_url("/hook"))
                team.sealed_webhook_secret = work.vault.seal(SECRET)
            there.port = server.port or 0
            yield there


async def test_what_arrives_is_signed_as_the_specification_says(receiver: Receiver) -> None:
    await receiver.tell("payment.paid", request="abc", amount=4900)
    await receiver.work_until(lambda: len(receiver.got) == 1)
    body, headers = receiver.got[0]
    told = Webhook(SECRET).verify(body, headers)
    assert told["type"] == "payment.paid"
    assert told["data"] == {"request": "abc", "amount": 4900}
    assert datetime.fromisoformat(told["timestamp"]).tzinfo is not None
    assert headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body.replace("4900", "4901"), headers)


async def test_a_receiver_that_stumbles_is_told_again_under_the_same_id(receiver: Receiver) -> None:
    receiver.answers = [web.Response(status=500), web.Response(status=503), web.Response(status=302)]
    await receiver.tell("payment.paid", request="abc")
    await receiver.work_until(lambda: len(receiver.got) == 4)
    assert len({headers["webhook-id"] for _, headers in receiver.got}) == 1
    assert len({body for body, _ in receiver.got}) == 1


async def test_a_receiver_that_asks_for_patience_gets_it(receiver: Receiver) -> None:
    receiver.answers = [web.Response(status=429, headers={"retry-after": "20"})]
    began = receiver.town.clock.now
    await receiver.tell("payment.paid", request="abc")
    await receiver.work_until(lambda: len(receiver.got) == 2)
    assert receiver.town.clock.now - began >= timedelta(seconds=20)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("7", 7), ("0", 1), ("99999999", 3600), ("", 30), ("soon", 30), ("inf", 30), ("nan", 30), ("-5", 30),
        ("in a minute", 60),
    ],
)  # fmt: skip
async def test_patience_has_bounds_however_it_is_asked_for(receiver: Receiver, asked: str, seconds: float) -> None:
    now = receiver.town.clock.now = receiver.town.clock.now.replace(microsecond=0)
    words = format_datetime(now + timedelta(minutes=1), usegmt=True) if asked == "in a minute" else asked
    receiver.answers = [web.Response(status=429, headers={"retry-after": words})]
    with pytest.raises(TryLater) as patience:
        await post_to_team(receiver.town.house, await receiver.effect())
    assert patience.value.seconds == seconds


async def test_a_team_hears_its_events_in_order(receiver: Receiver) -> None:
    receiver.answers = [web.Response(status=500)]
    for number in range(4):
        await receiver.tell("payment.paid", number=number)
    await receiver.work_until(lambda: len(receiver.got) == 5)
    assert [json.loads(body)["data"]["number"] for body, _ in receiver.got] == [0, 0, 1, 2, 3]


async def test_any_word_can_be_a_secret() -> None:
    assert signing_key(SECRET) == SECRET
    Webhook(signing_key("a word of their own"))


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "127.0.0.2", "2130706433", "0x7f.1", "0", "[::1]", "[::ffff:127.0.0.1]", "[::]",
        "169.254.169.254", "10.1.2.3", "192.168.1.1", "172.16.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192",
        "[fd00:ec2::254]", "[fe80::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "224.0.0.1", "255.255.255.255",
    ],
)  # fmt: skip
async def test_a_webhook_never_goes_into_a_private_network(receiver: Receiver, host: str) -> None:
    await receiver.moves_to(f"http://{host}:{{port}}/hook")
    with pytest.raises(PrivateAddress):
        await post_to_team(receiver.town.house, await receiver.effect())
    assert not receiver.got


async def test_a_name_with_one_private_address_among_public_ones_is_refused(receiver: Receiver) -> None:
    await receiver.moves_to("http://mixed.example:{port}/hook")
    with pytest.raises(PrivateAddress):
        await post_to_team(receiver.town.house, await receiver.effect(), Answers("93.184.215.14", "127.0.0.1"))
    assert not receiver.got


async def test_the_checked_address_is_the_one_connected_to(receiver: Receiver) -> None:
    await receiver.moves_to("http://hooks.example:{port}/hook")
    dns = Answers("127.0.0.1")
    await post_to_team(receiver.town.house, await receiver.effect(), dns)
    assert dns.asked == [("hooks.example", receiver.port)]
    assert [headers["host"] for _, headers in receiver.got] == [f"hooks.example:{receiver.port}"]


async def test_the_next_address_is_tried_when_nobody_listens_at_the_first(receiver: Receiver) -> None:
    await receiver.moves_to("http://hooks.example:{port}/hook")
    await post_to_team(receiver.town.house, await receiver.effect(), Answers("::1", "127.0.0.1"))
    assert len(receiver.got) == 1


async def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.answers = [web.Response(status=307, headers={"location": "/elsewhere"})]
    with pytest.raises(NotTaken):
        await post_to_team(receiver.town.house, await receiver.effect())
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    ("status", "why"), [(500, "It answers 500."), (302, "It sends me to another address (302), and I follow none.")]
)
async def test_the_owners_are_told_what_was_answered(receiver: Receiver, status: int, why: str) -> None:
    await employ(receiver.town, "otto", RoleKind.OWNER)
    receiver.answers = [web.Response(status=status, headers={"location": "/elsewhere"})]
    effect = await receiver.effect()
    with pytest.raises(NotTaken) as refusal:
        await post_to_team(receiver.town.house, effect)
    await gave_up(receiver.town.house, effect, f"{NotTaken.__name__}: {refusal.value}")
    await receiver.work_until(lambda: bool(receiver.town.notebook.answers))
    assert why in receiver.town.notebook.answers[-1][1].plain


async def test_the_owners_are_told_of_what_did_not_arrive(receiver: Receiver) -> None:
    otto = await employ(receiver.town, "otto", RoleKind.OWNER)
    await receiver.moves_to("http://localhost:{port}/hook")
    await receiver.tell("payment.paid", request="abc")
    told = receiver.town.notebook.answers
    await receiver.work_until(lambda: bool(told))
    origin, message = told[0]
    assert origin.user == otto.user
    assert "localhost leads into a private network" in message.text
    assert "payment.paid" in message.text
    assert not receiver.got


@given(st.ip_addresses(v=4))
def test_an_address_is_judged_alike_in_whatever_it_is_wrapped(inside: IPv4Address) -> None:
    assert not is_public(inside) or inside.is_global
    number = int(inside)
    for wrapped in (IPv6Address(0xFFFF << 32 | number), IPv6Address((0x64FF9B << 96) | number)):
        assert is_public(wrapped) is is_public(inside)


@dataclass
class Answers:
    """A name server that knows one name, and what it was asked."""

    addresses: tuple[str, ...]
    asked: list[tuple[str, int]]

    def __init__(self, *addresses: str) -> None:
        self.addresses, self.asked = addresses, []

    async def __call__(self, host: str, port: int) -> tuple[str, ...]:
        self.asked.append((host, port))
        return self.addresses

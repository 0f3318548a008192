"""Two teams behind one web application: what each holds, and every route asked with one's codes for the other's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from pathlib import Path

import stripe as sdk
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from bot.pages.setup import COOKIE, token_of
from bot.settings import TelegramSettings
from handlers.codes import digest
from handlers.messages import Attachment, Message
from handlers.pay_page import begin_checkout
from handlers.rooms import make_link
from handlers.speech import say
from payments.machine import State
from payments.pretend import Pretend
from storage.tables import (
    ChannelAccount,
    Conversation,
    Coupon,
    GatewayAccount,
    PaymentRequest,
    Person,
    Role,
    RoleKind,
    Room,
    SetupVisit,
    Side,
    Team,
)
from storage.work import Work
from tests.bot.surface import ROOT, InProcess, entry, routes_of
from tests.handlers.town import START, TEST_LEASE, HandClock, Town, settled
from tests.handlers.victim import MARK, Rows, Victim, victim_in

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass(frozen=True)
class Holder:
    """A team's codes and secrets, by what they open; `bot` is the number of its own Telegram bot."""

    slug: str
    bot: str
    codes: Mapping[str, str]

    def with_page(self, ref: str) -> "Holder":
        """The same with a page on which a payment can be pretended."""
        return replace(self, codes={**self.codes, "ref": ref})

    @property
    def bot_token(self) -> str:
        """As @BotFather would write it."""
        return f"{self.bot}:AAE-{self.slug}-0123456789abcdefghijk"

    @property
    def webhook_secret(self) -> str:
        """By which its own Stripe account signs."""
        return f"whsec_of_{self.slug}"

    def headers(self, body: bytes, at: int) -> dict[str, str]:
        """Everything by which this team's own things are believed."""
        own = TelegramSettings.model_validate({"token": self.bot_token})
        signature = sdk.WebhookSignature.generate_signature_header(body.decode(), self.webhook_secret, at)
        cookie = f"{COOKIE}={self.codes['cookie']}"
        return {"cookie": cookie, "stripe-signature": signature, SECRET_HEADER: own.secret, "origin": ROOT}


@dataclass(frozen=True)
class Asking:
    """One request: everything that a route can be told."""

    method: str
    path: str
    params: Mapping[str, str]
    form: Mapping[str, str]
    signed: bool = False


class Quarter(InProcess):
    """`victim` is Zebedee at acme, `rival` its neighbour with the same things of its own."""

    def __init__(self, folder: Path) -> None:
        self.clock = HandClock()
        super().__init__(folder, now=self.clock, all_gateways=True)
        self.town, self.victim, self.acme, self.rival = self.run(self._furnish())

    async def _furnish(self) -> tuple[Town, Victim, Holder, Holder]:
        town = await settled(self.app.house, self.clock)
        victim = await _with_file(town, await victim_in(town))
        await town.hear(town.rita.says("hello"), town.rex.at("rival-desk").does("cases"))
        await town.drain()
        async with town.database.begin() as work:
            case = (await work.talk.open_cases(town.rival.id))[0][0]
            mine = await work.talk.conversation(victim.case)
            assert mine is not None
            acme = await _holds(town, work, town.team, mine, Holder("acme", "1111111", {}))
            rival = await _holds(town, work, town.rival, case, Holder("rival", "2222222", {}))
        page = await begin_checkout(self.app.house, rival.codes["pay"], Pretend.name)
        # The victim's own account is no test account, so nothing can be pretended there.
        pages = {"rival": page.rpartition("/")[2], "acme": "none"}
        return town, victim, acme.with_page(pages["acme"]), rival.with_page(pages["rival"])

    async def rows(self) -> Rows:
        """All that is the victim's."""
        async with self.town.database.begin() as work:
            return await self.victim.rows(work)

    async def asks(self, holder: Holder, one: Asking) -> tuple[int, str]:
        """Somebody sends a request with all they hold; the answer, once what came in by it was taken in."""
        body = self.webhook if one.path.startswith("/webhooks") else self.update
        headers = holder.headers(body, int(self.clock.now.timestamp()))
        if one.path.startswith(("/webhooks", "/telegram", "/slack/events")):
            answer = await self.ask(one.method, one.path, params=dict(one.params), content=body, headers=headers)
        else:
            form = dict(one.form) if one.method == "POST" else None
            answer = await self.ask(one.method, one.path, params=dict(one.params), data=form, headers=headers)
        await self.take_in()
        return answer.status_code, answer.text

    async def demote(self, kind: RoleKind | None) -> None:
        """All of acme's people are that at most from now on; None: none of them belongs to it any more."""
        async with self.town.database.begin() as work:
            for role in await work.people.roles_of(self.town.team.id):
                if kind is None:
                    await work.people.remove(role)
                else:
                    role.kind = kind

    def needs_role(self, one: Asking, left: RoleKind | None) -> bool:
        """Whether a request wants more than that role gives: an owner's page, or an agent's link."""
        return one.path.startswith("/setup") or (self.acme.codes["agent"] in one.path and left is not RoleKind.AGENT)

    async def take_in(self) -> None:
        """The inbox, as the engine would."""
        async with self.town.database.begin() as work:
            jobs = await work.inbox.claim(16, TEST_LEASE)
        for job in jobs:
            await self.town.jobs.take_in(job)

    @property
    def update(self) -> bytes:
        """What Telegram would tell of the victim's words."""
        return (
            b'{"update_id": 900001, "message": {"message_id": 7, "date": 1772442000, "text": "/privacy", "chat": '
            b'{"id": 77, "type": "private"}, "from": {"id": 77, "is_bot": false, "first_name": "Zebedee"}}}'
        )

    @property
    def webhook(self) -> bytes:
        """What Stripe would tell of money for the victim's request."""
        return (
            b'{"id": "evt_forged", "object": "event", "type": "checkout.session.completed", "livemode": false, '
            b'"created": 1772442000, "data": {"object": {"id": "cs_3", "object": "checkout.session", "currency": '
            b'"usd", "client_reference_id": "co_3", "amount_total": 4900, "payment_status": "unpaid", "status": '
            b'"expired", "mode": "payment", "livemode": false}}}'
        )

    def tries(self, holder: Holder) -> Iterator[Asking]:
        """Every route with this holder's codes, and with everything of the victim's that has a name or a number."""
        for route in routes_of(self.app):
            ways = [self._values(route, holder, name) for name in route.param_convertors]
            told = {name: self._told(holder, name) for name in _names(route.dependant, "query_params")}
            form = {name: self._told(holder, name) for name in _names(route.dependant, "body_params")}
            for chosen in product(*ways):
                path = route.path.format(**dict(zip(route.param_convertors, chosen, strict=True)))
                for method in sorted(route.methods or ()):
                    yield Asking(method, path, told, form | self._typed(holder), entry(route.path) == "signed")

    def _values(self, route: APIRoute, holder: Holder, name: str) -> list[str]:
        """What stands in the address: the holder's own secret, or the names and numbers of the victim's things."""
        kind = route.path.split("/")[1]
        named = {
            "join_code": [holder.codes["customer"], holder.codes["agent"]],
            "code": [holder.codes.get(kind, "")],
            "ref": [holder.codes.get("ref", "")],
            "message_id": [str(number) for number in self.victim.ids["message"]],
            "index": ["0"],
            "way": ["stripe", "paypal", "own_of_the_victim"],
            "gateway": ["stripe", "paypal"],
            "team": [self.acme.slug],
            "account": [self.acme.bot],
            "version": ["1"],
            "name": ["room.css"],
        }
        assert name in named, f"say here what {{{name}}} of {route.path} names"
        assert all(named[name]), f"say here which code opens {route.path}"
        return named[name]

    def _told(self, holder: Holder, name: str) -> str:
        """What is told beside the address."""
        named = {
            "coupon": "VICTIMS", "way": "own_of_the_victim", "agree": "4900", "tip": "10", "own": "5", "deed": "paid",
            "code": holder.codes["pay"], "state": self.acme.codes["cookie"], "error_description": "",
            "team": self.acme.slug,
        }  # fmt: skip
        assert name in named, f"say here what the field {name!r} may name of somebody else's"
        return named[name]

    @staticmethod
    def _typed(holder: Holder) -> dict[str, str]:
        """What the forms of the set-up page send, read by its own code."""
        typed = {"client_id": "x", "client_secret": "x", "api_key": "sk_test_x", "webhook_secret": "whsec_x"}
        return typed | {"token": token_of(holder.codes["cookie"]), "bot_token": "not one"}


def _names(told: Dependant, kind: str) -> list[str]:
    """What a route is told there; `Secret` cookies are none of it."""
    return [field.name for field in getattr(told, kind)]


async def _with_file(town: Town, victim: Victim) -> Victim:
    """The victim has sent a file too."""
    async with town.database.begin() as work:
        case = await work.talk.conversation(victim.case)
        assert case is not None
        file = Attachment(name=f"{MARK}.txt", mime="text/plain", channel="telegram", file_id="x", content=MARK.encode())
        await say(work, case, Side.CUSTOMER, Message(text=MARK, files=(file,)))
        await work.settle()
        (spoken,) = await work.talk.newest(case.id, 1)
    return replace(victim, ids={**victim.ids, "message": (spoken.id, *victim.ids["message"])})


async def _holds(town: Town, work: Work, team: Team, case: Conversation, holder: Holder) -> Holder:
    """Give a team a room, a sum that can be paid, an own account, an own bot, a coupon and a visit of its owner."""
    (await work.people.team(team.id)).gateway = f"stripe,{Pretend.name}"
    agent = town.ana if team.id == town.team.id else town.rex
    person, name = await work.people.person(agent.person_id), MARK if team is town.team else team.name
    room = Room(
        conversation_id=case.id, provider="webrtc", name=f"a-room-of-{team.slug}", opened_at=START,
        closes_at=START + timedelta(hours=3),
    )  # fmt: skip
    await work.rooms.add(room)
    customer = await work.people.person(case.customer_id)
    codes = {
        "customer": await make_link(town.house, work, room, customer, Side.CUSTOMER),
        "agent": await make_link(town.house, work, room, person, Side.AGENT),
        "pay": await _request(work, team, case, person, name),
        "setup": f"door-of-{team.slug}",
        "cookie": f"cookie-of-{team.slug}",
    }
    owner = await _owner(work, team)
    for word, opened in ((codes["setup"], None), (codes["cookie"], START)):
        await work.accounts.add(SetupVisit(
            digest=digest(word), team_id=team.id, person_id=owner, origin=agent.says("keys").origin.model_dump_json(),
            opened_at=opened, expires_at=START + timedelta(minutes=30),
        ))  # fmt: skip
    section = f'{{"api_key": "sk_test_{team.slug}", "webhook_secret": "{holder.webhook_secret}"}}'
    await work.accounts.add(GatewayAccount(
        team_id=team.id, gateway="stripe", account=f"own_of_{team.slug}", name=f"Shop of {name}",
        sealed_section=work.vault.seal(section), checked_at=START, made_at=START,
    ))  # fmt: skip
    await work.people.add(ChannelAccount(
        team_id=team.id, channel="telegram", external_id=holder.bot, sealed_token=work.vault.seal(holder.bot_token)
    ))  # fmt: skip
    await work.pricing.add(Coupon(team_id=team.id, code="VICTIMS" if team is town.team else "OWN", percent=1000))
    return Holder(holder.slug, holder.bot, {name: code.rpartition("/")[2] for name, code in codes.items()})


async def _owner(work: Work, team: Team) -> int:
    """Somebody who owns the team."""
    person = Person(name=f"Owner of {team.slug}", greeted_at=work.now)
    await work.people.add(person)
    await work.people.add(Role(team_id=team.id, person_id=person.id, kind=RoleKind.OWNER))
    return person.id


async def _request(work: Work, team: Team, case: Conversation, agent: Person, name: str) -> str:
    row = PaymentRequest(
        code=f"pay-of-{team.slug}", team_id=team.id, conversation_id=case.id, asked_by_id=agent.id, sent_at=START,
        amount_minor=4900, currency="USD", description=f"For {name}", state=State.REQUESTED,
        gateway=f"stripe,{Pretend.name}", made_at=START, expires_at=START + timedelta(minutes=30),
    )  # fmt: skip
    await work.payments.add(row)
    return row.code

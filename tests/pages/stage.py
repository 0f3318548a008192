"""Who and what the pages are about in these tests, and what people do on the pages."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from handlers.codes import digest
from handlers.house import House
from handlers.messages import Attachment, Message
from handlers.rooms import make_link
from handlers.speech import say, say_card
from payments.machine import State
from storage.tables import Conversation, JoinCode, PaymentRequest, Person, Role, RoleKind, Room, Side, Team
from storage.work import Work

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63f8cfc0f01f00050001ff"
    "a5b1c1f00000000049454e44ae426082"
)
_SCHEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")
Places = tuple[tuple[int, Literal["dark", "light"]], ...]
PLACES: Places = tuple((width, scheme) for width in (360, 1440) for scheme in _SCHEMES)
"""From a phone in the dark to a desktop in the light."""
LEASE = timedelta(seconds=30)
FILES = {"picture": PIXEL, "page": b"<script>alert(1)</script>"}


@dataclass(frozen=True)
class Stage:
    """The team's room: a personal link for each side, and the ids behind them."""

    house: House
    team_id: int
    conversation_id: int
    room_id: int
    customer_id: int
    agent_id: int
    customer_link: str
    agent_link: str

    async def say(self, side: Side, message: Message) -> int:
        """Bellhop says something to one side; the id of the message."""
        async with self.house.database.begin() as work:
            spoken = await say(work, await _case(work, self.conversation_id), side, message)
        return spoken.id

    async def show(self, side: Side, key: str, message: Message) -> int:
        """A card is said, or edited in place; the id of the message."""
        async with self.house.database.begin() as work:
            spoken = await say_card(work, await _case(work, self.conversation_id), side, key, message)
        return spoken.id

    async def revoke(self, person_id: int) -> None:
        """From now on that person's links open nothing."""
        async with self.house.database.begin() as work:
            await work.rooms.revoke_codes(self.room_id, person_id)
            work.rooms.changed(self.room_id)

    async def colleague(self) -> str:
        """The personal link of another agent of the team."""
        async with self.house.database.begin() as work:
            other = Person(name="Bruno Costa")
            await work.people.add(other)
            await work.people.add(Role(team_id=self.team_id, person_id=other.id, kind=RoleKind.AGENT))
            return await make_link(self.house, work, await work.rooms.room(self.room_id), other, Side.AGENT)

    async def use(self, provider: str) -> None:
        """The room is at that provider."""
        async with self.house.database.begin() as work:
            (await work.rooms.room(self.room_id)).provider = provider

    async def case_card(self) -> str:
        """What the front desk reads of the case."""
        async with self.house.database.begin() as work:
            card = await work.talk.card(self.conversation_id, "case")
            return Message.model_validate_json(card.body).plain if card else ""

    async def request(self, state: State = State.REQUESTED, **fields: object) -> str:
        """A payment request of 49 USD; the address of its pay page."""
        async with self.house.database.begin() as work:
            row = PaymentRequest(
                code=f"pay-{state}", team_id=self.team_id, conversation_id=self.conversation_id,
                asked_by_id=self.agent_id, sent_at=work.now, amount_minor=4900, currency="USD",
                description="Consultation", state=state, gateway="stripe", made_at=work.now,
                expires_at=work.now + timedelta(minutes=30),
            )  # fmt: skip
            for name, value in fields.items():
                setattr(row, name, value)
            await work.payments.add(row)
        return self.house.link(f"pay/{row.code}")


async def _case(work: Work, conversation_id: int) -> Conversation:
    found = await work.talk.conversation(conversation_id)
    assert found is not None
    return found


async def furnish(house: House, provider: str = "webrtc") -> Stage:
    """A team, its agent Ana, its customer Carla, their conversation and an open room."""
    async with house.database.begin() as work:
        team = Team(
            slug="lotus", name="Lotus Clinic", currency="USD", zone="Europe/Berlin", gateway="stripe", made_at=work.now
        )
        ana, carla = Person(name="Ana Silva"), Person(name="Carla Meyer", zone="Asia/Kolkata", greeted_at=work.now)
        for row in (team, ana, carla):
            await work.people.add(row)
        await work.people.add(Role(team_id=team.id, person_id=ana.id, kind=RoleKind.AGENT))
        case = Conversation(team_id=team.id, customer_id=carla.id, holder_id=ana.id, opened_at=work.now)
        await work.talk.add(case)
        room = Room(
            conversation_id=case.id, provider=provider, name="bellhop-0123456789abcdef",
            opened_at=work.now, closes_at=work.now + timedelta(hours=3),
        )  # fmt: skip
        await work.rooms.add(room)
        mine = await make_link(house, work, room, carla, Side.CUSTOMER)
        hers = await make_link(house, work, room, ana, Side.AGENT)
    return Stage(house, team.id, case.id, room.id, carla.id, ana.id, mine, hers)


async def let_in(stage: Stage) -> None:
    """The customer was let in before."""
    async with stage.house.database.begin() as work:
        row = await work.rooms.code(digest(stage.customer_link.rsplit("/", 1)[1]))
        assert isinstance(row, JoinCode)
        row.admitted_at = work.now


def picture() -> Attachment:
    """A picture that the browser may show."""
    return Attachment(name="scan.png", mime="image/png", channel="telegram", file_id="picture", size=len(PIXEL))


def hostile() -> Attachment:
    """A page that must never run in ours."""
    return Attachment(name="note.html", mime="text/html", channel="telegram", file_id="page", size=25)


async def visitor(browser: Browser, link: str, *, width: int = 1280, height: int = 800) -> Page:
    """A person with a browser of their own, on their link."""
    context = await browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    page = await context.new_page()
    await page.goto(link)
    return page


async def check_access(axe: Axe, *pages: Page, places: Places = PLACES) -> None:
    """Everybody can use the pages, and nothing is wider than the screen."""
    for page in pages:
        for width, scheme in places:
            await page.set_viewport_size({"width": width, "height": 800})
            await page.emulate_media(color_scheme=scheme)
            result = await axe.run(page)
            assert result.violations_count == 0, result.generate_report()
            assert await page.evaluate("document.documentElement.scrollWidth") == width

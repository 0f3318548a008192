"""A team declared in a file, and what applying it does."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from handlers.fulfilment import Fulfilment
from handlers.messages import Message
from handlers.team_file import TeamFileError, apply_team, read_team_file
from handlers.team_show import as_toml
from payments.gateway import utc_now
from storage.database import Database
from storage.tables import Conversation, Desk, RoleKind, Seat, Service, Side
from tests.mould import empty_database

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / "team.example.toml").read_text(encoding="utf-8")
SANDBOX = (ROOT / "sandbox" / "team.toml").read_text(encoding="utf-8")
ACCOUNTS = {"slack": ("T0ACME", "bellhop"), "telegram": ("700100200", "bright_bot")}
TEAM = """
name = "Bright"
slug = "bright"
currency = "USD"
time_zone = "Europe/Berlin"
"""
ANA = """
[[agents]]
slug = "ana"
name = "Ana"
slack = "U0ANA"
telegram = 2001
"""
HAIRCUT = """
[[services]]
slug = "haircut"
name = "Haircut"
minutes = 30
price = "49"
"""


WEBHOOK = '[webhook]\nurl = "https://example.com/hook"\n'
SECRET = "whsec_YS1tYWRlLXVwLXNlY3JldC1mb3ItdGVzdHM="


def signed(secret: str) -> str:
    """The line with which a file names its secret."""
    return f'secret = "{secret}"\n'


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = Database(empty_database(tmp_path), keys=["k"], clock=utc_now)
    yield made
    await made.aclose()


async def applied(database: Database, text: str, accounts: dict[str, tuple[str, str]] = ACCOUNTS) -> list[str]:
    async with database.begin() as work:
        return await apply_team(work, read_team_file(text), accounts)


async def shown(database: Database) -> str:
    async with database.begin() as work:
        (team,) = await work.people.teams()
        return await as_toml(work, team)


@pytest.mark.parametrize("text", [EXAMPLE, SANDBOX], ids=["example", "sandbox"])
async def test_the_files_we_ship_apply_and_again_change_nothing(database: Database, text: str) -> None:
    assert "team bright-studio: new" in await applied(database, text)
    assert await applied(database, text) == []


async def test_what_is_shown_is_a_file_that_changes_nothing(database: Database) -> None:
    await applied(database, EXAMPLE)
    assert await applied(database, await shown(database)) == []


async def test_a_team_is_as_declared(database: Database) -> None:
    await applied(database, EXAMPLE)
    async with database.begin() as work:
        team = await work.people.team_by_slug("bright-studio")
        assert team is not None and (team.currency, team.zone, team.room_provider) == ("EUR", "Europe/Berlin", "webrtc")
        roles = {role.slug: role.kind for role in await work.people.roles_of(team.id)}
        assert roles == {"ana": RoleKind.OWNER, "ben": RoleKind.AGENT}
        (hours,) = await work.people.hours_of(team.id)
        assert (hours.zone, hours.closed) == ("Europe/Berlin", "2026-12-24,2026-12-25")
        assert len(await work.people.desks_of(team.id)) == 2
        paid, free = await work.people.services(team.id)
        assert (paid.price_minor, paid.currency, free.price_minor) == (4900, "EUR", 0)
        promised = Fulfilment.model_validate_json(paid.fulfilment)
        assert (promised.link, promised.link_label) == ("https://example.com/exercises", "Open the exercises")


async def test_changes_are_told_one_by_one(database: Database) -> None:
    await applied(database, TEAM + HAIRCUT)
    changes = await applied(database, TEAM.replace("Bright", "Brighter") + HAIRCUT.replace('"49"', '"59.50 EUR"'))
    assert changes == ["team bright: name Bright -> Brighter", "service haircut: price $49.00 -> €59.50"]


async def test_a_limit_that_changes_is_told_as_money(database: Database) -> None:
    team = f"{TEAM}approve_above = "
    await applied(database, f'{team}"100"\n{ANA}{HAIRCUT}')
    changes = await applied(database, f'{team}"250.50"\n{ANA}{HAIRCUT}')
    assert changes == ["team bright: approve above $100.00 -> $250.50"]


async def test_a_service_gone_from_the_file_is_retired_and_comes_back(database: Database) -> None:
    await applied(database, TEAM + HAIRCUT)
    assert await applied(database, TEAM) == ["service haircut: no longer offered"]
    async with database.begin() as work:
        (team,) = await work.people.teams()
        assert await work.people.services(team.id) == []
        (kept,) = await work.people.services(team.id, also_retired=True)
    assert await applied(database, TEAM + HAIRCUT) == ["service haircut: offered again"]
    async with database.begin() as work:
        assert [service.id for service in await work.people.services(team.id)] == [kept.id]


async def test_an_agent_gone_from_the_file_holds_nothing_any_more(database: Database) -> None:
    await applied(database, TEAM + ANA)
    async with database.begin() as work:
        (team,) = await work.people.teams()
        (ana,) = await work.people.agents(team.id)
        account = await work.people.account("telegram", "700100200")
        assert account is not None
        mia = await work.people.meet(account.id, "1001", name="Mia")
        case = Conversation(team_id=team.id, customer_id=mia.id, holder_id=ana.id, opened_at=work.now)
        await work.talk.add(case)
        await work.talk.add(Seat(conversation_id=case.id, account_id=account.id, side=Side.CUSTOMER, chat="1001"))
    assert await applied(database, TEAM) == ["agent ana: no longer an agent"]
    async with database.begin() as work:
        freed = await work.talk.conversation(case.id)
        assert freed is not None and freed.holder_id is None
        (said,) = await work.talk.since(case.id, 0, Side.CUSTOMER)
        assert Message.model_validate_json(said.body).text.startswith("Ana has left")
        assert await work.people.role(team.id, ana.id) is None
        assert await work.people.hours_of(team.id) == []


async def test_what_a_channel_does_not_know_yet_is_done_when_it_does(database: Database) -> None:
    text = TEAM + '[desks]\nslack = "C0DESK"\ntelegram = -100\n' + ANA
    await applied(database, text, {"telegram": ACCOUNTS["telegram"]})
    changes = await applied(database, text, {"slack": ACCOUNTS["slack"]})
    assert changes == [
        "slack: connected as bellhop",
        "desk C0DESK: cases come here (slack)",
        "agent ana: known as U0ANA",
    ]
    async with database.begin() as work:
        (team,) = await work.people.teams()
        (ana,) = await work.people.agents(team.id)
        assert {one.external_id for one in await work.people.identities(ana.id)} == {"U0ANA", "2001"}


async def test_somebody_met_before_becomes_the_agent_and_stays_the_same_person(database: Database) -> None:
    await applied(database, TEAM)
    async with database.begin() as work:
        account = await work.people.account("telegram", "700100200")
        assert account is not None
        met = await work.people.meet(account.id, "2001", name="ana_desk")
    await applied(database, TEAM + ANA)
    async with database.begin() as work:
        (team,) = await work.people.teams()
        (agent,) = await work.people.agents(team.id)
    assert (agent.id, agent.name) == (met.id, "Ana")


async def test_an_id_that_was_written_wrong_no_longer_opens_the_desk(database: Database) -> None:
    await applied(database, TEAM + ANA)
    changes = await applied(database, TEAM + ANA.replace("2001", "2009"))
    assert changes == ["agent ana: known as 2009", "agent ana: no longer known as 2001"]
    async with database.begin() as work:
        account = await work.people.account("telegram", "700100200")
        assert account is not None
        assert await work.people.known_as(account.id, "2001") is None


async def test_two_agents_can_swap_their_ids(database: Database) -> None:
    ben = ANA.replace("ana", "ben").replace("Ana", "Ben").replace("U0ANA", "U0BEN").replace("2001", "2002")
    await applied(database, TEAM + ANA + ben)
    await applied(database, TEAM + ANA.replace("2001", "2002") + ben.replace("2002", "2001"))
    async with database.begin() as work:
        (team,) = await work.people.teams()
        roles = {role.slug: role.person_id for role in await work.people.roles_of(team.id)}
        account = await work.people.account("telegram", "700100200")
        assert account is not None
        for external_id, slug in (("2002", "ana"), ("2001", "ben")):
            person = await work.people.known_as(account.id, external_id)
            assert person is not None and person.id == roles[slug]


async def test_a_channel_of_another_team_is_not_taken_over(database: Database) -> None:
    await applied(database, TEAM)
    with pytest.raises(TeamFileError, match="slack already belongs to the team “bright”"):
        await applied(database, TEAM.replace('"bright"', '"other"'))
    async with database.begin() as work:
        assert [team.slug for team in await work.people.teams()] == ["bright"]


async def test_the_webhook_secret_is_sealed(database: Database) -> None:
    await applied(database, TEAM + WEBHOOK + signed(SECRET))
    async with database.begin() as work:
        (team,) = await work.people.teams()
        assert work.vault.open(team.sealed_webhook_secret) == SECRET
        assert SECRET not in team.sealed_webhook_secret
    assert SECRET not in await shown(database)
    changes = await applied(database, TEAM + WEBHOOK + signed("another word that nobody guesses"))
    assert changes == ["team bright: webhook secret changed"]


async def test_a_webhook_secret_that_is_kept_need_not_be_told_again(database: Database) -> None:
    await applied(database, TEAM + WEBHOOK + signed(SECRET))
    assert await applied(database, await shown(database)) == []
    async with database.begin() as work:
        (team,) = await work.people.teams()
        assert work.vault.open(team.sealed_webhook_secret) == SECRET


async def test_a_webhook_that_nobody_could_tell_from_a_made_up_one_is_refused(database: Database) -> None:
    with pytest.raises(TeamFileError, match=r"webhook\.secret: is missing"):
        await applied(database, TEAM + WEBHOOK)
    async with database.begin() as work:
        assert list(await work.people.teams()) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name = ", "This is not TOML"),
        ("", "name: this is missing"),
        (TEAM + 'colour = "red"', "colour: there is no such key"),
        (TEAM.replace("USD", "DOLLARS"), "currency: “DOLLARS” is no currency"),
        (TEAM.replace("Europe/Berlin", "Berlin"), "time_zone: “Berlin” is no time zone"),
        (TEAM.replace('"bright"', '"Bright Studio"'), "slug: "),
        (TEAM + 'gateway = "stripes"', "gateway: there is no “stripes”; there is "),
        (TEAM + 'room = "zoom"', "room: there is no “zoom”"),
        (TEAM + ANA + 'hours = "Mon-Fri 9 to 5"', "agents.ana.hours: "),
        (TEAM + ANA + "closed = [2026-13-01]", "This is not TOML"),
        (TEAM + ANA + ANA.replace('"ana"', '"ben"'), "slack “U0ANA” is there twice"),
        (TEAM + HAIRCUT + HAIRCUT, "services: slug “haircut” is there twice"),
        (TEAM + HAIRCUT.replace('"49"', '"fifty"'), "services.haircut.price: There is no amount in this"),
        (TEAM + HAIRCUT.replace('"49"', '"1,299"'), "services.haircut.price: This can be read as"),
        (TEAM + HAIRCUT.replace('"49"', '"49 USD each"'), "services.haircut.price: “each” does not belong to a price"),
        (TEAM + HAIRCUT.replace("30", "31"), "services.haircut.minutes: "),
        (TEAM + HAIRCUT.replace("minutes", "duration"), "services.haircut.minutes: this is missing"),
        (TEAM + WEBHOOK + 'secret = "whsec_no base64"', "webhook.secret: is no base64"),
        (TEAM + WEBHOOK + 'secret = "whsec_c2hvcnQ="', "webhook.secret: holds 24 to 64 bytes"),
        (TEAM + WEBHOOK + 'secret = "guess me"', "webhook.secret: holds 24 to 64 bytes"),
        (TEAM + HAIRCUT + '[services.after_payment]\nlink = "ftp://x"', "services.haircut.after_payment.link: must be"),
    ],
)
def test_a_mistake_is_named_by_its_place(text: str, sentence: str) -> None:
    with pytest.raises(TeamFileError) as refused:
        read_team_file(text)
    assert refused.value.sentences[0].startswith(sentence)


async def test_what_was_added_in_the_chat_is_not_the_files_until_it_names_it(database: Database) -> None:
    await applied(database, TEAM + HAIRCUT)
    async with database.begin() as work:
        (team,) = await work.people.teams()
        account = await work.people.account("telegram", "700100200")
        assert account is not None and team.declared
        await work.people.add(Desk(team_id=team.id, account_id=account.id, chat="-100"))
        added = Service(team_id=team.id, slug="shave", name="Shave", minutes=15, price_minor=0, currency="USD")
        await work.people.add(added)
    assert await applied(database, TEAM + HAIRCUT) == []
    shave = HAIRCUT.replace("haircut", "shave").replace("Haircut", "Shave")
    await applied(database, TEAM + '[desks]\ntelegram = "-100"\n' + HAIRCUT + shave)
    async with database.begin() as work:
        (desk,) = await work.people.desks_of(team.id)
        assert desk.declared and {one.declared for one in await work.people.services(team.id)} == {True}
    changes = await applied(database, TEAM + HAIRCUT)
    assert changes == ["desk -100: no longer a desk", "service shave: no longer offered"]

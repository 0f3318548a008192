"""A workspace that adds the app: whose team it becomes, how that is called, which money and clock it goes by."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from handlers.heard import Sender
from handlers.house import House
from handlers.moving.arriving import Arrival, arrive, connected, currency_of
from handlers.team_show import as_toml
from payments.gateway import utc_now
from storage.database import Database
from storage.tables import Role, RoleKind, Team
from tests.databases import Pool


@pytest_asyncio.fixture
async def house(databases: Pool) -> AsyncIterator[House]:
    """A house without teams."""
    database = Database(await databases.ready("sqlite"), keys=["k"], clock=utc_now)
    yield House(database, utc_now, "https://bellhop.example")
    await database.aclose()


def arrival(account: str, name: str, user: str = "U1", **told: str) -> Arrival:
    """Somebody adds the app to a workspace."""
    return Arrival(channel="slack", account=account, name=name, user=user, sender=Sender(name="Ines", **told))


async def teams(house: House) -> list[Team]:
    """All there are, oldest first."""
    async with house.database.begin() as work:
        return list(await work.people.teams())


async def kinds(house: House) -> list[RoleKind]:
    """What the first team's people may do."""
    async with house.database.begin() as work:
        return [role.kind for role in await work.people.roles_of((await work.people.teams())[0].id)]


async def test_every_workspace_gets_a_word_of_its_own(house: House) -> None:
    for account, name in {"T1": "Bright Studio", "T2": "Bright Studio", "T3": "株式会社", "T4": "  "}.items():
        arrived = await arrive(house, arrival(account, name))
        assert arrived.new and not arrived.back
    assert [team.slug for team in await teams(house)] == ["bright-studio", "bright-studio-2", "team", "team-2"]


async def test_money_and_clock_are_the_installers_or_a_plain_beginning(house: House) -> None:
    await arrive(house, arrival("T1", "One", language="hi-IN", zone="Asia/Kolkata"))
    await arrive(house, arrival("T2", "Two", zone="Mars/Olympus"))
    assert [(team.currency, team.zone) for team in await teams(house)] == [("INR", "Asia/Kolkata"), ("USD", "UTC")]


@pytest.mark.parametrize(
    ("language", "currency"),
    [("de-DE", "EUR"), ("ja-JP", "JPY"), ("en-GB", "GBP"), ("pt_BR", "BRL"), ("zh-Hans-CN", "CNY"), ("en", "USD"),
     ("", "USD"), ("xx-QQ", "USD"), ("de", "USD"), ("es-419", "USD")],
)  # fmt: skip
def test_a_locale_names_the_money_of_its_country(language: str, currency: str) -> None:
    assert currency_of(language) == currency


async def test_adding_the_app_again_gives_no_right_to_somebody_elses_team(house: House) -> None:
    await arrive(house, arrival("T1", "One", user="U1"))
    again = await arrive(house, arrival("T1", "One", user="U2"))
    assert not again.new and not again.back
    assert await kinds(house) == [RoleKind.OWNER]


async def test_who_adds_the_app_again_owns_a_team_that_nobody_owns(house: House) -> None:
    await arrive(house, arrival("T1", "One", user="U1"))
    async with house.database.begin() as work:
        [role] = await work.people.roles_of((await work.people.teams())[0].id)
        role.kind = RoleKind.AGENT
        ben = await work.people.meet((await work.people.accounts_of(role.team_id))[0].id, "U2", name="Ben")
        await work.people.add(Role(team_id=role.team_id, person_id=ben.id, kind=RoleKind.VIEWER))
    await arrive(house, arrival("T1", "One", user="U2"))
    assert sorted(await kinds(house)) == [RoleKind.AGENT, RoleKind.OWNER]


async def test_the_operator_sees_where_the_app_was_removed(house: House) -> None:
    await arrive(house, arrival("T1", "One"))
    async with house.database.begin() as work:
        account = await work.people.account("slack", "T1")
        team = (await work.people.teams())[0]
        assert account is not None and not (await as_toml(work, team)).startswith("#")
        account.left_at = work.now
        said = (await as_toml(work, team)).splitlines()[0]
    assert said == f"# Slack T1: removed {account.left_at:%Y-%m-%d}, bookings ahead: 0"


async def test_the_settings_own_workspace_is_back_when_its_token_works(house: House) -> None:
    await arrive(house, arrival("T1", "One"))
    async with house.database.begin() as work:
        account = await work.people.account("slack", "T1")
        assert account is not None and account.hears_threads
        account.left_at = work.now
    await connected(house, "slack", "T1", hears_threads=False)
    await connected(house, "slack", "T2", hears_threads=False)
    async with house.database.begin() as work:
        account = await work.people.account("slack", "T1")
        assert account is not None and account.left_at is None and not account.hears_threads
        assert await work.people.account("slack", "T2") is None

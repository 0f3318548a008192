"""The past that growth is measured with: as many rows as asked for, which fit together as Bellhop's own do."""

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from bench import past
from bench.growth import questions
from bench.teams import share_out
from payments.gateway import utc_now
from storage.database import Database
from storage.tables import ChannelAccount, Team
from tests.databases import Pool

MANY = ("paymentrequest", "checkout", "gatewayfact", "booking", "message", "outbox", "inbox")


@pytest.fixture
async def url(databases: Pool) -> str:
    """A house that serves a team and has had no customers yet."""
    made = await databases.ready("sqlite")
    database = Database(made, keys=["k"], clock=utc_now)
    async with database.begin() as work:
        team = Team(slug="bright", name="Bright", currency="USD", zone="UTC", made_at=work.now)
        await work.people.add(team)
        await work.people.add(ChannelAccount(team_id=team.id, channel="telegram", external_id="1"))
    await database.aclose()
    return made


async def test_the_past_grows_in_steps_and_all_references_hold(url: str) -> None:
    house = past.found(url)
    assert len(past.grow(url, house, 0, 1000)) == 20
    assert len(past.grow(url, house, 1000, 3000)) == 40
    with create_engine(url, poolclass=NullPool).connect() as connection:
        counts = {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in MANY}  # noqa: S608
        assert counts == dict.fromkeys(MANY, 3000)
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        assert connection.execute(text("SELECT count(*) FROM conversation WHERE closed_at IS NULL")).scalar_one() == 0


async def test_bellhop_reads_the_past_as_its_own(url: str) -> None:
    house = past.found(url)
    customers = past.grow(url, house, 0, 1000)
    database = Database(url, keys=["k"], clock=utc_now)
    async with database.begin() as work:
        taken = await work.bookings.busy(house.agents, work.now - timedelta(days=365), work.now + timedelta(days=365))
        assert len(taken) == 1000
        assert {each.busy_until - each.starts_at for each in taken} == {timedelta(minutes=30)}
        assert max(each.starts_at for each in taken) == house.last
        for question in questions(house, customers).values():
            await question(work, 0)
    await database.aclose()


async def test_a_past_is_shared_out_among_teams_and_all_references_hold(url: str) -> None:
    house = past.found(url)
    past.grow(url, house, 0, 1000)
    share_out(url, house, 20)
    with create_engine(url, poolclass=NullPool).connect() as connection:
        of_teams = text("SELECT count(*) FROM conversation GROUP BY team_id")
        assert connection.execute(of_teams).scalars().all() == [5] * 20
        astray = text(
            "SELECT count(*) FROM paymentrequest JOIN conversation ON conversation.id = conversation_id "
            "WHERE paymentrequest.team_id <> conversation.team_id"
        )
        assert connection.execute(astray).scalar_one() == 0
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []

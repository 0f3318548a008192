"""What two people at the desk do at the same moment happens once, on each kind of database."""

from datetime import timedelta

import pytest_asyncio

from storage.database import Database
from storage.tables import Conversation, Invitation, Person, RoleKind
from storage.work import Work
from tests.storage.rows import NOON, Case, a_case
from tests.storage.test_laws_on_databases import MANY, race


@pytest_asyncio.fixture
async def case(database: Database) -> Case:
    return await a_case(database)


async def test_an_invitation_lets_one_person_in(database: Database, case: Case) -> None:
    async with database.begin() as work:
        await work.desk.add(
            Invitation(
                team_id=case.team,
                kind=RoleKind.AGENT,
                digest="d",
                made_by_id=case.agent,
                made_at=NOON,
                expires_at=NOON + timedelta(days=3),
            )
        )

    async def use(work: Work, _: int) -> bool:
        row = await work.desk.invitation("d")
        if row is None or row.ended_at is not None:
            return False
        row.ended_at = NOON
        return True

    assert sorted(await race(database, use)) == [False] * (MANY - 1) + [True]


async def test_a_case_is_handed_over_by_one(database: Database, case: Case) -> None:
    async with database.begin() as work:
        colleagues = [Person(name=f"Colleague {number}") for number in range(MANY)]
        for colleague in colleagues:
            await work.people.add(colleague)
        ids = [colleague.id for colleague in colleagues]
        await work.talk.claim(case.conversation, case.agent)

    async def hand_over(work: Work, number: int) -> bool:
        return await work.talk.pass_on(case.conversation, case.agent, ids[number])

    told = await race(database, hand_over)
    assert sorted(told) == [False] * (MANY - 1) + [True]
    async with database.begin() as work:
        kept = await work.session.get_one(Conversation, case.conversation)
        assert kept.holder_id == ids[told.index(True)]

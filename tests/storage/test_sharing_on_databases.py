"""A shared bot and a desk's code, and how a team stands, on each kind of database."""

from datetime import timedelta

from payments.machine import State
from storage.database import Database
from storage.tables import PaymentRequest, Team
from storage.work import Work
from tests.storage.rows import a_case
from tests.storage.test_laws_on_databases import MANY, race


async def test_a_bot_that_is_shared_keeps_its_team_and_its_customers(database: Database) -> None:
    case = await a_case(database)
    async with database.begin() as work:
        await work.people.also_known_as(await work.people.person(case.customer), case.account, "1")
        account = await work.people.account_by_id(case.account)
        await work.sharing.share(account)
        await work.sharing.share(account)
        assert [team.id for team in await work.sharing.tenants(account.id)] == [case.team]
        (met,) = await work.sharing.acquaintances(account.id, case.customer)
        assert met.team_id == case.team
        assert [one.id for one in await work.people.accounts_of(case.team)] == [account.id]


async def test_the_team_chosen_last_is_the_first_even_within_one_moment(database: Database) -> None:
    case = await a_case(database)
    async with database.begin() as work:
        other = Team(slug="t", name="T", currency="EUR", zone="UTC", made_at=work.now)
        await work.people.add(other)
        for team in (case.team, other.id, case.team, case.team):
            await work.sharing.choose(case.account, case.customer, team)
    async with database.begin() as work:
        known = await work.sharing.acquaintances(case.account, case.customer)
    assert [one.team_id for one in known] == [case.team, other.id]


async def test_of_many_who_use_a_code_at_once_one_succeeds(database: Database) -> None:
    case = await a_case(database)
    async with database.begin() as work:
        await work.sharing.keep_code(case.team, case.agent, "digest", lasts=timedelta(minutes=15))
        code = await work.sharing.code("digest")
    assert code is not None

    async def use(work: Work, _: int) -> bool:
        return await work.sharing.use_code(code.id)

    assert sorted(await race(database, use)) == [False] * (MANY - 1) + [True]
    async with database.begin() as work:
        assert await work.sharing.code("digest") is None


async def test_how_a_team_stands_is_told_in_whole_sums(database: Database) -> None:
    case = await a_case(database)
    async with database.begin() as work:
        assert await work.overview.open_cases(case.team) == (1, 1)
        for code, paid in (("a", True), ("b", True), ("c", False)):
            row = PaymentRequest(
                code=code, team_id=case.team, conversation_id=case.conversation, asked_by_id=case.agent,
                amount_minor=2**40, currency="EUR", description="d", gateway="stripe", made_at=work.now,
                expires_at=work.now + timedelta(hours=1), sent_at=work.now,
                state=State.PAID if paid else State.REQUESTED, captured_minor=2**40 if paid else 0,
                refunded_minor=1 if code == "a" else 0, paid_at=work.now if paid else None,
            )  # fmt: skip
            await work.payments.add(row)
        (taken,) = await work.overview.taken_since(case.team, work.now - timedelta(hours=1))
        assert (taken.currency, taken.live, taken.minor) == ("EUR", False, 2**41 - 1)
        assert await work.overview.unpaid(case.team) == 1
        assert await work.overview.has_customers(case.team)

"""Teams' own payment accounts, on each kind of database: whose checkouts they may speak of, and when they may go."""

from datetime import datetime, timedelta

from payments.machine import State
from storage.accounts import fresh_word
from storage.database import Database
from storage.tables import Checkout, GatewayAccount, PaymentRequest, SetupVisit, Team
from storage.work import Work
from tests.storage.rows import Case, a_case

HOUR = timedelta(hours=1)


async def _account(work: Work, team_id: int, retired_at: datetime | None = None) -> GatewayAccount:
    row = GatewayAccount(
        team_id=team_id,
        gateway="stripe",
        account=fresh_word(),
        checked_at=work.now,
        made_at=work.now,
        retired_at=retired_at,
    )
    await work.accounts.add(row)
    return row


async def _checkout(work: Work, case: Case, account: str, number: int) -> Checkout:
    request = PaymentRequest(
        code=f"code{number}", team_id=case.team, conversation_id=case.conversation, asked_by_id=case.agent,
        amount_minor=4900, currency="USD", description="Talk", gateway="stripe", expires_at=work.now + HOUR,
        made_at=work.now,
    )  # fmt: skip
    await work.payments.add(request)
    checkout = Checkout(
        request_id=request.id, gateway="stripe", account=account, reference=f"co_{number}", checkout_ref=f"cs_{number}",
        state=State.OPENED, poll_at=work.now, expires_at=work.now + HOUR, made_at=work.now,
    )  # fmt: skip
    await work.payments.add(checkout)
    return checkout


async def test_a_report_finds_the_checkouts_of_its_own_account_alone(database: Database) -> None:
    case = await a_case(database)
    async with database.begin() as work:
        own = (await _account(work, case.team)).account
        accounts = ("", "acct_1", own)
        for number, account in enumerate(accounts):
            await _checkout(work, case, account, number)

        async def found(account: str, number: int) -> bool:
            told = {"checkout_ref": f"cs_{number}", "reference": f"co_{number}", "payment_ref": ""}
            return await work.payments.checkout_for("stripe", account=account, **told) is not None

        # What the operator's secret signs may name every account but those with secrets of their own.
        assert [await found("", number) for number in range(3)] == [True, True, False]
        assert [await found("acct_1", number) for number in range(3)] == [True, True, False]
        assert [await found(own, number) for number in range(3)] == [False, False, True]
        assert not await found(fresh_word(), 2)


async def test_a_retired_account_may_go_when_none_of_its_checkouts_is_asked_about(database: Database) -> None:
    case = await a_case(database)
    async with database.begin() as work:
        there = await _account(work, case.team)
        retired = await _account(work, case.team, retired_at=work.now)
        open_still = await _checkout(work, case, retired.account, 1)
        assert await work.accounts.settled() == []
        open_still.poll_at = None
        assert await work.accounts.settled() == [retired]
        await work.accounts.forget(retired.id)
        assert [row.id for row in await work.accounts.at(case.team, "stripe")] == [there.id]


async def test_the_settings_are_the_first_teams(database: Database) -> None:
    case = await a_case(database)
    async with database.begin() as work:
        later = Team(slug="later", name="Later", currency="EUR", zone="UTC", made_at=work.now)
        await work.people.add(later)
        assert await work.accounts.has_the_settings(case.team)
        assert not await work.accounts.has_the_settings(later.id)


async def test_who_moves_in_first_is_lent_nothing_until_a_file_declares_them(database: Database) -> None:
    async with database.begin() as work:
        guest = Team(slug="guest", name="Guest", currency="EUR", zone="UTC", guest=True, made_at=work.now)
        await work.people.add(guest)
        assert not await work.accounts.has_the_settings(guest.id)
        guest.declared = True
        await work.session.flush()
        assert await work.accounts.has_the_settings(guest.id)


async def test_a_visit_ends_by_itself_and_with_the_next_link(database: Database) -> None:
    case = await a_case(database)

    async def visit(work: Work, digest: str, lasts: timedelta) -> None:
        row = SetupVisit(
            digest=digest, team_id=case.team, person_id=case.agent, origin="{}", expires_at=work.now + lasts
        )
        await work.accounts.add(row)

    async with database.begin() as work:
        await visit(work, "good", HOUR)
        await visit(work, "over", -HOUR)
        assert await work.accounts.visit("good") is not None
        assert await work.accounts.visit("over") is None
        await work.accounts.lock(case.team)
        await work.accounts.drop_visits_of(case.team, case.agent)
        assert await work.accounts.visit("good") is None
